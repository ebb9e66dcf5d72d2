using System.Net.Sockets;
using SmartCardCrm.Terminal.Pcsc;

namespace SmartCardCrm.Terminal.Commands;

/// <summary>The readers a command works with, opened.</summary>
internal sealed class ReaderChoice : IDisposable
{
    // A card in software answers within milliseconds; one that is silent this long has gone.
    private static readonly TimeSpan VpcdAnswerMost = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly List<IDisposable> _open = [];

    private ReaderChoice(bool takesAny, TimeProvider clock, ILogger log) =>
        (TakesAny, _clock, _log) = (takesAny, clock, log);

    /// <summary>Whether neither names nor ports were given: then <see cref="Follow"/> gives the
    /// readers.</summary>
    public bool TakesAny { get; }

    /// <summary>Those that were given.</summary>
    public IReadOnlyList<ICardReader> Readers => TakesAny ? [] : [.. _open.OfType<ICardReader>()];

    /// <param name="names">PC/SC readers; they need not be there now.</param>
    /// <param name="vpcdPorts">Loopback ports to listen on.</param>
    /// <exception cref="CommandException">A port is taken.</exception>
    public static ReaderChoice Open(
        IReadOnlyList<string> names, IEnumerable<int> vpcdPorts, TimeProvider clock, ILogger log)
    {
        var ports = vpcdPorts.ToList();
        var choice = new ReaderChoice(names.Count == 0 && ports.Count == 0, clock, log);
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

    /// <summary>The names of the readers that are plugged in now.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    /// <exception cref="PcscException">There is no PC/SC service to ask.</exception>
    public static IReadOnlyList<string> PluggedIn()
    {
        using var context = new PcscContext();
        var names = context.ReaderNames();
        return names.Count > 0
            ? names
            : throw new CommandException(
                "no-reader", "No card reader is plugged in; name one with --reader.");
    }

    /// <summary>Gives every PC/SC reader that is or comes to be plugged in, once.</summary>
    /// <param name="came">Told each, opened; it remains this choice's. Now on this thread, later on
    /// another.</param>
    /// <param name="failed">Told what ended the watch: our mistake.</param>
    /// <returns>The watch, to be stopped before this choice is disposed of.</returns>
    public ReaderWatch Follow(Action<ICardReader> came, Action<Exception> failed) => new(
        name =>
        {
            var reader = new PcscReader(name, _clock, _log);
            _open.Add(reader);
            came(reader);
        },
        failed, _log);

    public void Dispose() => _open.ForEach(o => o.Dispose());
}
