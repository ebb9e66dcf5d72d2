using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Relay;

/// <summary>One terminal's relay stream, with the sessions on it.</summary>
/// <param name="served">Told reader and card when a customer has been served.</param>
internal sealed class RelayLink(Action<string, Uid> served)
{
    private readonly ConcurrentDictionary<ulong, RelayChannel> _sessions = new();
    private readonly Channel<RelayCommand> _outbound = Channel.CreateUnbounded<RelayCommand>();
    private long _lastSession;
    private volatile bool _lost;

    /// <summary>What the terminal said last about its readers.</summary>
    public IReadOnlyList<ReaderState> Readers { get; private set; } = [];

    /// <summary>A session with a number of its own; it is on the list until it is closed.</summary>
    public RelayChannel NewSession(RelayTimes times, CancellationToken cancellation)
    {
        var number = (ulong)Interlocked.Increment(ref _lastSession);
        var session = new RelayChannel(this, number, times, cancellation);
        _sessions[number] = session;
        // The link may have ended between the caller's look at it and the line above.
        if (_lost)
            session.LinkLost();
        return session;
    }

    /// <summary>Sends, or does nothing where the link is gone: the session hears of that on its
    /// own.</summary>
    public void Send(RelayCommand command) => _outbound.Writer.TryWrite(command);

    public void Close(ulong session)
    {
        if (_sessions.TryRemove(session, out _))
            Send(new RelayCommand { Session = session, Close = new RelayClose() });
    }

    /// <summary>Runs the stream until one end leaves it.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<RelayAnswer> from, IServerStreamWriter<RelayCommand> to,
        CancellationToken cancellation)
    {
        var sending = SendAsync(to, cancellation);
        try
        {
            while (await from.MoveNext(cancellation))
                Take(from.Current);
        }
        finally
        {
            _lost = true;
            _outbound.Writer.TryComplete();
            foreach (var session in _sessions.Values)
                session.LinkLost();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Take(RelayAnswer answer)
    {
        if (answer.Readers is { } readers)
            Readers = [.. readers.Readers];
        else if (answer.Served is { Uid.Length: Uid.Length } card)
            served(card.Reader, Uid.FromBytes(card.Uid.Span));
        else if (_sessions.TryGetValue(answer.Session, out var session))
            session.Take(answer);
    }

    private async Task SendAsync(IServerStreamWriter<RelayCommand> to, CancellationToken cancellation)
    {
        await foreach (var command in _outbound.Reader.ReadAllAsync(cancellation))
            await to.WriteWholeAsync(command, cancellation);
    }
}
