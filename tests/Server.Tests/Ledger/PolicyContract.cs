using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>What a programme may decide about returns, both ways and on every engine. A dollar gives a point,
/// and a point pays a cent; it begins on 5 January 2026.</summary>
public abstract class PolicyContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Till _till;
    private readonly Chip _chip;
    private readonly MemberRun _run;

    protected PolicyContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _till = _hq.NewTill();
        _chip = _hq.Issue(1);
        _run = new MemberRun(
            _hq.Database, _hq.Secrets, new FeedBell(), _hq.Clock, NullLogger<MemberRun>.Instance);
    }

    public void Dispose()
    {
        _run.Dispose();
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    // 50 points for the goods, 30 of them spent, 20 on the card.
    [Theory]
    [InlineData(Shortfall.Owed, 0, -30, 0)]
    [InlineData(Shortfall.Forgiven, 0, 0, -30)]
    [InlineData(Shortfall.FromRefund, 30, 0, -30)]
    public void Points_that_a_card_does_not_hold_any_more_make_an_account_negative_or_do_not(
        Shortfall shortfall, int fromRefund, long onAccount, long adjusted)
    {
        Publish(new Validity(Months: 12), shortfall);
        var sale = SellAndSpend();

        Return(sale, fromRefund, due: -50_00 + fromRefund);

        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
        Assert.Equal(
            (onAccount, adjusted), (On(AccountKind.MemberOnAccount), On(AccountKind.Adjustments)));
        Assert.Equal(0, Lots().Lots.Sum(lot => lot.Remaining));
        Assert.Equal(-onAccount, Lots().Owed);
    }

    [Theory]
    [InlineData(30, -50_00, "return-amount")]
    [InlineData(30, -49_69, "return-amount")]
    [InlineData(0, -50_00, "points")]
    [InlineData(31, -49_69, "points")]
    public void Money_kept_for_points_is_what_the_points_buy(int fromRefund, long due, string difference)
    {
        Publish(new Validity(), Shortfall.FromRefund);
        var sale = SellAndSpend();

        Return(sale, fromRefund, due);

        Assert.Equal([$"rule-mismatch {difference}"], _hq.Open());
    }

    [Fact]
    public void What_was_forgiven_is_not_when_the_till_goes_on_without_the_return()
    {
        Publish(new Validity(), Shortfall.Forgiven);
        var back = Return(SellAndSpend(), fromRefund: 0, due: -50_00);

        _till.Abandon(back);
        _hq.Sync(_till);
        _run.Run(CancellationToken.None);

        Assert.Equal((0, 0), (On(AccountKind.MemberOnAccount), On(AccountKind.Adjustments)));
        Assert.Equal(20, Assert.Single(_hq.Actions(_chip)).Points);
    }

    // 10 points that expire on 5 February pay for goods that come back after that day.
    [Theory]
    [InlineData(false, 10)]
    [InlineData(true, 0)]
    public void Spent_points_that_come_back_after_their_day_have_expired_or_are_given_anew(
        bool anew, long expired)
    {
        Publish(new Validity(Months: 1, GivenAnew: anew), Shortfall.Owed);
        _till.Sell(_chip, new TestSale(10_00));
        var sale = _till.Sell(_chip, new TestSale(10) { Redeem = 10 });
        _hq.Sync(_till);
        _hq.Clock.SetUtcNow(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero));

        _till.Sell(_chip, new TestSale(10)
        {
            Return = new TestReturn(_till.OperationOf(sale), Given: 10, Taken: 0),
        });
        _hq.Sync(_till);
        _run.Run(CancellationToken.None);

        Assert.Equal(expired, On(AccountKind.Expired));
        Assert.Equal(
            anew ? new DateOnly(2026, 4, 1) : null,
            Lots().Lots.SingleOrDefault(lot => lot.Remaining > 0)?.ExpiresOn);
    }

    private uint SellAndSpend()
    {
        var sale = _till.Sell(_chip, new TestSale(50_00));
        _till.Sell(_chip, new TestSale(30) { Redeem = 30 });
        return sale;
    }

    private uint Return(uint sale, int fromRefund, long due)
    {
        var back = _till.Sell(_chip, new TestSale(50_00)
        {
            Return = new TestReturn(_till.OperationOf(sale), Given: 0, Taken: 20)
            {
                FromRefund = fromRefund,
                DueMinor = due,
            },
        });
        _hq.Sync(_till);
        _run.Run(CancellationToken.None);
        return back;
    }

    private void Publish(Validity validity, Shortfall shortfall) =>
        _till.Rules = new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock).Publish(
            ProgrammeBook.FirstRules with
            {
                Validity = validity,
                Returns = new ReturnPolicy { Shortfall = shortfall },
            },
            "test");

    private MemberLots Lots() => _hq.Database.Read(db => LotBook.Of(
        db, _hq.Members.Find(_hq.CardOf(_chip).Member)!,
        DateOnly.FromDateTime(_hq.Clock.GetUtcNow().UtcDateTime)));

    private long On(AccountKind account) => _hq.Database.Read(db => db.Value<long>(
        "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @account",
        new { account = (long)account }));
}

public sealed class PoliciesOnSqlite(SqliteEngine engine)
    : PolicyContract(engine), IClassFixture<SqliteEngine>;

public sealed class PoliciesOnPostgres(PostgresCluster cluster) : PolicyContract(new PostgresEngine(cluster));
