using CsCheck;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.World.Tests;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>
/// Real baskets that come back in any parts, after the rules changed, part of their points expired and part
/// was spent. Each buyer has a twin who did all the same but never bought the basket: once all of it has come
/// back, nobody can tell them apart.
/// </summary>
public abstract class RealReturnContract : IDisposable
{
    private const int BasketsTried = 12;

    private static readonly Lazy<IReadOnlyList<Basket>> Baskets = new(() =>
    [
        .. RealPurchases.Read().Select(bought => bought.Basket)
            .Where(basket => basket.IsInRange && basket.Total.Minor > 0),
    ]);

    private readonly Headquarters _hq;
    private readonly Till _till;
    private readonly MemberRun _run;
    private readonly PCG _dice = new(stream: 6, seed: 20261127);
    private uint _cards;

    protected RealReturnContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _till = _hq.NewTill();
        _run = new MemberRun(
            _hq.Database, _hq.Secrets, new FeedBell(), _hq.Clock, NullLogger<MemberRun>.Instance);
    }

    public void Dispose()
    {
        _run.Dispose();
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(14, 1)]
    [InlineData(0, 0)]
    public void Whatever_has_come_back_is_as_if_it_had_never_been_bought(int pendingDays, int months)
    {
        Assert.SkipUnless(RealPurchases.AreThere, "The purchases are not there.");
        var validity = new Validity(pendingDays, months);
        Publish(validity, pointsPerDollar: 1);
        var baskets = Enumerable.Range(0, BasketsTried)
            .Select(_ => Baskets.Value[Below(Baskets.Value.Count)]).ToList();
        var pairs = baskets
            .Select(basket => (Basket: basket, Buyer: NewShopper(), Twin: NewShopper())).ToList();
        foreach (var (_, buyer, twin) in pairs)
            Both(buyer, twin, shopper => Buy(shopper, 60_00));
        Tomorrow(20);
        foreach (var (basket, buyer, twin) in pairs)
        {
            Both(buyer, twin, Touch);
            Sell(buyer, basket);
        }

        var sellBy = _till.Rules;
        Publish(validity, pointsPerDollar: 3);
        Tomorrow(8);
        ComesBack(tenths: 3);
        Tomorrow(1);
        foreach (var (_, buyer, twin) in pairs)
        {
            var redeem = Math.Min(Spendable(buyer), Spendable(twin)) / 2;
            Both(buyer, twin, shopper => Buy(shopper, 5_00, redeem));
        }

        Tomorrow(8);
        ComesBack(tenths: 3);
        Tomorrow(40);
        ComesBack(tenths: 10);
        Tomorrow(1);
        // A debit takes what the card holds; the rest of it comes after what is credited next.
        for (var tap = 0; tap < 2; tap++)
        {
            foreach (var (_, buyer, twin) in pairs)
                Both(buyer, twin, Touch);
            Tomorrow(1);
        }

        Assert.Empty(_hq.Open());
        Assert.All(pairs, pair => Assert.Equal(StateOf(pair.Twin), StateOf(pair.Buyer)));
        Assert.Contains(pairs, pair => pair.Buyer.Sold!.Redeemed > 0);
        Assert.Equal(months > 0, Expired() > 0);

        void ComesBack(int tenths)
        {
            foreach (var (_, buyer, _) in pairs)
                Return(buyer, sellBy, tenths);
        }
    }

    private void Sell(Shopper buyer, Basket basket)
    {
        var balance = buyer.Chip.Points;
        var redeem = Below(balance + 1);
        var intent = _till.Sell(buyer.Chip, new TestSale((int)basket.Total.Minor)
        {
            Basket = basket,
            Redeem = redeem,
            Pending = _hq.Actions(buyer.Chip),
        });
        _hq.Sync(_till);
        buyer.Sale = _till.OperationOf(intent);
        buyer.Basket = basket;
        buyer.Sold = Terms(basket, redeem, balance, _till.Rules);
    }

    // Each line's part by the formula of docs/rules.md, reckoned here once more.
    private void Return(Shopper buyer, RuleSet sellBy, int tenths)
    {
        var rest = Enumerable.Range(0, buyer.Basket!.Lines.Count)
            .Select(i => new ReturnedLine(i, buyer.Basket.Lines[i].QuantityMilli
                - buyer.Returned.Where(line => line.Line == i).Sum(line => line.QuantityMilli)))
            .Where(line => line.QuantityMilli > 0).ToList();
        var now = rest.Where(_ => Below(10) < tenths)
            .Select(line => tenths < 10 && Below(2) == 0 && line.QuantityMilli > 1
                ? line with { QuantityMilli = 1 + Below((int)line.QuantityMilli - 1) }
                : line).ToList();
        if (now.Count == 0)
            return;
        var (given, taken, price) = Difference(buyer, now);
        var onCard = buyer.Sold!.Pending > 0 ? 0 : Math.Min(taken, Spendable(buyer) + given);
        _till.Sell(buyer.Chip, new TestSale(price)
        {
            Return = new TestReturn(buyer.Sale!, given, onCard)
            {
                Now = now,
                Before = [.. buyer.Returned],
                RuleSet = sellBy.Version,
            },
            Pending = _hq.Actions(buyer.Chip),
        });
        buyer.Returned.AddRange(now);
        _hq.Sync(_till);
        Assert.Empty(_hq.Open());
    }

    private int Below(int most) => (int)_dice.Next((uint)most);

    private static (int Given, int Taken, int Price) Difference(Shopper buyer, List<ReturnedLine> now)
    {
        var before = Undone(buyer, buyer.Returned);
        var after = Undone(buyer, [.. buyer.Returned, .. now]);
        return (
            (int)(after.Given - before.Given), (int)(after.Taken - before.Taken),
            (int)(after.Refund - before.Refund + after.Given - before.Given));
    }

    private static (long Given, long Taken, long Refund) Undone(Shopper buyer, List<ReturnedLine> back)
    {
        var (basket, sold) = (buyer.Basket!, buyer.Sold!);
        long paid = 0, taken = 0, refund = 0;
        var isAll = true;
        for (var i = 0; i < basket.Lines.Count; i++)
        {
            var line = basket.Lines[i];
            var quantity = back.Where(one => one.Line == i).Sum(one => one.QuantityMilli);
            isAll &= quantity == line.QuantityMilli;
            taken += (long)((Int128)sold.Lines[i].Earned * quantity / line.QuantityMilli);
            paid += (long)((Int128)sold.Lines[i].PaidWithPointsMinor * quantity / line.QuantityMilli);
            refund += (long)((Int128)(line.AmountMinor - sold.Lines[i].PaidWithPointsMinor) * quantity
                / line.QuantityMilli);
        }

        return (paid, isAll ? sold.Given : taken, refund);
    }

    private static SaleTerms Terms(Basket basket, int redeem, int balance, RuleSet rules) =>
        Assert.IsType<SaleDecision.Approved>(Sale.Decide(
            new SaleRequest(basket, new Occasion(0, [], 319, default), redeem), balance, rules)).Terms;

    private void Buy(Shopper shopper, int amount, int redeem = 0)
    {
        _till.Sell(
            shopper.Chip, new TestSale(amount) { Redeem = redeem, Pending = _hq.Actions(shopper.Chip) });
        _hq.Sync(_till);
    }

    // A tap that applies what headquarters has for the card, and gives nothing.
    private void Touch(Shopper shopper) => Buy(shopper, 1);

    private static void Both(Shopper buyer, Shopper twin, Action<Shopper> act)
    {
        act(buyer);
        act(twin);
    }

    // With the card actions that the next tap applies.
    private int Spendable(Shopper shopper)
    {
        var applied = (int)_hq.CardOf(shopper.Chip).LastCardAction;
        return shopper.Chip.Points + PendingCardActions.Apply(
            applied, shopper.Chip.Points, _till.Rules.CardBalanceMost, _hq.Actions(shopper.Chip))
            .Sum(action => action.Points);
    }

    private Shopper NewShopper()
    {
        var member = _hq.Members.Add(1, new NewMember("Ada", null, "en"), "test");
        return new Shopper(member, _hq.IssueTo(member, ++_cards));
    }

    private void Publish(Validity validity, int pointsPerDollar) =>
        _till.Rules = new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock).Publish(
            ProgrammeBook.FirstRules with
            {
                Validity = validity,
                Rules =
                [
                    new Rule("base", new Effect.PerAmount(pointsPerDollar, 100)),
                    new Rule("visit", new Effect.PerVisit(7))
                    {
                        When = new Conditions { BasketLeastMinor = 2 },
                    },
                ],
            },
            "test");

    // The run once a day, as at a server that is on.
    private void Tomorrow(int days)
    {
        for (var day = 0; day < days; day++)
        {
            _hq.Clock.Advance(TimeSpan.FromDays(1));
            _run.Run(TestContext.Current.CancellationToken);
        }
    }

    private string StateOf(Shopper shopper)
    {
        var lots = _hq.Database.Read(db => LotBook.Of(
            db, shopper.Member, DateOnly.FromDateTime(_hq.Clock.GetUtcNow().UtcDateTime)));
        var all = lots.Lots.Where(lot => lot.Remaining + lot.Expired > 0)
            .Select(lot => $"{lot.Remaining} and {lot.Expired} of {lot.ActiveOn:O} to {lot.ExpiresOn:O}");
        return $"""
            card {shopper.Chip.Points}, account {_hq.Members.OnAccount(shopper.Member.Id)}, owed {lots.Owed},
            {string.Join(", ", all)}
            """;
    }

    private long Expired() => _hq.Database.Read(db => db.Value<long>(
        "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @account",
        new { account = (long)AccountKind.Expired }));

    private sealed record Shopper(Member Member, Chip Chip)
    {
        public List<ReturnedLine> Returned { get; } = [];
        public Basket? Basket { get; set; }
        public ByteString? Sale { get; set; }
        public SaleTerms? Sold { get; set; }
    }
}

public sealed class RealReturnsOnSqlite(SqliteEngine engine)
    : RealReturnContract(engine), IClassFixture<SqliteEngine>;

public sealed class RealReturnsOnPostgres(PostgresCluster cluster)
    : RealReturnContract(new PostgresEngine(cluster));
