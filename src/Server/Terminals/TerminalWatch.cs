using System.Collections.Concurrent;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Terminals;

/// <summary>What a terminal last said about itself.</summary>
/// <param name="LastSeen">When it last said anything.</param>
/// <param name="OpenDoubts">Doubts that it could not settle yet.</param>
/// <param name="RuleSetVersion">The rules it sells under, 0 for not known.</param>
/// <param name="FeedCursor">How much of the change feed it has.</param>
internal sealed record TerminalState(
    DateTimeOffset LastSeen, uint OpenDoubts, uint RuleSetVersion, ulong FeedCursor);

/// <summary>How the terminals are, since this server started.</summary>
internal sealed class TerminalWatch(TimeProvider clock)
{
    private readonly ConcurrentDictionary<uint, TerminalState> _states = new();

    public TerminalState? Of(uint terminal) => _states.GetValueOrDefault(terminal);

    public void Seen(uint terminal) =>
        _states.AddOrUpdate(
            terminal, _ => new TerminalState(clock.GetUtcNow(), 0, 0, 0),
            (_, before) => before with { LastSeen = clock.GetUtcNow() });

    public void Heard(uint terminal, Heartbeat heartbeat) =>
        _states[terminal] = new TerminalState(
            clock.GetUtcNow(), heartbeat.OpenDoubts, heartbeat.RuleSetVersion, heartbeat.FeedCursor);
}
