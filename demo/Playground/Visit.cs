using System.Diagnostics;
using SmartCardCrm.Demo.Business;

namespace SmartCardCrm.Demo.Playground;

/// <summary>Somebody looks at the chain: the page, and a terminal and cards of their own.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly PlaygroundServer _page;
    private readonly Lights _lights = new();

    private Visit(PlaygroundServer page) => _page = page;

    public Uri Address => _page.Address;

    /// <summary>Shows the page, before there is a chain.</summary>
    public static async Task<Visit> WelcomeAsync(CancellationToken cancellation) =>
        new(await PlaygroundServer.StartAsync(cancellation));

    /// <summary>What the start of the chain has come to.</summary>
    public void Tell(string stage) => _page.Tell(stage);

    /// <summary>Before the chain starts: its first terminal is the visitor's and gets lights.</summary>
    public void Announce(ChainInABox chain) => chain.Equip = terminal =>
    {
        if (terminal.Index == 0)
            _lights.Equip(terminal);
    };

    /// <summary>Issues the visitor's cards where they have none, and opens.</summary>
    public async Task OpenAsync(
        ChainInABox chain, ulong seed, TimeProvider clock, CancellationToken cancellation)
    {
        var terminal = chain.Terminals[0];
        var wallet = await VisitorWallet.FillAsync(
            chain, new CardIssue(chain, seed, clock),
            count => Tell(FormattableString.Invariant($"card {count} of {VisitorWallet.Size} issued")),
            cancellation);
        var counter = await VisitorCounter.OpenAsync(
            chain.Readers.Rack, terminal, wallet, clock, cancellation);
        var number = (await chain.Operator.TerminalsAsync(cancellation))
            .Where(one => one.Name == terminal.Name).Max(one => one.Number);
        _page.Open(new Playfield(chain, counter, _lights, number));
    }

    /// <summary>Opens it in the browser of a desktop session, where there is one and somebody looks at
    /// it.</summary>
    /// <remarks>Through a file, for command lines are public on a machine and the address has the token in
    /// it.</remarks>
    public void ShowIn(ChainFolder folder)
    {
        var hasDesktop = new[] { "DISPLAY", "WAYLAND_DISPLAY" }
            .Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });
        if (!hasDesktop || Console.IsOutputRedirected)
            return;
        File.WriteAllText(
            folder.PlaygroundFile, $"""<meta http-equiv="refresh" content="0; url={Address}">""");
        try
        {
            using var opened = Process.Start(new ProcessStartInfo("xdg-open", [folder.PlaygroundFile])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No xdg-open: the address stands in the terminal.
        }
    }

    public ValueTask DisposeAsync() => _page.DisposeAsync();
}
