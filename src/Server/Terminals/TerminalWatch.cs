using System.Collections.Concurrent;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Terminals;

/// <summary>What a terminal last said about itself.</summary>
/// <param name="LastSeen">When it last said anything.</param>
/// <param name="OpenDoubts">Doubts that it could not settle yet.</param>
/// <param name="RuleSetVersion">The rules it sells under, 0 for not known.</param>
/// <param name="FeedCursor">How much of the change feed it has.</param>
internal sealed record TerminalState(
    DateTimeOffset LastSeen, uint OpenDoubts, uint RuleSetVersion, ulong FeedCursor)
{
    /// <summary>Why it serves no card, a code of the terminal's own; null where it does, or has not said
    /// yet.</summary>
    public string? StoppedBecause { get; init; }

    /// <summary>Whether it can open cards by itself; null where it has not said yet.</summary>
    public bool? HoldsKeys { get; init; }

    /// <summary>The newest entry of its journal when it last called, 0 for none.</summary>
    public uint JournalHead { get; init; }

    /// <summary>Its release when it last called; null where it has not since this server started.</summary>
    public string? SoftwareVersion { get; init; }

    /// <summary>When it last was known to have all that headquarters says; null where it was not
    /// yet.</summary>
    public DateTimeOffset? CurrentAt { get; init; }

    /// <summary>Which hotlist it has, 0 for none that is signed.</summary>
    public ulong HotlistVersion { get; init; }

    /// <summary>When it first said so; 0 where it has said nothing else yet.</summary>
    public long HotlistSinceUs { get; init; }
}

/// <summary>How the terminals are, since this server started.</summary>
internal sealed class TerminalWatch(TimeProvider clock)
{
    private const int CodeMost = 32;
    private const int VersionMost = 64;

    private readonly ConcurrentDictionary<uint, TerminalState> _states = new();

    public IReadOnlyDictionary<uint, TerminalState> All => _states;

    public TerminalState? Of(uint terminal) => _states.GetValueOrDefault(terminal);

    public void Seen(uint terminal) =>
        _states.AddOrUpdate(
            terminal, _ => new TerminalState(clock.GetUtcNow(), 0, 0, 0),
            (_, before) => before with { LastSeen = clock.GetUtcNow() });

    /// <summary>It has called.</summary>
    public void Called(uint terminal, Hello hello) =>
        _states.AddOrUpdate(
            terminal, _ => AfterCall(new TerminalState(clock.GetUtcNow(), 0, 0, 0), hello),
            (_, before) => AfterCall(before with { LastSeen = clock.GetUtcNow() }, hello));

    public void Heard(uint terminal, Heartbeat heartbeat)
    {
        var before = Of(terminal);
        _states[terminal] = new TerminalState(
            clock.GetUtcNow(), heartbeat.OpenDoubts, heartbeat.RuleSetVersion, heartbeat.FeedCursor)
        {
            StoppedBecause = IsCode(heartbeat.StoppedBecause) ? heartbeat.StoppedBecause : null,
            HoldsKeys = heartbeat.HoldsKeys,
            JournalHead = before?.JournalHead ?? 0,
            SoftwareVersion = before?.SoftwareVersion,
            CurrentAt = before?.CurrentAt,
            HotlistVersion = Math.Min(heartbeat.HotlistVersion, long.MaxValue),
            HotlistSinceUs = heartbeat.HotlistVersion == (before?.HotlistVersion ?? 0)
                ? before?.HotlistSinceUs ?? 0
                : clock.Microseconds(),
        };
    }

    /// <summary>Nothing is for it that it does not have.</summary>
    public void Current(uint terminal, DateTimeOffset asOf) =>
        _states.AddOrUpdate(
            terminal, _ => new TerminalState(asOf, 0, 0, 0) { CurrentAt = asOf },
            (_, before) => before with { CurrentAt = asOf });

    private static TerminalState AfterCall(TerminalState state, Hello hello) => state with
    {
        JournalHead = hello.HeadSequence,
        SoftwareVersion = hello.SoftwareVersion.Length is > 0 and <= VersionMost
            ? hello.SoftwareVersion
            : null,
    };

    private static bool IsCode(string text) =>
        text.Length is >= 1 and <= CodeMost && text.All(c => char.IsAsciiLetterLower(c) || c == '-');
}
