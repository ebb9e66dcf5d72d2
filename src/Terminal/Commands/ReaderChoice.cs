using System.Net.Sockets;
using SmartCardCrm.Terminal.Pcsc;

namespace SmartCardCrm.Terminal.Commands;

/// <summary>The readers a command works with, opened.</summary>
internal sealed class ReaderChoice : IDisposable
{
    // A card in software answers within milliseconds; one that is silent this long has gone.
    private static readonly TimeSpan VpcdAnswerMost = TimeSpan.FromSeconds(5);

    private readonly List<IDisposable> _open = [];

    private ReaderChoice() { }

    public IReadOnlyList<ICardReader> Readers => [.. _open.OfType<ICardReader>()];

    /// <param name="names">PC/SC readers; they need not be there now. Where neither these nor ports are
    /// given, all.</param>
    /// <param name="vpcdPorts">Loopback ports to listen on.</param>
    /// <exception cref="CommandException">There is no reader, or a port is taken.</exception>
    /// <exception cref="PcscException">There is no PC/SC service to ask for readers.</exception>
    public static ReaderChoice Open(
        IReadOnlyList<string> names, IEnumerable<int> vpcdPorts, TimeProvider clock, ILogger log)
    {
        var ports = vpcdPorts.ToList();
        if (names.Count == 0 && ports.Count == 0)
            names = All();
        var choice = new ReaderChoice();
        choice._open.AddRange(names.Select(name => new PcscReader(name, clock, log)));
        try
        {
            foreach (var port in ports)
                choice._open.Add(new VpcdReader(port, VpcdAnswerMost, log));
            return choice;
        }
        catch (SocketException taken)
        {
            choice.Dispose();
            throw new CommandException("port-taken", $"A --vpcd-port cannot be used: {taken.Message}");
        }
    }

    public void Dispose() => _open.ForEach(o => o.Dispose());

    private static IReadOnlyList<string> All()
    {
        using var context = new PcscContext();
        var names = context.ReaderNames();
        return names.Count > 0
            ? names
            : throw new CommandException(
                "no-reader", "No card reader is plugged in; name one with --reader.");
    }
}
