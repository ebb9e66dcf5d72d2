using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Programmes;

/// <summary>A sale of the past, as rules are asked for it again.</summary>
/// <param name="Place">Where it stands in its terminal's journal.</param>
/// <param name="Member">Who bought.</param>
/// <param name="Card">The card's number; 0 without a card.</param>
/// <param name="Day">On which it was sold, in the programme's zone.</param>
internal sealed record StoredSale(JournalPlace Place, long Member, long Card, DateOnly Day)
{
    /// <summary>What the rules were asked, as far as what the card signed bears it out; null where that is
    /// not known.</summary>
    public SaleRequest? Asked { get; init; }

    /// <summary>Points on the card.</summary>
    public int Spendable { get; init; }

    /// <summary>Points of them that had expired.</summary>
    public int Withheld { get; init; }

    /// <summary>Points that were given for it, at once or later.</summary>
    public long Earned { get; init; }
    public long Redeemed { get; init; }
    public long AmountMinor { get; init; }

    /// <summary>The rules of then; null where the book has no such version.</summary>
    public RuleSet? Rules { get; init; }
}

/// <summary>
/// Reads the sales of a time span from the book, a page after the other, so that no reader keeps the book
/// from growing: those with a card by their time, then those without. What a till gave up is no sale.
/// </summary>
/// <param name="programme">Whose.</param>
/// <param name="from">The first day, in the programme's zone.</param>
/// <param name="through">The last.</param>
internal sealed class StoredSales(Database database, Programme programme, DateOnly from, DateOnly through)
{
    private const int PageLength = 500;

    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(programme.Zone);

    // A table, what else belongs to the kind, and where its time stands.
    private const string OfCards =
        """
        FROM card_transaction t
            JOIN card c ON c.uid = t.uid AND c.generation = t.generation
            LEFT JOIN intent i ON i.terminal = t.terminal AND i.sequence = t.sequence
            LEFT JOIN journal_entry e ON e.terminal = i.terminal AND e.sequence = i.sequence
        WHERE t.kind = 2 AND t.programme = @Number AND COALESCE(i.abandoned, 0) = 0
            AND t.recorded_us >= @From AND t.recorded_us < @To
        """;

    private const string OfAccounts =
        """
        FROM account_sale t JOIN journal_entry e ON e.terminal = t.terminal AND e.sequence = t.sequence
        WHERE t.programme = @Number AND t.posted_us >= @From AND t.posted_us < @To
        """;

    /// <summary>How many <see cref="Read"/> gives, as of now.</summary>
    public long Count() => database.Read(db =>
        db.Value<long>($"SELECT COUNT(*) {OfCards}", Asking(new Row()))
        + db.Value<long>($"SELECT COUNT(*) {OfAccounts}", Asking(new Row())));

    public IEnumerable<StoredSale> Read() => Pages(CardSales).Concat(Pages(AccountSales));

    private static IEnumerable<StoredSale> Pages(Func<Row, IReadOnlyList<(Row Row, StoredSale Sale)>> next)
    {
        var last = new Row { AtUs = long.MinValue, Terminal = long.MinValue };
        while (next(last) is { Count: > 0 } page)
        {
            foreach (var (row, sale) in page)
            {
                last = row;
                yield return sale;
            }
        }
    }

    private List<(Row Row, StoredSale Sale)> CardSales(Row after) => Page(
        $"""
        SELECT t.recorded_us AS at_us, t.terminal, t.sequence, t.rule_set, t.earned, t.redeemed,
            t.amount_minor, t.balance_before + t.adjusted AS spendable, t.record_read,
            t.record_written, t.store_zone, c.number AS card, c.member, e.body
        {OfCards} AND (t.recorded_us, t.terminal, t.sequence) > (@AtUs, @Terminal, @Sequence)
        ORDER BY t.recorded_us, t.terminal, t.sequence LIMIT {PageLength}
        """,
        after);

    private List<(Row Row, StoredSale Sale)> AccountSales(Row after) => Page(
        $"""
        SELECT t.posted_us AS at_us, t.terminal, t.sequence, t.rule_set, t.earned, t.amount_minor, t.member,
            e.body
        {OfAccounts} AND (t.terminal, t.sequence) > (@Terminal, @Sequence)
        ORDER BY t.terminal, t.sequence LIMIT {PageLength}
        """,
        after);

    private List<(Row Row, StoredSale Sale)> Page(string sql, Row after) => database.Read(db =>
        db.List<Row>(sql, Asking(after)).Select(row => (row, SaleOf(db, row))).ToList());

    // So that an index leads there, what lies before the place is passed over by its time first.
    private object Asking(Row after) => new
    {
        programme.Number,
        From = Math.Max(StartOf(from), after.Card == 0 ? long.MinValue : after.AtUs),
        To = StartOf(through.AddDays(1)),
        after.AtUs,
        after.Terminal,
        after.Sequence,
    };

    private StoredSale SaleOf(DbSession db, Row row)
    {
        var place = new JournalPlace(row.Terminal, row.Sequence);
        var (asked, rules) = (AskedBy(row), ProgrammeBook.Find(db, programme.Number, row.RuleSet));
        return new StoredSale(place, row.Member, row.Card, DayOf(row.AtUs))
        {
            Asked = asked,
            Spendable = row.OnCard,
            Withheld = WithheldOf(row),
            Earned = row.Earned + LaterOf(row, asked, rules),
            Redeemed = row.Redeemed,
            AmountMinor = row.AmountMinor,
            Rules = rules,
        };
    }

    // What had expired before a sale is on the card's record after it, too: nobody spends it.
    private static int WithheldOf(Row row)
    {
        if (row.RecordWritten is not { } bytes)
            return 0;
        var written = LogRecord.Decode(bytes);
        return NextExpiry.Of(written).Withheld(StoreDays.DayOf(written.Time, row.StoreZone), row.OnCard);
    }

    private static int LaterOf(Row row, SaleRequest? asked, RuleSet? rules) =>
        rules is { Validity.PendingDays: > 0 } && asked is not null
        && Sale.Decide(asked with { PointsAsked = (int)row.Redeemed }, row.OnCard, rules)
            is SaleDecision.Approved(var terms)
            ? terms.Pending
            : 0;

    // The tier is what the card signed; a basket that costs something else than it signed is not believed.
    private static SaleRequest? AskedBy(Row row)
    {
        if (row.Body is not { } body || JournalReading.TermsOf(body) is not { } terms
            || JournalReading.AskedBy(terms) is not { } asked || asked.Basket.Total.Minor != row.AmountMinor)
        {
            return null;
        }

        return row.RecordWritten is { } written
            ? asked with { Occasion = asked.Occasion with { Tier = LogRecord.Decode(written).Tier } }
            : asked;
    }

    private DateOnly DayOf(long us) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(UnixTime.FromMicroseconds(us), _zone).DateTime);

    // Where midnight is skipped, the day begins with the first moment after it.
    private long StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (_zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(1);
        return UnixTime.Microseconds(new DateTimeOffset(midnight, _zone.GetUtcOffset(midnight)));
    }

    private sealed record Row
    {
        public long AtUs { get; init; }
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public long RuleSet { get; init; }
        public long Earned { get; init; }
        public long Redeemed { get; init; }
        public long AmountMinor { get; init; }
        public long Spendable { get; init; }
        public long Card { get; init; }
        public long Member { get; init; }
        public byte[]? RecordRead { get; init; }
        public byte[]? RecordWritten { get; init; }
        public string StoreZone { get; init; } = "";
        public byte[]? Body { get; init; }

        public int OnCard => (int)Math.Clamp(Spendable, 0, int.MaxValue);
    }
}
