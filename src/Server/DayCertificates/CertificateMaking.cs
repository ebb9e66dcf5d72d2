using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>
/// Looks at the book for one certificate: reading only, a page at a time, so that nobody waits for it. What
/// is only added to is looked at up to where it ended in the beginning, and journals, proofs and the ledger's
/// hash from where the certificate before ended.
/// </summary>
/// <param name="database">The book.</param>
/// <param name="secrets">The chain's keys.</param>
/// <param name="before">The newest certificate in the archive; null for none.</param>
internal sealed class CertificateMaking(Database database, ICardSecrets secrets, DayCertificate? before)
{
    // Even, so that both sides of a move are on one page.
    private const int PostingsAtOnce = 20_000;
    private const int CardsAtOnce = 1_000;

    private readonly BookHeads _from = before?.Heads
        ?? new BookHeads(0, LedgerHash.None, 0, DayCertificate.NoDocument, []);

    /// <summary>What was checked, and what stood open.</summary>
    /// <param name="day">The day that is certified.</param>
    /// <param name="nowUs">When.</param>
    public CheckedBook Run(DateOnly day, long nowUs)
    {
        var heads = database.Read(HeadsOf);
        var verified = new BookVerification(database, secrets).RunSince(
            [.. _from.Journals.Select(HeadOf)], [.. heads.Journals.Select(HeadOf)]);
        var checks = new List<CertifiedCheck>
        {
            new("I3", "kept", "what the certificate before names is there as it was",
                Count(NotKept)),
            new("I3", "audit-log", "the log of changes is as it was written",
                Count(db => AuditLog.FirstFault(db) is null ? 0 : 1)),
            new("I9", "proofs", "what journals have brought since is what terminals wrote and cards signed",
                verified.Faults.Count),
            new("I7", "parked-explained", "each entry that was parked since stands in an exception",
                Parked(heads)),
            new("I9", "day-limits", "no terminal let more be redeemed on the day than it ever might",
                Count(db => DayLimits.Exceeded(db, day))),
        };
        checks.AddRange(BookChecks.All.Select(check => new CertifiedCheck(
            check.Invariant, check.Code, check.Says,
            PagesOf(check.Extent, heads.Posting).Sum(page => Count(db => check.Broken(db, page))))));
        return new CheckedBook(
            heads with { Ledger = LedgerHash.After(database, _from.Ledger, _from.Posting, heads.Posting) },
            [.. checks.OrderBy(check => int.Parse(check.Invariant.AsSpan(1), null))],
            database.Read(db => OpenFigures.Of(db, nowUs)) with
            {
                Entries = verified.Entries,
                Proven = verified.Proven,
                Postings = heads.Posting - _from.Posting,
            });
    }

    // What cannot even be read is not as it must be.
    private long Count(Func<DbSession, long> broken)
    {
        try
        {
            return database.Read(broken);
        }
        catch (Exception unreadable) when (BookCheck.IsUnreadable(unreadable))
        {
            return 1;
        }
    }

    private static BookHeads HeadsOf(DbSession db)
    {
        var audit = AuditLog.Newest(db);
        return new BookHeads(
            db.Value<long>("SELECT COALESCE(MAX(id), 0) FROM posting"), LedgerHash.None, audit.Number,
            Convert.ToHexString(audit.ChainHash),
            [
                .. db.List<JournalHead>(
                    "SELECT terminal, sequence, chain_hash FROM journal_head ORDER BY terminal")
                    .Select(head => new CertifiedJournal(
                        head.Terminal, head.Sequence, Convert.ToHexString(head.ChainHash))),
            ]);
    }

    private static JournalHead HeadOf(CertifiedJournal journal) => new()
    {
        Terminal = journal.Terminal,
        Sequence = journal.Sequence,
        ChainHash = Convert.FromHexString(journal.Hash),
    };

    private long NotKept(DbSession db) => CertifiedHeads.NotKept(db, _from).LongCount();

    private long Parked(BookHeads heads) => heads.Journals.Sum(journal => Count(db => db.Value<long>(
        $"""
        SELECT COUNT(*) FROM journal_entry e
        WHERE e.terminal = @Terminal AND e.sequence > @since AND e.sequence <= @Sequence
            AND e.verdict <> '{Journals.Accepted}'
            AND NOT EXISTS (SELECT 1 FROM book_exception x
                WHERE x.name = e.verdict || ':' || e.terminal || ':' || e.sequence)
        """,
        new
        {
            journal.Terminal,
            journal.Sequence,
            since = _from.Journals.SingleOrDefault(one => one.Terminal == journal.Terminal)?.Sequence ?? 0,
        })));

    private IEnumerable<Stretch> PagesOf(Extent extent, long newestPosting) => extent switch
    {
        Extent.Postings => PagesOfPostings(newestPosting),
        Extent.Cards => PagesOfCards(),
        _ => [Stretch.All],
    };

    private static IEnumerable<Stretch> PagesOfPostings(long newest)
    {
        for (var from = 1L; from <= newest; from += PostingsAtOnce)
            yield return new Stretch(from, Math.Min(from + PostingsAtOnce - 1, newest));
    }

    private IEnumerable<Stretch> PagesOfCards()
    {
        for (var from = 0L; EndOfCards(from) is { } through; from = through + 1)
            yield return new Stretch(from, through);
    }

    private long? EndOfCards(long from) => database.Read(db => db.Value<long?>(
        """
        SELECT MAX(number) FROM (
            SELECT number FROM card WHERE number >= @from ORDER BY number LIMIT @CardsAtOnce) AS page
        """,
        new { from, CardsAtOnce }));
}

/// <summary>What a certificate says of the book.</summary>
internal sealed record CheckedBook(
    BookHeads Heads, IReadOnlyList<CertifiedCheck> Checks, CertificateFigures Figures);
