using SmartCardCrm.Demo.Chaos;
using SmartCardCrm.Demo.HeadOffice;
using SmartCardCrm.Demo.Processes;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo;

/// <summary>
/// A whole retail chain on one machine: headquarters, terminals, readers and the customers' cards.
/// </summary>
internal sealed class ChainInABox(ChainFolder folder, ChainState state) : IAsyncDisposable
{
    private const string Zone = "America/New_York";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly Stack<IAsyncDisposable> _started = new();
    private OperatorClient? _operator;
    private ReaderRoom? _readers;

    /// <summary>What the next run on this folder will find.</summary>
    public ChainState State { get; private set; } = state;

    public HeadOfficeServer Server { get; } = new(folder, state.ConsolePort);

    public Line Line { get; } = new(state.LinePort);

    public OperatorClient Operator =>
        _operator ?? throw new InvalidOperationException("The server has not been started.");

    public ReaderRoom Readers =>
        _readers ?? throw new InvalidOperationException("The readers have not been started.");

    public IReadOnlyList<ShopTerminal> Terminals { get; private set; } = [];

    /// <summary>Done to each terminal once it is enrolled, before it starts.</summary>
    public Action<ShopTerminal>? Equip { get; set; }

    /// <summary>
    /// A chain that goes on where the last run on this folder stopped, or a new one. Nothing is started yet.
    /// </summary>
    public static ChainInABox In(ChainFolder folder)
    {
        folder.EnsureVaultPassphrase();
        var free = Loopback.FreePorts(2);
        var before = folder.LoadState() ?? new ChainState(0, free[0], free[1], 0, []);
        if (!Loopback.IsFree(before.LinePort))
            throw new InvalidOperationException(
                $"Port {before.LinePort}, where this chain's terminals call, is taken.");
        return new ChainInABox(folder, before with
        {
            Run = before.Run + 1,
            ConsolePort = Loopback.IsFree(before.ConsolePort) ? before.ConsolePort : free[1],
        });
    }

    /// <summary>Starts everything.</summary>
    /// <param name="terminals">How many, 1..16.</param>
    /// <param name="startReaders">Pcscd or loopback.</param>
    /// <param name="say">Told of each step.</param>
    /// <param name="cancellation">Ends the wait; what was started ends with this object.</param>
    public async Task StartAsync(
        int terminals, Func<CancellationToken, Task<ReaderRoom>> startReaders, Action<string> say,
        CancellationToken cancellation)
    {
        say("starting the server");
        await RestartServerAsync(cancellation);
        _operator = Server.Connect();

        say("starting the readers");
        _readers = Started(await startReaders(cancellation));
        Remember(State);

        Terminals =
        [
            .. Enumerable.Range(0, terminals).Select(index => Started(
                new ShopTerminal(index, Readers.Readers[index], Readers.SettingFor(index), folder))),
        ];
        say($"starting {terminals} terminals");
        foreach (var terminal in Terminals.Skip(State.Terminals))
            await EnrolAsync(terminal, cancellation);
        foreach (var terminal in Terminals)
        {
            // Lights that an earlier run has wired up are of its readers.
            File.Delete(terminal.SignalsFile);
            Equip?.Invoke(terminal);
        }

        await Task.WhenAll(Terminals.Select(terminal => terminal.StartAsync(cancellation)));
    }

    /// <summary>Ends when a program of the chain has ended that should not have.</summary>
    /// <returns>What to tell.</returns>
    public async Task<string> DeathAsync(TimeProvider clock, CancellationToken cancellation)
    {
        while (true)
        {
            var deaths = Terminals.Select(terminal => terminal.Death).Append(Server.Death);
            if (deaths.FirstOrDefault(death => death is not null) is { } first)
                return first;
            await Task.Delay(LookEvery, clock, cancellation);
        }
    }

    /// <summary>Starts headquarters, again after a kill.</summary>
    public async Task RestartServerAsync(CancellationToken cancellation)
    {
        await Server.StartAsync(cancellation);
        Line.TargetPort = Server.TerminalsPort;
    }

    /// <summary>Does the same at all readers at once; the first failure stops the others.</summary>
    public Task AtAllReadersAsync(
        Func<ShopTerminal, ShopReader, CancellationToken, Task> work, CancellationToken cancellation) =>
        AtReadersOfAsync(Terminals, work, cancellation);

    /// <inheritdoc cref="AtAllReadersAsync"/>
    public static Task AtReadersOfAsync(
        IReadOnlyList<ShopTerminal> terminals, Func<ShopTerminal, ShopReader, CancellationToken, Task> work,
        CancellationToken cancellation) =>
        Together.RunAsync(
            from terminal in terminals
            from reader in terminal.Readers
            select new Func<CancellationToken, Task>(stop => work(terminal, reader, stop)),
            cancellation);

    /// <summary>Notes what has changed, so that the next run on this folder goes on from here.</summary>
    public void Remember(ChainState now)
    {
        State = now;
        folder.SaveState(now);
    }

    /// <summary>Stops everything, last started first.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var part))
            await part.DisposeAsync();
        _operator?.Dispose();
        await Server.DisposeAsync();
        await Line.DisposeAsync();
    }

    // One for all terminals: each of them knows every card, as the plain reckoning of points does.
    private const int Store = 1;

    // What a shop's supervisor may give away.
    private const int AdjustmentMost = 500;
    private const int AdjustmentDayMost = 5_000;

    private T Started<T>(T part) where T : IAsyncDisposable
    {
        _started.Push(part);
        return part;
    }

    private async Task EnrolAsync(ShopTerminal terminal, CancellationToken cancellation)
    {
        var invitation = await Operator.InviteTerminalAsync(
            new NewTerminal(terminal.Name, Store, Zone), cancellation);
        var line = new Uri(FormattableString.Invariant($"https://127.0.0.1:{Line.Port}"));
        await terminal.EnrolAsync(line, invitation.Token, cancellation);
        var number = (await Operator.TerminalsAsync(cancellation)).Max(t => t.Number);
        await Operator.AllowAdjustmentsAsync(number, AdjustmentMost, AdjustmentDayMost, cancellation);
        Remember(State with { Terminals = terminal.Index + 1 });
    }
}
