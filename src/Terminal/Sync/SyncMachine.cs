using Google.Protobuf;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>The journal as sync sees it: entries 1, 2, 3 … without a hole, each with its chain
/// hash.</summary>
internal interface IOutbox
{
    /// <summary>The newest entry's sequence; 0 for none.</summary>
    uint Head { get; }

    /// <summary>The chain hash of an entry, 32 bytes, of 0 zero bytes; null where what follows it is not here
    /// any more.</summary>
    ByteString? HashOf(uint sequence);

    /// <summary>Entries after <paramref name="after"/>, oldest first; at least one where there is
    /// any.</summary>
    IReadOnlyList<JournalEntry> Entries(uint after, int most, int bytesMost);
}

/// <summary>What sync wants done, in this order.</summary>
internal abstract record SyncAct
{
    private SyncAct() { }

    /// <summary>A message to the server.</summary>
    public sealed record Send(TerminalMessage Message) : SyncAct;

    /// <summary>The server has everything up to here on disk. It may be less than before.</summary>
    public sealed record Acknowledge(uint Through) : SyncAct;

    /// <summary>News from headquarters, to be stored together with its position.</summary>
    public sealed record Apply(FeedBatch Feed) : SyncAct;

    /// <summary>
    /// This stream is over. <see cref="SyncCode.StopsSelling"/> says whether to try again after a pause or to
    /// sell no more until people have looked.
    /// </summary>
    public sealed record End(string Code) : SyncAct;
}

/// <summary>Reasons of our own to end a stream; the server has its own.</summary>
internal static class SyncCode
{
    public const string JournalBehind = "journal-behind";
    public const string JournalDiffers = "journal-differs";
    public const string JournalCompacted = "journal-compacted";
    public const string OutOfTurn = "message-out-of-turn";
    public const string NoAnswer = "no-answer";
    public const string NeverSent = "acknowledged-never-sent";
    public const string Unreadable = "unreadable";
    public const string HotlistDamaged = "hotlist-damaged";
    public const string AuthorityLearned = "authority-learned";
    public const string TerminalUnknown = "terminal-unknown";
    public const string TerminalRevoked = "terminal-revoked";
    public const string ProtocolVersion = "protocol-version";

    /// <summary>Whether a terminal refused for this reason stops selling (terminal.proto lists
    /// them).</summary>
    public static bool StopsSelling(string code) =>
        code is TerminalUnknown or TerminalRevoked or ProtocolVersion or JournalBehind or JournalDiffers;
}

/// <summary>How much may be on its way.</summary>
/// <param name="BatchEntriesMost">Entries in one message.</param>
/// <param name="BatchBytesMost">Bytes of bodies in one message; one entry may be more.</param>
/// <param name="WindowEntriesMost">Entries sent and not yet acknowledged.</param>
internal sealed record SyncLimits(int BatchEntriesMost, int BatchBytesMost, int WindowEntriesMost)
{
    public static SyncLimits Default { get; } = new(512, 512 * 1024, 2048);
}

/// <summary>
/// The terminal's end of the conversation in docs/sync.md: messages in, acts out, no clock and no network.
/// One instance per stream; what lasts is in the journal and the replica.
/// </summary>
internal sealed class SyncMachine(IOutbox outbox, SyncLimits limits)
{
    private const uint Version = 1;

    private bool _welcomed;
    private bool _ended;
    private uint _sent;
    private uint _acknowledged;

    /// <summary>The stream is open.</summary>
    /// <param name="feedEpoch">In which book the next is a place.</param>
    /// <param name="feedCursor">The last feed position the replica has stored.</param>
    /// <param name="softwareVersion">For the list of terminals.</param>
    /// <param name="authority">SHA-256 of the newest authority that is trusted here.</param>
    /// <param name="auditHead">What headquarters has told of its audit log.</param>
    public IReadOnlyList<SyncAct> Connected(
        long feedEpoch, ulong feedCursor, string softwareVersion, ReadOnlySpan<byte> authority = default,
        AuditHead? auditHead = null)
    {
        var head = outbox.Head;
        return
        [
            new SyncAct.Send(new TerminalMessage
            {
                Hello = new Hello
                {
                    ProtocolVersion = Version,
                    HeadSequence = head,
                    HeadHash = outbox.HashOf(head) ?? ByteString.Empty,
                    FeedEpoch = feedEpoch,
                    FeedCursor = feedCursor,
                    SoftwareVersion = softwareVersion,
                    Authority = ByteString.CopyFrom(authority),
                    AuditHead = auditHead,
                },
            }),
        ];
    }

    /// <summary>The journal has new entries.</summary>
    public IReadOnlyList<SyncAct> JournalGrew() => _welcomed && !_ended ? Pump() : [];

    /// <summary>It is time to show that we are alive.</summary>
    public IReadOnlyList<SyncAct> HeartbeatDue(Heartbeat heartbeat) =>
        _welcomed && !_ended ? [new SyncAct.Send(new TerminalMessage { Heartbeat = heartbeat })] : [];

    /// <summary>The server has had the time it may take to answer the first message.</summary>
    public IReadOnlyList<SyncAct> AnswerDue() => _welcomed || _ended ? [] : End(SyncCode.NoAnswer);

    public IReadOnlyList<SyncAct> Received(ServerMessage message)
    {
        if (_ended)
            return [];
        return message.ContentCase switch
        {
            ServerMessage.ContentOneofCase.Refusal => End(message.Refusal.Code),
            ServerMessage.ContentOneofCase.Welcome when !_welcomed => Welcomed(message.Welcome),
            ServerMessage.ContentOneofCase.Acknowledgement when _welcomed =>
                Acknowledged(message.Acknowledgement.Through),
            ServerMessage.ContentOneofCase.Feed when _welcomed => [new SyncAct.Apply(message.Feed)],
            _ => End(SyncCode.OutOfTurn),
        };
    }

    private IReadOnlyList<SyncAct> Welcomed(Welcome welcome)
    {
        var durable = welcome.DurableThrough;
        if (durable > outbox.Head)
            return End(SyncCode.JournalBehind);
        if (outbox.HashOf(durable) is not { } hash)
            return End(SyncCode.JournalCompacted);
        if (durable > 0 && hash != welcome.DurableHash)
            return End(SyncCode.JournalDiffers);

        _welcomed = true;
        (_sent, _acknowledged) = (durable, durable);
        return [new SyncAct.Acknowledge(durable), .. Pump()];
    }

    private IReadOnlyList<SyncAct> Acknowledged(uint through)
    {
        if (through > _sent)
            return End(SyncCode.NeverSent);
        if (through <= _acknowledged)
            return [];

        _acknowledged = through;
        return [new SyncAct.Acknowledge(through), .. Pump()];
    }

    private IReadOnlyList<SyncAct> End(string code)
    {
        _ended = true;
        return [new SyncAct.End(code)];
    }

    private List<SyncAct> Pump()
    {
        var acts = new List<SyncAct>();
        while (WindowLeft > 0)
        {
            var entries = outbox.Entries(
                _sent, Math.Min(limits.BatchEntriesMost, WindowLeft), limits.BatchBytesMost);
            if (entries.Count == 0)
                break;
            _sent = entries[^1].Sequence;
            acts.Add(
                new SyncAct.Send(new TerminalMessage { Batch = new EntryBatch { Entries = { entries } } }));
        }

        return acts;
    }

    private int WindowLeft => limits.WindowEntriesMost - (int)(_sent - _acknowledged);
}
