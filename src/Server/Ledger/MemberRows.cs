using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Openings;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>
/// What the book has of one member, or of all members from one to another: each kind of row is read once for
/// all of them, when it is first asked for. Rows stand under their member's number.
/// </summary>
/// <param name="db">The open book.</param>
/// <param name="first">The lowest number.</param>
/// <param name="last">The highest.</param>
internal sealed class MemberRows(DbSession db, long first, long last)
{
    private readonly Dictionary<(long Programme, long Version), RuleSet> _rules = [];

    public DbSession Db => db;

    /// <summary>Sales and adjustments with a card, by counter. What the till went on without is made good,
    /// and counts as never done.</summary>
    public ILookup<long, MemberOperation> WithCards => field ??= Read<MemberOperation>(
        $"""
        SELECT c.member, t.terminal, t.sequence, t.earned AS given, t.redeemed AS spent, t.amount_minor,
            t.kind, t.rule_set, t.business_date, t.recorded_us
        FROM card c JOIN card_transaction t ON t.uid = c.uid AND t.generation = c.generation
        LEFT JOIN intent i ON i.terminal = t.terminal AND i.sequence = t.sequence
        WHERE {AreThese("c.member")} AND t.kind IN ({(int)LogKind.Sale}, {(int)LogKind.Adjustment})
            AND COALESCE(i.abandoned, 0) = 0
        ORDER BY t.counter
        """,
        row => row.Member);

    /// <summary>Sales without a card, as they were posted.</summary>
    public ILookup<long, MemberOperation> OnAccount => field ??= Read<MemberOperation>(
        $"""
        SELECT member, terminal, sequence, earned AS given, 0 AS spent, amount_minor,
            {(int)LogKind.Sale} AS kind, rule_set, business_date, posted_us AS recorded_us
        FROM account_sale WHERE {AreThese("member")} ORDER BY posted_us, terminal, sequence
        """,
        row => row.Member);

    /// <summary>What came back. One without a card has no time of its own; it comes after its sale.</summary>
    public ILookup<long, MemberReturn> Returns => field ??= Read<MemberReturn>(
        $"""
        SELECT r.member, r.terminal, r.sequence, r.sale_terminal, r.sale_sequence, r.given_back,
            r.taken_back, r.waived, r.business_date,
            COALESCE(t.recorded_us, sold.recorded_us, account.posted_us) AS recorded_us,
            COALESCE(sold.rule_set, account.rule_set) AS rule_set, t.amount_minor
        FROM sale_return r
        LEFT JOIN card_transaction t ON t.terminal = r.terminal AND t.sequence = r.sequence
        LEFT JOIN card_transaction sold
            ON sold.terminal = r.sale_terminal AND sold.sequence = r.sale_sequence
        LEFT JOIN account_sale account
            ON account.terminal = r.sale_terminal AND account.sequence = r.sale_sequence
        WHERE {AreThese("r.member")} ORDER BY r.terminal, r.sequence
        """,
        row => row.Member);

    /// <summary>What headquarters put right, by no rule set: nothing of it expires. What waited for a retired
    /// card is put right in the place of its birth.</summary>
    public ILookup<long, MemberOperation> Corrections => field ??= Read<MemberOperation>(
        $"""
        SELECT c.member, t.terminal, t.sequence, t.business_date, t.recorded_us, 0 AS rule_set,
            SUM(CASE WHEN a.applied_points > 0 THEN a.applied_points ELSE 0 END) AS given,
            SUM(CASE WHEN a.applied_points < 0 THEN -a.applied_points ELSE 0 END) AS spent
        FROM card c
        JOIN card_action a ON a.uid = c.uid AND a.generation = c.generation
        JOIN card_transaction t ON t.uid = a.uid AND t.generation = a.generation
            AND t.counter = a.applied_counter
        WHERE {AreThese("c.member")} AND a.carried_us IS NULL
            AND a.reason NOT IN ('{CardActionQueue.OnAccount}', '{CardActionQueue.DoubtAbandoned}')
        GROUP BY c.member, t.terminal, t.sequence, t.business_date, t.recorded_us
        UNION ALL
        SELECT c.member, {BirthPlan.ServerTerminal} AS terminal, c.plan_id AS sequence, '' AS business_date,
            MIN(a.carried_us) AS recorded_us, 0 AS rule_set,
            SUM(CASE WHEN a.points > 0 THEN a.points ELSE 0 END) AS given,
            SUM(CASE WHEN a.points < 0 THEN -a.points ELSE 0 END) AS spent
        FROM card c JOIN card_action a ON a.uid = c.uid AND a.generation = c.generation
        WHERE {AreThese("c.member")} AND a.carried_us IS NOT NULL
            AND a.reason NOT IN ('{CardActionQueue.OnAccount}', '{CardActionQueue.DoubtAbandoned}')
        GROUP BY c.member, c.plan_id
        """,
        row => row.Member);

    public ILookup<long, OpeningBalance> Openings => field ??= Read<OpeningBalance>(
        $"{OpeningBalance.Standing} AND {AreThese("member")} ORDER BY number", row => row.Member);

    /// <summary>Done on the account.</summary>
    public ILookup<long, Adjustment> Adjustments => field ??= Read<Adjustment>(
        $"{Adjustment.OnAccount} AND {AreThese("member")} ORDER BY number DESC", row => row.Member);

    /// <summary>What days have done to lots, as it is posted.</summary>
    public ILookup<long, LotRow> Lots => field ??= Read<LotRow>(
        $"SELECT member, terminal, sequence, activated, expired FROM lot WHERE {AreThese("member")}",
        row => row.Member);

    /// <summary>What operations gave for later and took of it.</summary>
    public ILookup<long, LotRow> Pending => field ??= Read<LotRow>(
        $"""
        SELECT owner AS member, terminal, sequence, SUM(points) AS pending FROM posting
        WHERE account = {(int)AccountKind.Pending} AND {AreThese("owner")}
        GROUP BY owner, terminal, sequence
        """,
        row => row.Member);

    /// <summary>What returns took of a sale's points before they were active.</summary>
    public ILookup<long, LotRow> TakenBefore => field ??= Read<LotRow>(
        $"""
        SELECT member, sale_terminal AS terminal, sale_sequence AS sequence, SUM(pending) AS pending
        FROM sale_return WHERE {AreThese("member")} AND pending <> 0
        GROUP BY member, sale_terminal, sale_sequence
        """,
        row => row.Member);

    /// <summary>One member's.</summary>
    public static MemberRows Of(DbSession db, long member) => new(db, member, member);

    /// <summary>The rules of a version; those that say nothing where the book has none.</summary>
    public RuleSet RulesOf(long programme, long version)
    {
        if (!_rules.TryGetValue((programme, version), out var rules))
        {
            rules = ProgrammeBook.Find(db, programme, version) ?? ProgrammeBook.FirstRules;
            _rules.Add((programme, version), rules);
        }

        return rules;
    }

    // One member is no stretch: an engine must see how few rows that are.
    private string AreThese(string column) =>
        first == last ? $"{column} = @first" : $"{column} BETWEEN @first AND @last";

    private ILookup<long, T> Read<T>(string sql, Func<T, long> memberOf) =>
        db.List<T>(sql, new { first, last }).ToLookup(memberOf);
}

/// <summary>What is posted of points for later, by the operation that gave them.</summary>
internal sealed record LotRow
{
    public long Member { get; init; }
    public long Terminal { get; init; }
    public long Sequence { get; init; }
    public long Activated { get; init; }
    public long Expired { get; init; }
    public long Pending { get; init; }

    public JournalPlace Place => new(Terminal, Sequence);
}
