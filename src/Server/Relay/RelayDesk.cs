using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Relay;

/// <summary>A reader of a connected terminal, as it last said.</summary>
internal sealed record RelayReader(uint Terminal, string Name, bool Available, bool CardPresent);

/// <summary>A card that still lies on a terminal's reader once its customer has been served.</summary>
internal sealed record ServedCard(uint Terminal, string Reader, Uid Uid);

/// <summary>Which terminals can be reached for driving a card, and the way to their readers.</summary>
internal sealed class RelayDesk(IOptions<RelayOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<uint, RelayLink> _links = new();
    private readonly ConcurrentDictionary<(uint Terminal, string Reader), RelayChannel> _users = new();

    /// <summary>Raised on the stream's own thread; a handler must be quick.</summary>
    public event Action<ServedCard>? Served;

    public IReadOnlyList<RelayReader> Readers =>
        [.. _links.OrderBy(link => link.Key).SelectMany(link => link.Value.Readers.Select(
            reader => new RelayReader(link.Key, reader.Name, reader.Available, reader.CardPresent)))];

    /// <summary>Serves a terminal's relay stream until it ends.</summary>
    public async Task ServeAsync(
        IAsyncStreamReader<RelayAnswer> from, IServerStreamWriter<RelayCommand> to, Line line,
        CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(line.Ended, cancellation);
        var link = new RelayLink((reader, uid) => Served?.Invoke(new ServedCard(line.Terminal, reader, uid)));
        _links[line.Terminal] = link;
        try
        {
            await link.RunAsync(from, to, ends.Token);
        }
        finally
        {
            _links.TryRemove(KeyValuePair.Create(line.Terminal, link));
        }
    }

    /// <summary>Waits for a card on a terminal's reader. Blocks; the caller brings a thread of its
    /// own.</summary>
    /// <param name="terminal">Its number.</param>
    /// <param name="reader">Name of the reader; empty for whichever gets a card.</param>
    /// <param name="cancellation">Ends the wait and every later one of the session.</param>
    /// <param name="cardWait">How long to wait; null for as long as usual.</param>
    /// <returns>The open session. The caller disposes of it, which gives the reader back.</returns>
    /// <exception cref="RelayRefusedException">No card, no reader, no terminal, or another has the
    /// reader.</exception>
    public RelaySession Open(
        uint terminal, string reader, CancellationToken cancellation, TimeSpan? cardWait = null)
    {
        var times = new RelayTimes(
            cardWait ?? TimeSpan.FromMilliseconds(options.Value.CardWaitMs),
            TimeSpan.FromMilliseconds(options.Value.IdleMs), clock);
        return Open(terminal, reader, card: null, times, cancellation);
    }

    /// <summary>Takes a card that lies there still; no other customer's is taken, and none is waited
    /// for.</summary>
    /// <param name="card">As the terminal has told of it.</param>
    /// <param name="cancellation">Ends the session.</param>
    /// <returns>The open session. The caller disposes of it, which gives the reader back.</returns>
    /// <exception cref="RelayRefusedException">The card has left, or the terminal.</exception>
    public RelaySession Open(ServedCard card, CancellationToken cancellation)
    {
        var served = TimeSpan.FromMilliseconds(options.Value.ServedIdleMs);
        return Open(
            card.Terminal, card.Reader, card.Uid, new RelayTimes(served, served, clock), cancellation);
    }

    private RelaySession Open(
        uint terminal, string reader, Uid? card, RelayTimes times, CancellationToken cancellation)
    {
        if (!_links.TryGetValue(terminal, out var link))
            throw new RelayRefusedException("terminal-away");

        var channel = link.NewSession(times, cancellation);
        var session = new RelaySession(channel, this, terminal);
        try
        {
            if (reader.Length > 0)
                session.Claim(reader);
            channel.Open(reader, card);
            if (reader.Length == 0)
                session.Claim(channel.Reader);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>One user per reader.</summary>
    public void Claim(uint terminal, string reader, RelayChannel user)
    {
        if (_users.GetOrAdd((terminal, reader), user) != user)
            throw new RelayRefusedException("reader-busy");
    }

    public void GiveBack(uint terminal, string reader, RelayChannel user) =>
        _users.TryRemove(KeyValuePair.Create((terminal, reader), user));
}

/// <summary>An open channel together with its claim on the reader.</summary>
internal sealed class RelaySession(RelayChannel channel, RelayDesk desk, uint terminal) : IDisposable
{
    private string? _claimed;

    public RelayChannel Channel => channel;

    public void Claim(string reader)
    {
        desk.Claim(terminal, reader, channel);
        _claimed = reader;
    }

    public void Dispose()
    {
        channel.Dispose();
        if (_claimed is not null)
            desk.GiveBack(terminal, _claimed, channel);
    }
}
