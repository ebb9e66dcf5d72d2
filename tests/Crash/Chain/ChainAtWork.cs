using System.Globalization;
using SmartCardCrm.Demo;
using SmartCardCrm.Demo.Chaos;
using SmartCardCrm.Demo.HeadOffice;
using SmartCardCrm.Demo.Rack;

namespace SmartCardCrm.Crash.Chain;

/// <summary>Where one lane's chains are found, one after another.</summary>
/// <param name="Line">Where its terminals call headquarters.</param>
/// <param name="ConsolePort">Where people do.</param>
internal sealed record LanePorts(Line Line, int ConsolePort);

/// <summary>
/// Headquarters, two terminals with a reader each, and the cards: all of it as processes on one folder.
/// </summary>
internal sealed class ChainAtWork : IAsyncDisposable
{
    private const int TerminalsCount = 2;

    private readonly HeadOfficeServer _server;
    private readonly ReaderRoom _readers;

    private ChainAtWork(ChainFolder folder, LanePorts ports, HeadOfficeServer server, ReaderRoom readers)
    {
        (_server, _readers) = (server, readers);
        Line = ports.Line;
        Operator = server.Connect();
        Terminals =
        [
            .. readers.Readers.Select((own, index) => new StruckTerminal(
                new TerminalFolder(folder.Terminal(index)), PortOf(own[0].Name), folder.Logs)),
        ];
    }

    public Line Line { get; }

    public OperatorClient Operator { get; }

    public CardRack Rack => _readers.Rack;

    /// <summary>The first is struck; customers go to the second in between. Not started.</summary>
    public IReadOnlyList<StruckTerminal> Terminals { get; }

    /// <summary>Starts headquarters and the rack of cards.</summary>
    public static async Task<ChainAtWork> StartAsync(
        ChainFolder folder, LanePorts ports, CancellationToken cancellation)
    {
        folder.EnsureVaultPassphrase();
        var server = new HeadOfficeServer(folder, ports.ConsolePort);
        await server.StartAsync(cancellation);
        ports.Line.TargetPort = server.TerminalsPort;
        ports.Line.Mend();
        var readers = await ReaderRoom.OnLoopbackAsync(folder, TerminalsCount, TerminalsCount, cancellation);
        return new ChainAtWork(folder, ports, server, readers);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var terminal in Terminals)
            await terminal.DisposeAsync();
        Operator.Dispose();
        await _readers.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static int PortOf(string reader) =>
        int.Parse(reader.Split(':')[^1], CultureInfo.InvariantCulture);
}
