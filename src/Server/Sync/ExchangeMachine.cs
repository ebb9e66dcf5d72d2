using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>
/// The server's end of the conversation in docs/sync.md: a terminal's messages in, the answers out, no
/// network. One instance per stream; what lasts is in the book. One caller receives, another may feed;
/// messages are made one at a time.
/// </summary>
internal sealed class ExchangeMachine(
    uint terminal, Database database, TerminalWatch watch, TimeProvider clock)
{
    private const uint ProtocolVersion = 1;
    private const int EntriesMost = 1024;
    public const int FeedItemsMost = 256;

    /// <summary>Who knows of authorities that are to come; null where there are none.</summary>
    public AuthorityDesk? Authorities { get; init; }

    /// <summary>Who compares what terminals know of the audit log with it; null where nobody does.</summary>
    public AuditWitnesses? Witnesses { get; init; }

    private JournalEntry? _newest;

    // Not where the terminal's word is evidence against the log: it must keep it.
    private bool _tellsAuditHead;
    private long _feedEpoch;
    private ulong _feedCursor;

    // The next batch is the feed's beginning (from_start).
    private bool _fromStart;

    /// <summary>Compares the two ends of the journal and says where the server's is.</summary>
    /// <param name="first">The stream's first message; null where it ended without one.</param>
    /// <returns>The welcome. Only after it do messages and the feed follow.</returns>
    /// <exception cref="RefusedException">It is no hello, speaks another version, or the terminal's journal
    /// is another incarnation.</exception>
    public ServerMessage Begin(TerminalMessage? first)
    {
        if (first?.Hello is not { } hello)
            throw RefusedException.BadRequest("hello-first", "The first message is a hello.");
        if (hello.ProtocolVersion != ProtocolVersion)
            throw Refused("protocol-version", $"This server speaks version {ProtocolVersion}.");

        watch.Called(terminal, hello);
        var head = database.Read(db => Journals.Head(db, terminal));
        if (hello.HeadSequence < head.Sequence)
            throw Refused("journal-behind", "The server has more of this journal.");
        var same = hello.HeadSequence == head.Sequence;
        if (same && head.Sequence > 0 && !hello.HeadHash.Span.SequenceEqual(head.ChainHash))
            throw Refused("journal-differs", "The server has another entry at the journal's end.");

        (_feedEpoch, _feedCursor) = database.Read(db => (
            FeedEpoch.Current(db), FeedEpoch.PlaceOf(db, hello.FeedEpoch, hello.FeedCursor)));
        _fromStart = _feedCursor == 0;
        Authorities?.Heard(terminal, hello.Authority);
        _tellsAuditHead = Witnesses?.Hear(terminal, hello.AuditHead, isFirst: true) == true;
        return new ServerMessage
        {
            Welcome = new Welcome
            {
                DurableThrough = (uint)head.Sequence,
                DurableHash = ByteString.CopyFrom(head.ChainHash),
                ServerTimeUs = clock.Microseconds(),
                Authority = Authorities?.Announcement,
            },
        };
    }

    /// <summary>Looks at what the terminal says after its hello.</summary>
    /// <returns>Entries to be taken and then acknowledged; null for a heartbeat.</returns>
    /// <exception cref="RefusedException">The entries do not follow on, or it is not the time for this
    /// message.</exception>
    public Delivery? Received(TerminalMessage message)
    {
        watch.Seen(terminal);
        switch (message)
        {
            case { Batch: { } batch }:
                return Checked(batch.Entries);
            case { Heartbeat: { } heartbeat }:
                watch.Heard(terminal, heartbeat);
                _tellsAuditHead = Witnesses?.Hear(terminal, heartbeat.AuditHead, isFirst: false) == true;
                return null;
            default:
                throw RefusedException.BadRequest(
                    "message-out-of-turn", "Batches and heartbeats follow a hello.");
        }
    }

    /// <summary>The answer to a delivery, once it is durable.</summary>
    public static ServerMessage Acknowledgement(Delivery taken) =>
        new() { Acknowledgement = new Acknowledgement { Through = taken.Entries[^1].Sequence } };

    /// <summary>Whether the change feed went no further when <see cref="NextFeed"/> looked.</summary>
    public bool HasAllOfFeed { get; private set; }

    /// <summary>The next of the change feed; null where nothing more is for this terminal.</summary>
    public ServerMessage? NextFeed()
    {
        var asOf = clock.Microseconds();
        var part = database.Read(db => Feed.After(db, terminal, _feedCursor, FeedItemsMost));
        HasAllOfFeed = part.IsLast;
        _feedCursor = part.Through;
        if (part.Items.Count == 0)
            return null;
        // A new terminal sells by them while many cards are still coming.
        var ahead = _fromStart && !HasAllOfFeed ? database.Read(db => Feed.Authority(db, terminal)) : [];
        return Told(new FeedBatch
        {
            Ahead = { ahead },
            Items = { part.Items },
            AsOfUs = HasAllOfFeed ? asOf : 0,
        });
    }

    /// <summary>What a heartbeat is answered with: that the terminal has all of the feed; null where it has
    /// not.</summary>
    public ServerMessage? StillAll()
    {
        var asOf = clock.Microseconds();
        var rest = database.Read(db => Feed.After(db, terminal, _feedCursor, most: 1));
        if (rest.Items.Count > 0)
            return null;
        if (watch.Of(terminal)?.FeedCursor >= _feedCursor)
            watch.Current(terminal, UnixTime.FromMicroseconds(asOf));
        _feedCursor = rest.Through;
        return Told(new FeedBatch { AsOfUs = asOf });
    }

    private ServerMessage Told(FeedBatch batch)
    {
        (batch.FromStart, batch.Epoch, batch.Through) = (_fromStart, _feedEpoch, _feedCursor);
        batch.AuditHead = _tellsAuditHead ? Witnesses?.Head() : null;
        _fromStart = false;
        return new ServerMessage { Feed = batch };
    }

    /// <summary>The last message before the stream ends.</summary>
    public static ServerMessage Refusal(string code, string text) =>
        new() { Refusal = new Refusal { Code = code, Text = text } };

    private Delivery Checked(RepeatedField<JournalEntry> entries)
    {
        if (entries.Count is 0 or > EntriesMost || entries[0].Sequence == 0)
            throw RefusedException.BadRequest("batch-size", $"A batch has 1 to {EntriesMost} entries.");

        var before = HashBefore(entries[0].Sequence)
            ?? throw RefusedException.BadRequest("batch-out-of-order", "Entries before it are missing.");
        if (!JournalChain.Holds(before, entries))
            throw Refused("chain-broken", "The batch does not follow on.");
        _newest = entries[^1];
        return new Delivery(terminal, entries);
    }

    // What this stream has brought may not be in the book yet, and is there before what follows it.
    private byte[]? HashBefore(uint sequence) =>
        sequence == 1 ? JournalChain.Beginning
        : _newest?.Sequence == sequence - 1 ? _newest.ChainHash.ToByteArray()
        : database.Read(db => Journals.HashAt(db, terminal, sequence - 1));

    private static RefusedException Refused(string code, string text) =>
        new(StatusCode.FailedPrecondition, code, text);
}
