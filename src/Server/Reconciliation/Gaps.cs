using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>
/// The counters that are missing in a card's history, each in one exception: what a terminal has said of it
/// and was not posted, or else that it is late, or nothing but a gap.
/// </summary>
internal static class Gaps
{
    private static readonly RowShape Terminals = new("terminal bigint");

    /// <summary>The counters missing below the highest posted one, as runs from and through.</summary>
    /// <param name="known">Everything up to here is posted.</param>
    /// <param name="posted">Posted counters above it, rising.</param>
    public static IReadOnlyList<(long From, long Through)> MissingRuns(long known, IEnumerable<long> posted)
    {
        var runs = new List<(long From, long Through)>();
        foreach (var counter in posted)
        {
            if (counter > known + 1)
                runs.Add((known + 1, counter - 1));
            known = counter;
        }

        return runs;
    }

    /// <summary>Looks at a card again of which a terminal has said something that is not posted.</summary>
    public static void Review(OpenBook book, string uid, long generation)
    {
        if (Card.Find(book.Db, uid, generation) is { IsUnbroken: false } card)
        {
            Review(book, card, CardTransaction.Between(
                book.Db, card, card.AcknowledgedCounter + 1, uint.MaxValue));
        }
    }

    /// <summary>Opens what is missing, and closes what is not any more.</summary>
    /// <param name="book">The open book.</param>
    /// <param name="card">As it stands now.</param>
    /// <param name="above">What is posted above its acknowledged counter.</param>
    public static void Review(OpenBook book, Card card, IReadOnlyList<CardTransaction> above)
    {
        var missing = MissingRuns(card.AcknowledgedCounter, above.Select(one => one.Counter))
            .SelectMany(run => Missing(book, card, run, above.First(one => one.Counter == run.Through + 1)))
            .ToList();
        foreach (var difference in missing)
            ExceptionBook.Open(book, difference);

        var open = new[] { Cause.Gap, Cause.Late }
            .SelectMany(cause => ExceptionBook.UnhealedOf(book, card.Uid, card.Generation, cause));
        foreach (var healed in open.Except(missing.Select(difference => difference.Name)).ToList())
            ExceptionBook.Close(book, healed, "arrived");
    }

    /// <summary>Terminals have reported further, or were shut out: what they have passed over, or can never
    /// report, is not late any more.</summary>
    public static void Reported(DbSession db, IEnumerable<long> terminals) => db.RunForEach(
        $"""
        UPDATE book_exception SET cause = '{Cause.Gap}' FROM {RowShape.Place}
        WHERE cause = '{Cause.Late}' AND closed_us IS NULL AND book_exception.terminal = row.terminal
            AND NOT {IsToCome("book_exception.")}
        """,
        new Rows(Terminals, [.. terminals.Select(terminal => new object?[] { terminal })]));

    // A run is known by its upper end: it shrinks from below as pieces arrive, and keeps its age.
    private static IEnumerable<Difference> Missing(
        OpenBook book, Card card, (long From, long Through) run, CardTransaction after)
    {
        var claimed = Claimed(book.Db, card, run, after);
        var open = MissingRuns(run.From - 1, [.. claimed, run.Through + 1]);
        foreach (var (from, through) in open)
        {
            var place = through == run.Through ? CommittedBy(book, card, after) : null;
            var isLate = place is { } maker && IsToCome(book.Db, card, maker);
            if (isLate)
                yield return Of(card, through, through, Cause.Late) with { Place = place };
            var rest = isLate ? through - 1 : through;
            if (from <= rest)
                yield return Of(card, from, rest, Cause.Gap) with { Place = isLate ? null : place };
        }
    }

    private static Difference Of(Card card, long from, long through, string cause) => new(
        $"{Cause.Gap}:{card.Uid}:{card.Generation}:{through}", cause,
        from == through ? $"{from}" : $"{from}..{through}")
    {
        Uid = card.Uid,
        Generation = card.Generation,
        Counter = through,
    };

    // Counters that stand in an exception of their own. Of the highest of a run the card itself says who made
    // it: no other terminal's word counts.
    private static IReadOnlyList<long> Claimed(
        DbSession db, Card card, (long From, long Through) run, CardTransaction after) =>
        db.List<long>(
            $"""
            SELECT DISTINCT counter FROM book_exception
            WHERE uid = @Uid AND generation = @Generation
                AND (closed_us IS NULL OR resolved_by IS NOT NULL)
                AND cause IN ('{Cause.Doubt}', '{Cause.BadProof}', '{Cause.BadReaderId}')
                AND counter BETWEEN @From AND @Through
                AND (counter < @Through OR terminal = @maker)
            ORDER BY counter
            """,
            new
            {
                card.Uid,
                card.Generation,
                run.From,
                run.Through,
                maker = (long)after.Previous.Terminal,
            });

    // Who made the hidden commit before this one, as the card says. Whoever holds the sale key can write any
    // terminal's number, but sign it only as one whose reader-id key he has.
    private static JournalPlace? CommittedBy(OpenBook book, Card card, CardTransaction after)
    {
        var named = after.Previous;
        using var key = book.Secrets.ReaderIdKey(named.Terminal);
        return key.Verify(named, card.ChipUid, checked((uint)after.Counter - 1))
            ? new JournalPlace(named.Terminal, named.Sequence)
            : null;
    }

    private static bool IsToCome(DbSession db, Card card, JournalPlace place) =>
        db.Value<long>(
            $"SELECT CASE WHEN {IsToCome("@")} THEN 1 ELSE 0 END",
            new { terminal = place.Terminal, sequence = place.Sequence, uid = card.Uid }) == 1;

    // Its terminal reports still, and has not come so far, or no further than that it was about to.
    private static string IsToCome(string of) =>
        $"""
        EXISTS (
            SELECT 1 FROM terminal t LEFT JOIN journal_head h ON h.terminal = t.number
            WHERE t.number = {of}terminal AND t.revoked_us IS NULL AND (
                COALESCE(h.sequence, 0) < {of}sequence
                OR EXISTS (SELECT 1 FROM intent i WHERE i.terminal = {of}terminal
                    AND i.sequence = {of}sequence AND i.uid = {of}uid AND i.state = '{IntentState.Open}')))
        """;
}
