using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Reads from the book what has moved a member's points.</summary>
/// <param name="db">The open book.</param>
/// <param name="programme">The member's.</param>
/// <param name="today">No day is later: tills write what they like.</param>
internal sealed class LotHistory(DbSession db, long programme, DateOnly today)
{
    // Beyond that a till's business date is a mistake, and the day of the record counts.
    private const int DaysApartMost = 31;

    private readonly List<(PointsMove Move, long AtUs)> _moves = [];

    /// <summary>In order, days not falling. Operations have the number of their place.</summary>
    /// <param name="member">Whose.</param>
    /// <param name="later">Points that an operation gave for later.</param>
    public IEnumerable<PointsMove> Of(long member, IReadOnlyDictionary<JournalPlace, long> later)
    {
        _moves.Clear();
        foreach (var operation in OfCards(member).Concat(OnAccount(member)))
            Add(operation, later.GetValueOrDefault(operation.Place));
        foreach (var back in Returns(member))
            Add(back);
        foreach (var correction in Corrections(member))
            Add(correction, later: 0);
        return _moves.OrderBy(one => one.Move.Day).ThenBy(one => one.AtUs).Select(one => one.Move);
    }

    private void Add(Operation operation, long later)
    {
        var (day, lot) = (DayOf(operation.BusinessDate, operation.RecordedUs), operation.Place.Number);
        var validity = ValidityOf(operation.RuleSet);
        // What a sale gives does not pay for it.
        if (operation.Spent > 0)
            Add(new PointsMove.Spent(day, lot, operation.Spent));
        if (later > 0)
            Add(new PointsMove.Given(day, lot, later, validity.ActiveOn(day), validity.ExpiresOn(day)));
        else if (operation.Given > 0)
            Add(new PointsMove.Given(day, lot, operation.Given, day, validity.ExpiresOn(day)));

        void Add(PointsMove move) => _moves.Add((move, operation.RecordedUs));
    }

    private void Add(Back back)
    {
        var day = DayOf(back.BusinessDate, back.RecordedUs);
        if (back.TakenBack > 0)
            Add(new PointsMove.TakenBack(day, back.Sale.Number, back.TakenBack));
        var validity = ValidityOf(back.RuleSet);
        if (back.GivenBack > 0 && validity.GivenAnew)
            Add(new PointsMove.Given(day, back.Place.Number, back.GivenBack, day, validity.ExpiresOn(day)));
        else if (back.GivenBack > 0)
            Add(new PointsMove.GivenBack(day, back.Sale.Number, back.GivenBack));

        void Add(PointsMove move) => _moves.Add((move, back.RecordedUs));
    }

    // What the till went on without is made good, and counts as never done.
    private IReadOnlyList<Operation> OfCards(long member) => db.List<Operation>(
        """
        SELECT t.terminal, t.sequence, t.earned AS given, t.redeemed AS spent, t.rule_set, t.business_date,
            t.recorded_us
        FROM card c JOIN card_transaction t ON t.uid = c.uid AND t.generation = c.generation
        LEFT JOIN intent i ON i.terminal = t.terminal AND i.sequence = t.sequence
        WHERE c.member = @member AND t.kind IN (@Sale, @Adjustment) AND COALESCE(i.abandoned, 0) = 0
        ORDER BY t.counter
        """,
        new { member, Sale = (long)LogKind.Sale, Adjustment = (long)LogKind.Adjustment });

    private IReadOnlyList<Operation> OnAccount(long member) => db.List<Operation>(
        """
        SELECT terminal, sequence, earned AS given, 0 AS spent, rule_set, business_date,
            posted_us AS recorded_us
        FROM account_sale WHERE member = @member ORDER BY posted_us, terminal, sequence
        """,
        new { member });

    // One without a card has no time of its own; it comes after its sale.
    private IReadOnlyList<Back> Returns(long member) => db.List<Back>(
        """
        SELECT r.terminal, r.sequence, r.sale_terminal, r.sale_sequence, r.given_back, r.taken_back,
            r.business_date, COALESCE(t.recorded_us, sold.recorded_us, account.posted_us) AS recorded_us,
            COALESCE(sold.rule_set, account.rule_set) AS rule_set
        FROM sale_return r
        LEFT JOIN card_transaction t ON t.terminal = r.terminal AND t.sequence = r.sequence
        LEFT JOIN card_transaction sold
            ON sold.terminal = r.sale_terminal AND sold.sequence = r.sale_sequence
        LEFT JOIN account_sale account
            ON account.terminal = r.sale_terminal AND account.sequence = r.sale_sequence
        WHERE r.member = @member ORDER BY r.terminal, r.sequence
        """,
        new { member });

    // What headquarters put right, by no rule set: nothing of it expires. What waited for a retired card is
    // put right in the place of its birth.
    private IReadOnlyList<Operation> Corrections(long member) => db.List<Operation>(
        $"""
        SELECT t.terminal, t.sequence, t.business_date, t.recorded_us, 0 AS rule_set,
            SUM(CASE WHEN a.applied_points > 0 THEN a.applied_points ELSE 0 END) AS given,
            SUM(CASE WHEN a.applied_points < 0 THEN -a.applied_points ELSE 0 END) AS spent
        FROM card c
        JOIN card_action a ON a.uid = c.uid AND a.generation = c.generation
        JOIN card_transaction t ON t.uid = a.uid AND t.generation = a.generation
            AND t.counter = a.applied_counter
        WHERE c.member = @member AND a.carried_us IS NULL
            AND a.reason NOT IN ('{CardActionQueue.OnAccount}', '{CardActionQueue.DoubtAbandoned}')
        GROUP BY t.terminal, t.sequence, t.business_date, t.recorded_us
        UNION ALL
        SELECT {BirthPlan.ServerTerminal} AS terminal, c.plan_id AS sequence, '' AS business_date,
            MIN(a.carried_us) AS recorded_us, 0 AS rule_set,
            SUM(CASE WHEN a.points > 0 THEN a.points ELSE 0 END) AS given,
            SUM(CASE WHEN a.points < 0 THEN -a.points ELSE 0 END) AS spent
        FROM card c JOIN card_action a ON a.uid = c.uid AND a.generation = c.generation
        WHERE c.member = @member AND a.carried_us IS NOT NULL
            AND a.reason NOT IN ('{CardActionQueue.OnAccount}', '{CardActionQueue.DoubtAbandoned}')
        GROUP BY c.plan_id
        """,
        new { member });

    private Validity ValidityOf(long ruleSet) =>
        ProgrammeBook.Find(db, programme, ruleSet)?.Validity ?? new Validity();

    private DateOnly DayOf(string businessDate, long recordedUs)
    {
        var recorded = DateOnly.FromDateTime(UnixTime.FromMicroseconds(recordedUs).UtcDateTime);
        var day = BusinessDay.TryParse(businessDate) is { } told
            && Math.Abs(told.DayNumber - recorded.DayNumber) <= DaysApartMost
                ? told
                : recorded;
        return day < today ? day : today;
    }

    private sealed record Operation
    {
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public long Given { get; init; }
        public long Spent { get; init; }
        public long RuleSet { get; init; }
        public string BusinessDate { get; init; } = "";
        public long RecordedUs { get; init; }

        public JournalPlace Place => new(Terminal, Sequence);
    }

    private sealed record Back
    {
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public long SaleTerminal { get; init; }
        public long SaleSequence { get; init; }
        public long GivenBack { get; init; }
        public long TakenBack { get; init; }
        public string BusinessDate { get; init; } = "";
        public long RecordedUs { get; init; }
        public long RuleSet { get; init; }

        public JournalPlace Place => new(Terminal, Sequence);

        public JournalPlace Sale => new(SaleTerminal, SaleSequence);
    }
}
