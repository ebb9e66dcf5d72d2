using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Openings;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Reads from the book what has moved a member's points.</summary>
/// <param name="db">The open book.</param>
/// <param name="history">What the member has done.</param>
internal sealed class LotHistory(DbSession db, MemberHistory history)
{
    private readonly List<(PointsMove Move, long AtUs)> _moves = [];

    /// <summary>In order, days not falling. Operations have the number of their place.</summary>
    /// <param name="later">Points that an operation gave for later.</param>
    public IEnumerable<PointsMove> Of(IReadOnlyDictionary<JournalPlace, long> later)
    {
        // Before all that comes at the same time.
        _moves.Clear();
        _moves.AddRange(OpeningBalance.MovesOf(db, history.Member, history.Today));
        _moves.AddRange(Adjustment.MovesOf(db, history.Member, history.Today));
        foreach (var operation in history.Operations())
            Add(operation, later.GetValueOrDefault(operation.Place));
        foreach (var back in history.Returns())
            Add(back);
        foreach (var correction in Corrections())
            Add(correction, later: 0);
        return _moves.OrderBy(one => one.Move.Day).ThenBy(one => one.AtUs).Select(one => one.Move);
    }

    private void Add(MemberOperation operation, long later)
    {
        var (day, lot) = (history.DayOf(operation), operation.Place.Number);
        var validity = history.RulesOf(operation.RuleSet).Validity;
        // What a sale gives does not pay for it.
        if (operation.Spent > 0)
            Add(new PointsMove.Spent(day, lot, operation.Spent));
        if (later > 0)
            Add(new PointsMove.Given(day, lot, later, validity.ActiveOn(day), validity.ExpiresOn(day)));
        else if (operation.Given > 0)
            Add(new PointsMove.Given(day, lot, operation.Given, day, validity.ExpiresOn(day)));

        void Add(PointsMove move) => _moves.Add((move, operation.RecordedUs));
    }

    private void Add(MemberReturn back)
    {
        var day = history.DayOf(back);
        if (back.TakenBack > 0)
            Add(new PointsMove.TakenBack(day, back.Sale.Number, back.TakenBack));
        var validity = history.RulesOf(back.RuleSet).Validity;
        if (back.GivenBack > 0 && !validity.GivenAnew)
            Add(new PointsMove.GivenBack(day, back.Sale.Number, back.GivenBack));
        var anew = back.Waived + (validity.GivenAnew ? back.GivenBack : 0);
        if (anew > 0)
            Add(new PointsMove.Given(day, back.Place.Number, anew, day, validity.ExpiresOn(day)));

        void Add(PointsMove move) => _moves.Add((move, back.RecordedUs));
    }

    // What headquarters put right, by no rule set: nothing of it expires. What waited for a retired card is
    // put right in the place of its birth.
    private IReadOnlyList<MemberOperation> Corrections() => db.List<MemberOperation>(
        $"""
        SELECT t.terminal, t.sequence, t.business_date, t.recorded_us, 0 AS rule_set,
            SUM(CASE WHEN a.applied_points > 0 THEN a.applied_points ELSE 0 END) AS given,
            SUM(CASE WHEN a.applied_points < 0 THEN -a.applied_points ELSE 0 END) AS spent
        FROM card c
        JOIN card_action a ON a.uid = c.uid AND a.generation = c.generation
        JOIN card_transaction t ON t.uid = a.uid AND t.generation = a.generation
            AND t.counter = a.applied_counter
        WHERE c.member = @Member AND a.carried_us IS NULL
            AND a.reason NOT IN ('{CardActionQueue.OnAccount}', '{CardActionQueue.DoubtAbandoned}')
        GROUP BY t.terminal, t.sequence, t.business_date, t.recorded_us
        UNION ALL
        SELECT {BirthPlan.ServerTerminal} AS terminal, c.plan_id AS sequence, '' AS business_date,
            MIN(a.carried_us) AS recorded_us, 0 AS rule_set,
            SUM(CASE WHEN a.points > 0 THEN a.points ELSE 0 END) AS given,
            SUM(CASE WHEN a.points < 0 THEN -a.points ELSE 0 END) AS spent
        FROM card c JOIN card_action a ON a.uid = c.uid AND a.generation = c.generation
        WHERE c.member = @Member AND a.carried_us IS NOT NULL
            AND a.reason NOT IN ('{CardActionQueue.OnAccount}', '{CardActionQueue.DoubtAbandoned}')
        GROUP BY c.plan_id
        """,
        new { history.Member });
}
