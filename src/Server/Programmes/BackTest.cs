using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Server.Programmes;

/// <summary>
/// Decides past sales by other rules and adds up the difference: a fold, which keeps a line for each member
/// and each card of the day at hand, whatever the number of sales. What is not known of a sale is counted,
/// and never guessed.
/// </summary>
/// <param name="rules">To be tested.</param>
internal sealed class BackTest(RuleSet rules)
{
    public const int MembersMost = 10;
    public const int ExposuresMost = 5;

    private static readonly (long? From, long? Through)[] Bands =
    [
        (null, -1000), (-999, -100), (-99, -10), (-9, -1), (0, 0), (1, 9), (10, 99), (100, 999), (1000, null),
    ];

    private readonly HashSet<string> _caps =
        [.. rules.Rules.Where(rule => rule.Effect is Effect.AtMost).Select(rule => rule.Code)];

    private readonly Dictionary<string, (long Points, long Sales)> _byRule = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (long Then, long Now)> _members = [];
    private readonly Dictionary<long, DayExposure> _today = [];
    private readonly Highest<SaleExposure> _forMoney = new(ExposuresMost, (a, b) =>
        ((Int128)a.Now * b.AmountMinor).CompareTo((Int128)b.Now * a.AmountMinor));

    private readonly Highest<DayExposure> _inADay = new(ExposuresMost, (a, b) => a.Now.CompareTo(b.Now));

    private BackTestSide _then = new(0, 0, 0, 0);
    private BackTestSide _now = new(0, 0, 0, 0);
    private DateOnly _day;
    private long _sales, _amount, _basketUnknown, _rulesUnknown, _refused, _atCap, _full, _forNothing;

    /// <summary>Adds a sale. Those with a card come by their days.</summary>
    public void Add(StoredSale sale)
    {
        if (sale.Asked is not { } asked)
            _basketUnknown++;
        else if (sale.Rules is not { } then)
            _rulesUnknown++;
        else if (Sale.Decide(asked, sale.Spendable, rules, sale.Withheld)
            is not SaleDecision.Approved(var terms))
        {
            _refused++;
        }
        else
        {
            Add(sale, then, terms);
        }
    }

    public BackTestResult Result()
    {
        EndDay();
        var changes = _members.Select(m => new MemberChange(m.Key, m.Value.Then, m.Value.Now)).ToList();
        return new BackTestResult
        {
            Sales = _sales,
            AmountMinor = _amount,
            LeftOutBasketUnknown = _basketUnknown,
            LeftOutRulesUnknown = _rulesUnknown,
            LeftOutRefused = _refused,
            Then = _then,
            Now = _now,
            SalesAtCap = _atCap,
            SalesCardFull = _full,
            Rules = [.. rules.Rules.Select(rule => rule.Code).Append(RuleGain.CardFull).Select(ShareOf)],
            MembersMore = changes.Count(change => change.Change > 0),
            MembersLess = changes.Count(change => change.Change < 0),
            MembersSame = changes.Count(change => change.Change == 0),
            Winners = [.. changes.Where(change => change.Change > 0)
                .OrderByDescending(change => change.Change).ThenBy(change => change.Member)
                .Take(MembersMost)],
            Losers = [.. changes.Where(change => change.Change < 0)
                .OrderBy(change => change.Change).ThenBy(change => change.Member)
                .Take(MembersMost)],
            Spread = [.. Bands.Select(band => new ChangeBand(band.From, band.Through, changes.Count(change =>
                !(change.Change < band.From) && !(change.Change > band.Through))))],
            MostForMoney = _forMoney.All,
            SalesForNothing = _forNothing,
            MostInADay = _inADay.All,
        };
    }

    private void Add(StoredSale sale, RuleSet then, SaleTerms terms)
    {
        _sales++;
        _amount += sale.AmountMinor;
        _then = Plus(_then, sale.Earned, sale.Redeemed, then.Redemption.PointValueMinor);
        _now = Plus(_now, terms.Given, terms.Redeemed, rules.Redemption.PointValueMinor);
        foreach (var (rule, points) in terms.Gains)
        {
            var before = _byRule.GetValueOrDefault(rule);
            _byRule[rule] = (before.Points + points, before.Sales + 1);
        }

        if (terms.Gains.Any(gain => gain.Points < 0 && _caps.Contains(gain.Rule)))
            _atCap++;
        if (terms.Gains.Any(gain => gain.Rule == RuleGain.CardFull))
            _full++;
        var member = _members.GetValueOrDefault(sale.Member);
        _members[sale.Member] = (member.Then + sale.Earned, member.Now + terms.Given);
        Expose(sale, terms.Given);
    }

    private static BackTestSide Plus(
        BackTestSide side, long earned, long redeemed, long pointValueMinor) => new(
        side.Earned + earned, side.CostMinor + earned * pointValueMinor, side.Redeemed + redeemed,
        side.RedeemedMinor + redeemed * pointValueMinor);

    private void Expose(StoredSale sale, long now)
    {
        if (now > 0)
            ExposeForMoney(sale, now);
        if (sale.Card == 0)
            return;
        if (sale.Day != _day)
            EndDay();
        _day = sale.Day;
        var so = _today.GetValueOrDefault(sale.Card, new DayExposure(sale.Card, sale.Day, 0, 0, 0));
        _today[sale.Card] = so with
        {
            Sales = so.Sales + 1,
            Now = so.Now + now,
            Then = so.Then + sale.Earned,
        };
    }

    private void ExposeForMoney(StoredSale sale, long now)
    {
        if (sale.AmountMinor == 0)
        {
            _forNothing++;
            return;
        }

        _forMoney.Add(new SaleExposure(
            sale.Place.Terminal, sale.Place.Sequence, sale.Member, sale.AmountMinor, now, sale.Earned));
    }

    private void EndDay()
    {
        foreach (var card in _today.Values.Where(card => card.Now > 0).OrderBy(card => card.Card))
            _inADay.Add(card);
        _today.Clear();
    }

    private RuleShare ShareOf(string rule)
    {
        var (points, sales) = _byRule.GetValueOrDefault(rule);
        var permille = _now.Earned == 0
            ? 0
            : Math.Round(1000m * points / _now.Earned, MidpointRounding.ToEven);
        return new RuleShare(rule, points, sales, (long)permille);
    }

    /// <summary>The highest few of many; of equals those that came first.</summary>
    private sealed class Highest<T>(int most, Comparison<T> compare)
    {
        private readonly List<T> _kept = [];

        public IReadOnlyList<T> All => [.. _kept];

        public void Add(T item)
        {
            var place = _kept.FindIndex(kept => compare(item, kept) > 0);
            _kept.Insert(place < 0 ? _kept.Count : place, item);
            if (_kept.Count > most)
                _kept.RemoveAt(most);
        }
    }
}
