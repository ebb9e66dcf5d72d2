using System.Globalization;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>How the operator stands, in one row.</summary>
internal sealed record Standing
{
    public long Members { get; init; }

    /// <summary>Members with a card that has sold in the last <see cref="OverviewReport.ActiveDays"/>
    /// days.</summary>
    public long MembersActive { get; init; }
    public long Cards { get; init; }

    /// <summary>Points on all chips, as the ledger has them.</summary>
    public long OnCards { get; init; }

    /// <summary>Points that members have in all: on cards, on account and for later.</summary>
    public long Owed { get; init; }

    /// <summary>The sum over all accounts; anything but 0 is our mistake.</summary>
    public long LedgerSum { get; init; }
}

/// <summary>What was sold in an hour of a day, or on a day.</summary>
internal sealed record SoldIn
{
    /// <summary>0..23, or yyyy-MM-dd.</summary>
    public string Span { get; init; } = "";

    /// <summary>ISO 4217.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Sales; returns and reversals apart.</summary>
    public long Sales { get; init; }

    /// <summary>What they cost, less what came back; minor units.</summary>
    public long AmountMinor { get; init; }
    public long Earned { get; init; }
    public long Redeemed { get; init; }
}

/// <summary>What happens today, and on the days before.</summary>
/// <param name="Hours">Those of today in which something was sold, in their order.</param>
/// <param name="Days">Business days likewise, today's among them.</param>
/// <param name="Exceptions">Open ones by cause, most first.</param>
internal sealed record Happening(
    IReadOnlyList<SoldIn> Hours, IReadOnlyList<SoldIn> Days, IReadOnlyList<CauseCount> Exceptions);

/// <summary>Open exceptions of one cause.</summary>
internal sealed record CauseCount
{
    /// <summary>One of <see cref="Reconciliation.Cause"/>.</summary>
    public string Cause { get; init; } = "";
    public long Count { get; init; }
}

/// <summary>Where the server's copy of a terminal's journal ends.</summary>
internal sealed record JournalEnd
{
    public long Terminal { get; init; }
    public long Sequence { get; init; }

    /// <summary>When the newest entry came.</summary>
    public long TakenUs { get; init; }
}

/// <summary>Reads the figures of the first page. They are asked for again and again by everybody who has it
/// open: so they are kept.</summary>
internal sealed class OverviewReport
{
    /// <summary>Who has bought within so many days is active.</summary>
    public const int ActiveDays = 30;

    /// <summary>So many business days are shown.</summary>
    public const int Days = 14;

    // As in the card's log: SmartCardCrm.CardProtocol.LogKind.
    private const string Totals =
        """
        SUM(CASE WHEN t.kind = 2 THEN 1 ELSE 0 END) AS sales,
        SUM(CASE WHEN t.kind = 2 THEN t.amount_minor WHEN t.kind IN (4, 5) THEN -t.amount_minor
            ELSE 0 END) AS amount_minor,
        SUM(t.earned) AS earned, SUM(t.redeemed) AS redeemed
        """;

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly KeptAnswers<DateOnly, Standing> _standing;
    private readonly KeptAnswers<DateTimeOffset, Happening> _happening;

    public OverviewReport(Database database, TimeProvider clock)
    {
        (_database, _clock) = (database, clock);
        _standing = new KeptAnswers<DateOnly, Standing>(_ => AskStanding(), clock);
        _happening = new KeptAnswers<DateTimeOffset, Happening>(AskHappening, clock);
    }

    /// <summary>How the whole book stands.</summary>
    /// <param name="today">The day; another day is another question.</param>
    public KeptAnswer<Standing> Stand(DateOnly today) => _standing.Of(today);

    /// <param name="midnight">The beginning of the day that counts as today, in its zone.</param>
    public KeptAnswer<Happening> Happen(DateTimeOffset midnight) => _happening.Of(midnight);

    public IReadOnlyList<JournalEnd> JournalEnds() =>
        _database.Read(db => db.List<JournalEnd>(
            "SELECT terminal, sequence, taken_us FROM journal_head ORDER BY terminal"));

    private Standing AskStanding() => _database.Read(db => db.Find<Standing>(
        $"""
        SELECT
            (SELECT COUNT(*) FROM member WHERE moved_to IS NULL) AS members,
            (SELECT COUNT(DISTINCT c.member) FROM card_transaction t
                JOIN card c ON c.uid = t.uid AND c.generation = t.generation
                WHERE t.recorded_us >= @Active AND t.kind = 2) AS members_active,
            (SELECT COUNT(*) FROM card) AS cards,
            COALESCE(SUM(points), 0) AS ledger_sum,
            COALESCE(SUM(CASE WHEN account = {(int)AccountKind.MemberOnCard} THEN points ELSE 0 END), 0)
                AS on_cards,
            COALESCE(SUM(CASE WHEN account IN ({(int)AccountKind.MemberOnCard},
                {(int)AccountKind.MemberOnAccount}, {(int)AccountKind.Pending}) THEN points ELSE 0 END), 0)
                AS owed
        FROM posting
        """,
        new { Active = UnixTime.Microseconds(_clock.GetUtcNow().AddDays(-ActiveDays)) })!);

    private Happening AskHappening(DateTimeOffset midnight) => _database.Read(db => new Happening(
        db.List<SoldIn>(
            $"""
            SELECT CAST((t.recorded_us - @FromUs) / 3600000000 AS text) AS span, t.currency, {Totals}
            FROM card_transaction t WHERE t.recorded_us >= @FromUs AND t.recorded_us < @ToUs
            GROUP BY (t.recorded_us - @FromUs) / 3600000000, t.currency
            ORDER BY (t.recorded_us - @FromUs) / 3600000000, t.currency
            """,
            new
            {
                FromUs = UnixTime.Microseconds(midnight),
                ToUs = UnixTime.Microseconds(midnight.AddDays(1)),
            }),
        db.List<SoldIn>(
            $"""
            SELECT t.business_date AS span, t.currency, {Totals} FROM card_transaction t
            WHERE t.business_date >= @From AND t.business_date <= @Through
            GROUP BY t.business_date, t.currency ORDER BY t.business_date, t.currency
            """,
            new
            {
                From = Iso(midnight.AddDays(1 - Days)),
                Through = Iso(midnight),
            }),
        db.List<CauseCount>(
            """
            SELECT cause, COUNT(*) AS count FROM book_exception
            WHERE closed_us IS NULL GROUP BY cause ORDER BY count DESC, cause
            """)));

    private static string Iso(DateTimeOffset day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
