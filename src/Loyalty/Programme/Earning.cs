namespace SmartCardCrm.Loyalty.Programme;

/// <summary>What one rule changed.</summary>
/// <param name="Rule">Its code.</param>
/// <param name="Points">Points it gave, or took where it caps; never zero.</param>
public readonly record struct RuleGain(string Rule, long Points)
{
    /// <summary>No rule's code: the card takes no more points.</summary>
    public const string CardFull = "card full";
}

/// <summary>Applies a rule set's rules to a basket, one after the other.</summary>
internal sealed class Earning
{
    private readonly RuleSet _rules;
    private readonly Basket _basket;
    private readonly long[] _amounts;
    private readonly bool[] _closed;
    private readonly List<RuleGain> _gains = [];

    // A place for each line, and the last for what belongs to none.
    private readonly long[] _points;

    private Earning(RuleSet rules, Basket basket, IReadOnlyList<long> paidWithPoints)
    {
        (_rules, _basket) = (rules, basket);
        _amounts = [.. basket.Lines.Select((line, i) => EarningAmount(line, paidWithPoints[i]))];
        _closed = new bool[basket.Lines.Count];
        _points = new long[basket.Lines.Count + 1];
    }

    /// <summary>What each rule changed, in their order.</summary>
    public IReadOnlyList<RuleGain> Gains => _gains;

    /// <summary>Points of each line, and at the end those that belong to none.</summary>
    public IReadOnlyList<long> Points => _points;

    /// <param name="paidWithPoints">What points pay of each line, minor units.</param>
    /// <param name="room">Points the card still takes, not negative.</param>
    public static Earning Of(
        RuleSet rules, Basket basket, Occasion occasion, IReadOnlyList<long> paidWithPoints, int room)
    {
        var earning = new Earning(rules, basket, paidWithPoints);
        foreach (var rule in rules.Rules.Where(rule => rule.When?.Hold(basket, occasion) != false))
            earning.Apply(rule);
        int[] all = [.. Enumerable.Range(0, earning._points.Length)];
        earning.Change(RuleGain.CardFull, () => earning.Cut(room, all));
        return earning;
    }

    private void Apply(Rule rule)
    {
        var lines = Enumerable.Range(0, _closed.Length)
            .Where(i => !_closed[i] && rule.On?.Takes(_basket.Lines[i]) != false).ToArray();
        Change(rule.Code, () => Apply(rule, lines));
        if (rule.IsLast)
        {
            foreach (var line in lines)
                _closed[line] = true;
        }
    }

    private void Apply(Rule rule, int[] lines)
    {
        var places = rule.On is null ? (int[])[.. lines, _closed.Length] : lines;
        switch (rule.Effect)
        {
            case Effect.PerAmount(var points, var minor):
                Give(lines, i => _amounts[i], minor, points);
                break;
            case Effect.PerUnit(var points, var units):
                Give(lines, i => _basket.Lines[i].QuantityMilli, (long)units * BasketLine.UnitMilli, points);
                break;
            case Effect.PerVisit(var points):
                _points[^1] += points;
                break;
            case Effect.Times(var permille):
                Multiply(places, permille);
                break;
            case Effect.AtMost(var points):
                Cut(points, places);
                break;
        }
    }

    private void Change(string rule, Action apply)
    {
        var before = _points.Sum();
        apply();
        for (var i = 0; i < _points.Length; i++)
            _points[i] = Math.Min(_points[i], int.MaxValue);
        if (_points.Sum() - before is var change and not 0)
            _gains.Add(new RuleGain(rule, change));
    }

    private void Give(int[] lines, Func<int, long> measureOf, long step, long points)
    {
        foreach (var together in Groups(lines))
        {
            long[] measures = [.. together.Select(measureOf)];
            var given = Math.Min(measures.Sum() / step * points, int.MaxValue);
            Add(together, Shares.Split(given, measures));
        }
    }

    private void Multiply(int[] places, int permille)
    {
        foreach (var together in Groups(places))
        {
            long[] held = [.. together.Select(i => _points[i])];
            var wanted = Shares.Fraction(held.Sum(), permille, 1000, _rules.Counting.Rounding);
            Set(together, Shares.Split(wanted, held));
        }
    }

    private void Cut(long most, int[] places)
    {
        long[] held = [.. places.Select(i => _points[i])];
        if (held.Sum() > most)
            Set(places, Shares.Split(most, held));
    }

    private IEnumerable<int[]> Groups(int[] places) =>
        _rules.Counting.EachLine ? places.Select(place => new[] { place }) : [places];

    private void Add(int[] places, long[] points)
    {
        for (var i = 0; i < places.Length; i++)
            _points[places[i]] += points[i];
    }

    private void Set(int[] places, long[] points)
    {
        for (var i = 0; i < places.Length; i++)
            _points[places[i]] = points[i];
    }

    private long EarningAmount(BasketLine line, long paidWithPoints)
    {
        var untaxed = line.AmountMinor - line.TaxMinor;
        var isNet = _rules.Counting.Amounts == AmountBasis.Net;
        var earns = isNet ? untaxed : line.AmountMinor;
        var paid = _rules.Redemption.RedeemedPartEarns || paidWithPoints == 0
            ? earns
            : Shares.Fraction(earns, line.AmountMinor - paidWithPoints, line.AmountMinor, Rounding.Down);
        if (!_rules.Counting.DiscountEarns)
            return paid;
        // A discount has the tax of what is left of its line; where nothing is, none.
        return paid + (isNet && line.AmountMinor > 0
            ? Shares.Fraction(line.DiscountMinor, untaxed, line.AmountMinor, Rounding.Down)
            : line.DiscountMinor);
    }
}
