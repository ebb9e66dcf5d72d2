using System.Globalization;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Reports;

/// <summary>What a page tells of, as far as it may change while somebody looks: the same mark says that the
/// page is as it was. Whoever has one open asks again and again, so that a mark is one small
/// question.</summary>
internal sealed class PageMarks(Database database, TerminalWatch watch, OpenLines lines)
{
    /// <summary>Of a member's cards, points, operations and adjustments.</summary>
    public string OfMember(long member) => Mark(database.Read(db => db.Find<MemberMark>(
        $"""
        SELECT CAST(COALESCE(SUM(number * status), 0) AS bigint) AS cards,
            CAST(COALESCE(SUM(highest_counter + acknowledged_counter), 0) AS bigint) AS counters,
            (SELECT COUNT(*) FROM account_sale WHERE member = @member) AS sales,
            (SELECT COUNT(*) FROM posting WHERE owner = @member
                AND account IN ({(int)AccountKind.MemberOnAccount}, {(int)AccountKind.Pending})) AS moves,
            (SELECT COUNT(*) + COUNT(decided_us) FROM member_adjustment WHERE member = @member)
                AS adjustments
        FROM card WHERE member = @member
        """,
        new { member }))!.All);

    /// <summary>Of a terminal, how it is and what of its journal is here.</summary>
    public string OfTerminal(uint terminal)
    {
        var state = watch.Of(terminal);
        return Mark(
        [
            lines.IsOpen(terminal) ? 1 : 0,
            state is null ? 0 : UnixTime.Microseconds(state.LastSeen),
            database.Read(db => db.Value<long>(
                "SELECT COALESCE(MAX(sequence), 0) FROM journal_head WHERE terminal = @terminal",
                new { terminal = (long)terminal })),
        ]);
    }

    // Whoever compares it may read in another language.
    private static string Mark(IEnumerable<long> figures) =>
        string.Join(' ', figures.Select(figure => figure.ToString(CultureInfo.InvariantCulture)));

    private sealed record MemberMark
    {
        public long Cards { get; init; }
        public long Counters { get; init; }
        public long Sales { get; init; }
        public long Moves { get; init; }
        public long Adjustments { get; init; }

        public long[] All => [Cards, Counters, Sales, Moves, Adjustments];
    }
}
