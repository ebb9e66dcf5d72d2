using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Programmes;

/// <summary>Rules tried on the sales that the book has, on every engine.</summary>
public abstract class BackTestContract : IDisposable
{
    private static readonly DateOnly Day = new(2026, 1, 5);

    private readonly Headquarters _hq;
    private readonly Till _till;
    private readonly Chip[] _cards;

    private protected BackTestContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _till = _hq.NewTill();
        _cards = [_hq.Issue(1), _hq.Issue(2), _hq.Issue(3)];
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void The_very_version_that_was_sold_by_gives_exactly_what_was_given()
    {
        foreach (var turn in Enumerable.Range(1, 60))
        {
            _till.Sell(_cards[turn % 3], new TestSale(turn * 137) { Redeem = turn % 4 == 0 ? turn : 0 });
            if (turn % 20 == 0)
                _hq.Clock.Advance(TimeSpan.FromDays(1));
        }

        _hq.Sync(_till);

        var told = Test(ProgrammeBook.FirstRules, Day, Day.AddDays(2));

        Assert.Equal(
            _hq.Database.Read(db => (
                db.Value<long>("SELECT COUNT(*) FROM card_transaction WHERE kind = 2"),
                db.Value<long>("SELECT SUM(earned) FROM card_transaction WHERE kind = 2"),
                db.Value<long>("SELECT SUM(redeemed) FROM card_transaction WHERE kind = 2"))),
            (told.Sales, told.Now.Earned, told.Now.Redeemed));
        Assert.True(told.Now.Redeemed > 100);
        Assert.Equal(told.Then, told.Now);
        Assert.Equal((0L, 0L, 3L), (told.MembersMore, told.MembersLess, told.MembersSame));
        Assert.Equal(
            (0L, 0L, 0L), (told.LeftOutBasketUnknown, told.LeftOutRulesUnknown, told.LeftOutRefused));
    }

    [Fact]
    public void Points_for_later_are_points_and_expired_ones_are_not_spent()
    {
        _till.Rules = new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock).Publish(
            ProgrammeBook.FirstRules with { Validity = new Validity(PendingDays: 14) }, "test");
        _till.Sell(_cards[0], new TestSale(42_00));
        _till.Rules = ProgrammeBook.FirstRules;
        _till.Sell(_cards[1], new TestSale(100_00));
        _till.Sell(_cards[1], new TestSale(10_00)
        {
            Redeem = 80,
            Withheld = 90,
            Forge = record => record with { NextExpiry = Day, NextExpiryPoints = 90 },
        });
        _hq.Sync(_till);

        var told = Test(
            ProgrammeBook.FirstRules with { Validity = new Validity(PendingDays: 3) }, Day, Day.AddDays(2));

        Assert.Equal((3, 42 + 100 + 9, 10), (told.Sales, told.Then.Earned, told.Then.Redeemed));
        Assert.Equal(told.Then, told.Now);
    }

    [Fact]
    public void Only_sales_of_those_days_are_read_and_none_that_the_till_gave_up()
    {
        _till.Sell(_cards[0], new TestSale(1_000));
        _hq.Clock.Advance(TimeSpan.FromDays(1));
        _till.Sell(_cards[0], new TestSale(2_000));
        var torn = _till.Sell(_cards[1], new TestSale(4_000) { Fate = Fate.AnswerLost });
        _till.Abandon(torn);
        _till.Settle(_cards[1], torn);
        _hq.Clock.Advance(TimeSpan.FromDays(1));
        _till.Sell(_cards[0], new TestSale(8_000));
        _hq.Sync(_till);

        Assert.Equal(2_000, Test(ProgrammeBook.FirstRules, Day.AddDays(1), Day.AddDays(1)).AmountMinor);
        Assert.Equal(11_000, Test(ProgrammeBook.FirstRules, Day, Day.AddDays(9)).AmountMinor);
        Assert.Equal(3, Sales(Day, Day.AddDays(9)).Count());
    }

    [Fact]
    public void A_sale_whose_basket_is_not_stored_is_counted_and_not_guessed()
    {
        _till.Sell(_cards[0], new TestSale(1_000));
        _till.Journal.Rewrite(_till.Sell(_cards[0], new TestSale(2_000)), body => body.Intent.Lines.Clear());
        _till.Journal.Rewrite(
            _till.Sell(_cards[1], new TestSale(4_000)), body => body.Intent.Lines[0].AmountMinor = 1);
        Rechain();
        _hq.Sync(_till);

        var told = Test(ProgrammeBook.FirstRules, Day, Day);

        Assert.Equal((1L, 1_000L, 2L), (told.Sales, told.AmountMinor, told.LeftOutBasketUnknown));
    }

    [Fact]
    public void A_sale_without_a_card_is_tried_too_and_is_on_no_cards_day()
    {
        var member = _hq.Members.Add(1, new NewMember("Anna", "+15550100199", "en"), "test").Id;
        _till.Journal.Add(new EntryBody { AccountOperation = WithoutCard("+15550100199", amount: 4_200) });
        _hq.Sync(_till);

        var twice = new Rule("two", new Effect.PerAmount(Points: 2, Minor: 100));
        var told = Test(ProgrammeBook.FirstRules with { Rules = [twice] }, Day, Day);

        Assert.Equal((1L, 42L, 84L), (told.Sales, told.Then.Earned, told.Now.Earned));
        Assert.Equal(new MemberChange(member, 42, 84), Assert.Single(told.Winners));
        Assert.Empty(told.MostInADay);
        Assert.Equal(1, Sales(Day, Day).Count());
        Assert.Empty(Sales(Day.AddDays(1), Day.AddDays(1)).Read());
    }

    [Fact]
    public void Every_page_is_read_once_and_in_the_order_of_its_time()
    {
        for (var turn = 0; turn < 1_100; turn++)
            _till.Sell(_cards[turn % 2], new TestSale(100));
        _hq.Sync(_till);

        var read = Sales(Day, Day).Read().ToList();

        Assert.Equal(1_100, read.Select(sale => sale.Place).Distinct().Count());
        Assert.Equal(read.Count, Sales(Day, Day).Count());
    }

    private AccountOperation WithoutCard(string contact, int amount) => new()
    {
        Terms = new Intent
        {
            OperationId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xAC, 16)]),
            Kind = (uint)LogKind.Sale,
            AmountMinor = amount,
            Earned = (uint)(amount / 100),
            BalanceAfter = amount / 100,
            Context = new SaleContext
            {
                Programme = 1,
                Currency = "USD",
                StoreZone = "UTC",
                RuleSetVersion = 1,
                LocalTime = "2026-01-05T09:00:00",
            },
            Lines = { new SyncContract.BasketLine { QuantityMilli = 1000, AmountMinor = amount } },
        },
        SealedContact = ByteString.CopyFrom(SealedContact.Seal(
            _hq.Secrets.Authority, Contact.TryParse(contact)!.Value, [.. Enumerable.Repeat((byte)1, 32)])),
    };

    private BackTestResult Test(RuleSet rules, DateOnly from, DateOnly through)
    {
        var test = new BackTest(rules);
        foreach (var sale in Sales(from, through).Read())
            test.Add(sale);
        return test.Result();
    }

    private StoredSales Sales(DateOnly from, DateOnly through) => new(
        _hq.Database, new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock).All()[0], from, through);

    // Rewritten entries change the hashes of those after them.
    private void Rechain()
    {
        for (var sequence = 1u; sequence < _till.Journal.Next; sequence++)
            _till.Journal.Rewrite(sequence, _ => { });
    }
}

public sealed class BackTestOnSqlite(SqliteEngine engine)
    : BackTestContract(engine), IClassFixture<SqliteEngine>;

public sealed class BackTestOnPostgres(PostgresCluster cluster)
    : BackTestContract(new PostgresEngine(cluster));
