using SmartCardCrm.Loyalty.Ledger;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Reads from the book what has moved a member's points.</summary>
/// <param name="rows">The member's, and perhaps others'.</param>
/// <param name="history">What the member has done.</param>
internal sealed class LotHistory(MemberRows rows, MemberHistory history)
{
    private readonly List<(PointsMove Move, long AtUs)> _moves = [];

    /// <summary>In order, days not falling. Operations have the number of their place.</summary>
    /// <param name="later">Points that an operation gave for later.</param>
    public IEnumerable<PointsMove> Of(IReadOnlyDictionary<JournalPlace, long> later)
    {
        // Before all that comes at the same time.
        _moves.Clear();
        _moves.AddRange(rows.Openings[history.Member].Select(one => one.MoveAt(history.Today)));
        _moves.AddRange(rows.Adjustments[history.Member].Select(one => one.MoveAt(history.Today)));
        foreach (var operation in history.Operations())
            Add(operation, later.GetValueOrDefault(operation.Place));
        foreach (var back in history.Returns())
            Add(back);
        foreach (var correction in rows.Corrections[history.Member])
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
}
