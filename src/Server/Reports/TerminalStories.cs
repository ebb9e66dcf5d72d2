using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Reports;

/// <summary>What the book has on one terminal, beside what it is to have.</summary>
internal sealed record TerminalStory
{
    /// <summary>The newest entry of its journal that is here, 0 for none.</summary>
    public long JournalHead { get; init; }

    /// <summary>When that came; null where none did.</summary>
    public long? JournalUs { get; init; }

    /// <summary>When it was last written down that it was heard of; null for never.</summary>
    public long? SeenUs { get; init; }

    /// <summary>When a card was last served by it, as far as it has reported.</summary>
    public long? LastTapUs { get; init; }

    /// <summary>When its newest certificate was made.</summary>
    public long CertifiedUs { get; init; }

    /// <summary>When its limits were issued.</summary>
    public long? LimitsUs { get; init; }

    /// <summary>From this place on in the change feed it has them.</summary>
    public long? LimitsPosition { get; init; }

    /// <summary>The rules in force.</summary>
    public long RuleSetVersion { get; init; }

    /// <summary>The newest hotlist.</summary>
    public long HotlistVersion { get; init; }

    /// <summary>Its limits in force; null where it has none yet.</summary>
    public Limits? Limits { get; init; }

    /// <summary>What may be lost there; null where it is shut out or has no limits.</summary>
    public Exposure.Standing? Exposure { get; init; }

    /// <summary>Whether it has said that it has its limits; null where it has said nothing since this server
    /// started.</summary>
    public bool? HasLimits(TerminalState? state) =>
        state is null or { FeedCursor: 0 } || LimitsPosition is not { } position
            ? null
            : state.FeedCursor >= (ulong)position;
}

/// <summary>Reads what the book has on terminals, one at a time.</summary>
internal sealed class TerminalStories(Database database, LimitsBook limits, TimeProvider clock)
{
    public TerminalStory Of(Terminal terminal) => database.Read(db => db.Find<TerminalStory>(
        """
        SELECT COALESCE(h.sequence, 0) AS journal_head, h.taken_us AS journal_us, s.seen_us,
            (SELECT c.recorded_us FROM card_transaction c WHERE c.terminal = t.number
                ORDER BY c.sequence DESC LIMIT 1) AS last_tap_us,
            COALESCE((SELECT MAX(renewed_us) FROM renewed_certificate WHERE terminal = t.number),
                t.enrolled_us) AS certified_us,
            (SELECT MAX(issued_us) FROM terminal_limits WHERE terminal = t.number) AS limits_us,
            (SELECT position FROM feed WHERE name = @limits) AS limits_position
        FROM terminal t LEFT JOIN journal_head h ON h.terminal = t.number
        LEFT JOIN terminal_seen s ON s.terminal = t.number
        WHERE t.number = @Number
        """,
        new { terminal.Number, limits = $"limits:{terminal.Number}" })! with
    {
        RuleSetVersion = ProgrammeBook.Current(db, terminal.Programme).Version,
        HotlistVersion = HotlistBook.Newest(db),
        Limits = limits.Of((uint)terminal.Number),
        Exposure = Exposure.Find(db, new Period(0, long.MaxValue, clock.Microseconds()), terminal.Number),
    });
}
