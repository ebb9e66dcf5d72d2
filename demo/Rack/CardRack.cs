using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using SmartCardCrm.Demo.Processes;

namespace SmartCardCrm.Demo.Rack;

/// <summary>What a chip holds, past all keys.</summary>
/// <param name="Points">Its balance; null on a card without our application.</param>
/// <param name="Counter">Its transaction counter; null likewise.</param>
internal readonly record struct ChipLook(int? Points, long? Counter);

/// <summary>A command and its answer, both in hex.</summary>
/// <param name="Answer">Null where the reader heard none.</param>
internal sealed record RackExchange(string Command, string? Answer);

/// <summary>The simulator's command said no.</summary>
internal sealed class RackException(string answer) : Exception($"The rack answered: {answer}");

/// <summary>
/// The simulator's rack: many slots, a wallet of cards, one line a command. Safe for many callers; commands
/// are done one after another.
/// </summary>
internal sealed partial class CardRack : IAsyncDisposable
{
    private const string EmptySlot = "error empty";
    private const string TooLate = "error late";
    private static readonly TimeSpan QuitsWithin = TimeSpan.FromSeconds(10);

    private readonly Channel<string> _answers = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<int, bool> _torn = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ChildProcess _process;

    private CardRack(ChildCommand command) => _process = ChildProcess.Start(command, Heard);

    /// <summary>Told, on a pool thread and in order, of each exchange in slots that are listened
    /// to.</summary>
    public Action<int, RackExchange>? Exchanged { get; set; }

    /// <summary>Told, on a pool thread, of each slot that a card was torn out of.</summary>
    public Action<int>? Torn { get; set; }

    public static async Task<CardRack> StartAsync(ChildCommand command, CancellationToken cancellation)
    {
        var rack = new CardRack(command);
        await rack.DoAsync("cards", cancellation);
        return rack;
    }

    /// <summary>The cards it knows, from earlier runs on the same folder too.</summary>
    public async Task<IReadOnlyList<string>> CardsAsync(CancellationToken cancellation) =>
        (await DoAsync("cards", cancellation)).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A factory-fresh card.</summary>
    public Task AddCardAsync(string uid, CancellationToken cancellation) =>
        DoAsync($"card {uid}", cancellation);

    /// <summary>A copy of a card, down to the UID and the keys, under a name of its own.</summary>
    public Task CloneAsync(string name, string newName, CancellationToken cancellation) =>
        DoAsync($"clone {name} {newName}", cancellation);

    /// <summary>From now on tells of what cards put into this slot are sent, and what they answer.</summary>
    public Task ListenAsync(int slot, CancellationToken cancellation) =>
        DoAsync(Line($"listen {slot}"), cancellation);

    public Task InsertAsync(int slot, string uid, CancellationToken cancellation) =>
        InsertAsync(slot, uid, [], cancellation);

    /// <param name="faults">What will go wrong while it lies there, as the simulator writes faults.</param>
    public Task InsertAsync(
        int slot, string uid, IReadOnlyList<string> faults, CancellationToken cancellation)
    {
        _torn[slot] = false;
        return DoAsync(Line($"insert {slot} {string.Join(' ', [uid, .. faults])}"), cancellation);
    }

    /// <summary>
    /// Arms a tear for the card now in the slot; one that is not reached goes with the card, one that comes
    /// too late does nothing.
    /// </summary>
    /// <param name="slot">Where.</param>
    /// <param name="exchange">1 for the first command that the chip gets.</param>
    /// <param name="before">Before the chip hears the command; else after it has acted, before the reader
    /// hears of it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task TearAsync(int slot, int exchange, bool before, CancellationToken cancellation)
    {
        var moment = before ? "before" : "after";
        return ArmAsync(slot, Line($"tear-{moment}@{exchange}"), cancellation);
    }

    /// <summary>Arms any fault for the card now in the slot, as <see cref="TearAsync"/> does
    /// tears.</summary>
    public async Task ArmAsync(int slot, string fault, CancellationToken cancellation)
    {
        var answer = await AskAsync(Line($"fault {slot} {fault}"), cancellation);
        if (!answer.StartsWith(TooLate, StringComparison.Ordinal))
            _ = Checked(answer);
    }

    /// <summary>Whether the card put into this slot has been torn out of it.</summary>
    public bool IsTorn(int slot) => _torn.GetValueOrDefault(slot);

    /// <summary>Takes the card away, if it is still there.</summary>
    /// <returns>What the chip was sent since it was put down, the reader's own FF CA apart; null when it was
    /// gone.</returns>
    public async Task<int?> RemoveAsync(int slot, CancellationToken cancellation)
    {
        var answer = await AskAsync(Line($"remove {slot}"), cancellation);
        if (answer.StartsWith(EmptySlot, StringComparison.Ordinal))
            return null;
        return (int)Number(Checked(answer), "apdus");
    }

    /// <summary>Looks into the chip, past all keys.</summary>
    public async Task<ChipLook> LookAsync(string uid, CancellationToken cancellation)
    {
        var answer = await DoAsync($"look {uid}", cancellation);
        return Holds().IsMatch(answer)
            ? new ChipLook((int)Number(answer, "points"), Number(answer, "tmc")) : default;
    }

    /// <summary>It is told to quit, and does so after writing down what the cards hold.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _process.WriteLineAsync("quit", CancellationToken.None);
            await _process.ExitedAsync(CancellationToken.None).WaitAsync(QuitsWithin);
        }
        catch (Exception gone) when (gone is IOException or TimeoutException)
        {
            // It has ended already, or does not listen: its end is seen to below either way.
        }

        await _process.DisposeAsync();
        _turn.Dispose();
    }

    private void Heard(string line)
    {
        if (TornEvent().Match(line) is { Success: true } torn)
        {
            var slot = int.Parse(torn.Groups["slot"].Value, CultureInfo.InvariantCulture);
            _torn[slot] = true;
            Torn?.Invoke(slot);
        }
        else if (line.Split(' ') is ["event", "apdu", var place, var command, var answer])
        {
            Exchanged?.Invoke(
                int.Parse(place, CultureInfo.InvariantCulture),
                new RackExchange(command, answer == "-" ? null : answer));
        }
        else if (line.StartsWith("ok", StringComparison.Ordinal)
            || line.StartsWith("error", StringComparison.Ordinal))
            _answers.Writer.TryWrite(line);
    }

    private async Task<string> DoAsync(string command, CancellationToken cancellation) =>
        Checked(await AskAsync(command, cancellation));

    // Once sent, a command's answer is awaited come what may: the next one would take it for its own.
    private async Task<string> AskAsync(string command, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await _process.WriteLineAsync(command, CancellationToken.None);
            var answer = _answers.Reader.ReadAsync(CancellationToken.None).AsTask();
            var ended = _process.ExitedAsync(CancellationToken.None);
            return await Task.WhenAny(answer, ended) == answer
                ? await answer
                : throw new RackException($"nothing more: {_process.Name} has ended. See its log.");
        }
        finally
        {
            _turn.Release();
        }
    }

    private static string Checked(string answer) =>
        answer.StartsWith("ok", StringComparison.Ordinal) ? answer[2..] : throw new RackException(answer);

    private static long Number(string answer, string name) =>
        answer.Split(' ').FirstOrDefault(w => w.StartsWith($"{name}=", StringComparison.Ordinal)) is { } word
            ? long.Parse(word.AsSpan(name.Length + 1), CultureInfo.InvariantCulture)
            : throw new RackException(answer);

    private static string Line(FormattableString text) => FormattableString.Invariant(text);

    [GeneratedRegex(@"^event torn (?<slot>\d+) ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TornEvent();

    [GeneratedRegex(@"points=\d+ tmc=\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Holds();
}
