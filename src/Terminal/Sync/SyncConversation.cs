using System.Diagnostics;
using System.Security.Cryptography;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>
/// One conversation with headquarters, and all it does to this terminal: whatever happens goes in, and the
/// messages to send come out, in order. Neither clock nor network. One instance per stream, for one thread.
/// </summary>
/// <param name="till">Whose journal is sent and whose replica is fed.</param>
/// <param name="line">Told how the connection stands.</param>
/// <param name="forgetKeys">Called when this terminal is not trusted any more.</param>
/// <param name="log">Where beginning and end are noted.</param>
internal sealed partial class SyncConversation(Till till, SyncLine line, Action forgetKeys, ILogger log)
{
    private readonly SyncMachine _machine = new(new JournalOutbox(till.Journal), SyncLimits.Default);

    // Whether the feed's start is on its way.
    private bool _askedAgain;

    // What headquarters has been told that this terminal works by; null for nothing yet.
    private (int Rules, ulong Hotlist, int Limits)? _told;

    /// <summary>Whether headquarters has accepted us.</summary>
    public bool WasWelcomed { get; private set; }

    /// <summary>Whether headquarters takes what we send, as far as there is anything to send: the next pause
    /// before a new attempt may be short again.</summary>
    public bool WentWell { get; private set; }

    /// <summary>Why it is over; null while it goes on.</summary>
    public string? EndCode { get; private set; }

    /// <summary>The stream is open.</summary>
    public IReadOnlyList<TerminalMessage> Begin()
    {
        var cursor = till.Replica.Cursor;
        _askedAgain = cursor == 0;
        return Perform(_machine.Connected(
            till.Replica.FeedEpoch, cursor, SoftwareVersion.Text, till.Trusted.NewestHash,
            till.Replica.AuditHead));
    }

    /// <summary>Does what headquarters says.</summary>
    public IReadOnlyList<TerminalMessage> Received(ServerMessage message)
    {
        try
        {
            var answers = Perform(_machine.Received(message));
            if (WasWelcomed && message.Welcome?.Authority is { } announced)
                Learn(announced);
            return IsNewsFor(message) ? [.. answers, .. Heartbeat()] : answers;
        }
        catch (FormatException unreadable)
        {
            Unreadable(unreadable);
            return [];
        }
    }

    /// <summary>The journal has new entries.</summary>
    public IReadOnlyList<TerminalMessage> JournalGrew() => Perform(_machine.JournalGrew());

    /// <summary>It is time to show that we are alive.</summary>
    public IReadOnlyList<TerminalMessage> HeartbeatDue()
    {
        if (till.Replica.WantsFeedAgain && !_askedAgain)
            Failed(SyncCode.HotlistDamaged);
        return Heartbeat();
    }

    // People at headquarters wait for this: it is not left to the next beat. The answer to a heartbeat is no
    // news, nor is a part of the feed to which more comes.
    private bool IsNewsFor(ServerMessage message) =>
        WasWelcomed && message.Feed is not { AsOfUs: 0 } && _told != WorksBy;

    private (int Rules, ulong Hotlist, int Limits) WorksBy => (
        till.Replica.Current?.Version ?? 0, till.Replica.Hotlist.Version, till.Replica.Limits?.Version ?? 0);

    private List<TerminalMessage> Heartbeat()
    {
        _told = WorksBy;
        return Perform(_machine.HeartbeatDue(new Heartbeat
        {
            OpenDoubts = (uint)till.Journal.OpenDoubts().Count,
            RuleSetVersion = (uint)(till.Replica.Current?.Version ?? 0),
            FeedCursor = till.Replica.Cursor,
            StoppedBecause = till.Desk.StoppedBecause ?? "",
            HoldsKeys = till.Keys.Ready,
            HotlistVersion = till.Replica.Hotlist.Version,
            AuditHead = till.Replica.AuditHead,
        }));
    }

    /// <summary>The server has had the time it may take to answer the first message.</summary>
    public IReadOnlyList<TerminalMessage> AnswerDue() => Perform(_machine.AnswerDue());

    /// <summary>The stream broke, or was never opened.</summary>
    /// <param name="code">The server's reason, or the network's.</param>
    public void Failed(string code)
    {
        if (EndCode is not null)
            return;
        (EndCode, line.Connected) = (code, false);
        if (code == SyncCode.JournalCompacted)
        {
            line.IsCompacted = true;
            LogCompacted();
            return;
        }

        if (!SyncCode.StopsSelling(code))
        {
            LogEnded(code);
            return;
        }

        LogHalted(code);
        line.Halt(code);
        till.Desk.Stop(code);
        forgetKeys();
    }

    /// <summary>Headquarters said what this release cannot read.</summary>
    public void Unreadable(FormatException reason)
    {
        LogUnreadable(reason.Message);
        Failed(SyncCode.Unreadable);
    }

    // The next conversation begins with a certificate of the authority.
    private void Learn(AuthorityItem announced)
    {
        try
        {
            if (!till.Trusted.Learn(announced))
                return;
            LogLearned(Convert.ToHexString(till.Trusted.NewestHash));
            Failed(SyncCode.AuthorityLearned);
        }
        catch (Exception refused)
            when (refused is CryptographicException or IOException or UnauthorizedAccessException)
        {
            LogNotLearned(refused.Message);
        }
    }

    private List<TerminalMessage> Perform(IReadOnlyList<SyncAct> acts)
    {
        if (EndCode is not null)
            return [];
        var messages = new List<TerminalMessage>(acts.Count);
        foreach (var act in acts)
        {
            switch (act)
            {
                case SyncAct.Send(var message):
                    messages.Add(message);
                    break;
                case SyncAct.Acknowledge(var through):
                    Acknowledged(through);
                    break;
                case SyncAct.Apply(var feed):
                    till.Take(feed);
                    _askedAgain = false;
                    break;
                case SyncAct.End(var code):
                    Failed(code);
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        return messages;
    }

    private void Acknowledged(uint through)
    {
        if (!WasWelcomed)
            LogConnected(through);
        WentWell |= WasWelcomed || through == till.Journal.Head.Sequence;
        (WasWelcomed, line.Connected, line.IsCompacted) = (true, true, false);
        till.Journal.AcknowledgeThrough(through);
    }

    [LoggerMessage(
        LogLevel.Information, "sync-connected durable-through={Through}", EventName = "sync-connected")]
    private partial void LogConnected(uint through);

    [LoggerMessage(
        LogLevel.Information, "authority-learned sha256={Hash}", EventName = "authority-learned")]
    private partial void LogLearned(string hash);

    [LoggerMessage(
        LogLevel.Error, "authority-refused: the next authority of headquarters is not trusted: {Reason}",
        EventName = "authority-refused")]
    private partial void LogNotLearned(string reason);

    [LoggerMessage(LogLevel.Information, "sync-ended code={Code}", EventName = "sync-ended")]
    private partial void LogEnded(string code);

    [LoggerMessage(
        LogLevel.Error, "journal-compacted: the server lacks entries that are not kept here any more; "
        + "nothing is sent", EventName = "journal-compacted")]
    private partial void LogCompacted();

    [LoggerMessage(LogLevel.Error, "sync-halted code={Code}", EventName = "sync-halted")]
    private partial void LogHalted(string code);

    [LoggerMessage(LogLevel.Error, "feed-unreadable reason={Reason}", EventName = "feed-unreadable")]
    private partial void LogUnreadable(string reason);
}
