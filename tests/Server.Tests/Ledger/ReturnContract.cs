using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>How returns are compared with the sales they undo, on every engine.</summary>
public abstract class ReturnContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Chip _chip;
    private readonly Till _till;
    private readonly uint _sale;

    // 50 points for 50 dollars.
    protected ReturnContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _chip = _hq.Issue(1);
        _till = _hq.NewTill();
        _sale = _till.Sell(_chip, new TestSale(50_00));
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_return_gives_the_points_back_to_where_they_came_from()
    {
        Return(_till, 20_00, given: 0, taken: 20, milli: 400);

        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
        Assert.Equal((30, -30, 0), (On(AccountKind.MemberOnCard), On(AccountKind.ProgrammeIssued), Owed));
    }

    [Fact]
    public void What_was_paid_with_points_comes_back_from_the_redeemed()
    {
        var sale = _till.Sell(_chip, new TestSale(30_00) { Redeem = 50 });
        _till.Sell(_chip, new TestSale(30_00)
        {
            Return = new TestReturn(_till.OperationOf(sale), Given: 50, Taken: 29),
        });

        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
        Assert.Equal(0, On(AccountKind.Redeemed));
    }

    [Fact]
    public void What_the_card_does_not_hold_any_more_is_owed_on_account()
    {
        _till.Sell(_chip, new TestSale(1_00) { Redeem = 50 });
        Return(_till, 50_00, given: 0, taken: 0);

        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
        Assert.Equal(-50, Owed);
        Assert.Equal(0, On(AccountKind.ProgrammeIssued));
    }

    [Fact]
    public void A_debt_is_fetched_from_the_card_tap_by_tap_as_far_as_it_holds_points()
    {
        _till.Sell(_chip, new TestSale(1_00) { Redeem = 50 });
        Return(_till, 50_00, given: 0, taken: 0);
        _hq.Sync(_till);
        Assert.Equal([new CardAction(1, -50)], _hq.Actions(_chip));

        _till.Sell(_chip, new TestSale(20_00) { Pending = _hq.Actions(_chip) });
        _hq.Sync(_till);
        Assert.Equal((20, -50), (_chip.Points, Owed));
        Assert.Equal(new CardAction(2, -50), _hq.Actions(_chip)[^1]);

        _till.Sell(_chip, new TestSale(40_00) { Pending = _hq.Actions(_chip) });
        _hq.Sync(_till);
        Assert.Equal((40, -30), (_chip.Points, Owed));

        _till.Sell(_chip, new TestSale(0) { Pending = _hq.Actions(_chip) });
        _hq.Sync(_till);
        Assert.Equal((10, 0), (_chip.Points, Owed));
        Assert.Equal(3, _hq.Actions(_chip).Count);
        Assert.Equal(0, On(AccountKind.Adjustments));
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_return_that_comes_before_its_sale_waits_for_it()
    {
        var other = _hq.NewTill();
        Return(other, 50_00, given: 0, taken: 50);

        _hq.Sync(other);
        Assert.Contains("rule-mismatch sale-awaited", _hq.Open());
        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        Assert.Contains("rule-mismatch return-settled", _hq.Healed());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void Other_points_than_the_sale_gave_are_an_exception()
    {
        Return(_till, 50_00, given: 0, taken: 1);

        _hq.Sync(_till);

        Assert.Equal(["rule-mismatch points"], _hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_return_without_a_sale_is_an_exception()
    {
        _till.Sell(_chip, new TestSale(5_00) { Return = new TestReturn(ByteString.Empty, 0, 5) });

        _hq.Sync(_till);

        Assert.Equal(["rule-mismatch sale-unknown"], _hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    [InlineData(long.MaxValue)]
    public void Quantities_that_were_never_sold_are_an_exception(long milli)
    {
        Return(_till, 50_00, given: 0, taken: 50, milli);
        Return(_till, 50_00, given: 0, taken: 0, milli);

        _hq.Sync(_till);

        Assert.Equal(2, _hq.Open().Count);
        Assert.All(_hq.Open(), open => Assert.StartsWith("rule-mismatch ", open, StringComparison.Ordinal));
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void Goods_that_another_card_bought_are_an_exception()
    {
        var stranger = _hq.Issue(2);
        _till.Sell(stranger, new TestSale(50_00));
        _till.Sell(stranger, new TestSale(50_00)
        {
            Return = new TestReturn(_till.OperationOf(_sale), Given: 0, Taken: 50),
        });

        _hq.Sync(_till);

        Assert.Equal(["rule-mismatch card-other"], _hq.Open());
    }

    [Fact]
    public void The_same_piece_does_not_come_back_at_two_tills()
    {
        var other = _hq.NewTill();
        _till.Sell(_chip, new TestSale(50_00));
        Return(_till, 50_00, given: 0, taken: 50);
        Return(other, 50_00, given: 0, taken: 50);

        _hq.Sync(_till);
        _hq.Sync(other);

        Assert.Equal(["rule-mismatch return-too-much"], _hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void Pieces_are_reckoned_from_what_had_come_back_before()
    {
        Return(_till, 16_65, given: 0, taken: 16, milli: 333);
        Return(_till, 33_35, given: 0, taken: 34, milli: 667, before: 333);

        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
        Assert.Equal(0, On(AccountKind.ProgrammeIssued));
    }

    [Fact]
    public void A_return_the_till_gave_up_is_taken_back_whole_and_the_goods_may_come_back_again()
    {
        _till.Sell(_chip, new TestSale(1_00) { Redeem = 30 });
        var doubt = Return(_till, 50_00, given: 0, taken: 20, fate: Fate.AnswerLost);
        _till.Abandon(doubt);
        _till.Settle(_chip, doubt);
        _hq.Sync(_till);
        Assert.Equal(0, Owed);
        // 50 and 1 dollar less 30 points paid with earned 50; the card action gives the 20 back.
        Assert.Equal(-30, On(AccountKind.ProgrammeIssued));
        var action = Assert.Single(_hq.Actions(_chip));
        Assert.Equal(new CardAction(1, 20), action);

        Return(_till, 50_00, given: 0, taken: 20, pending: action);
        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        Assert.Equal(-30, Owed);
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_terminal_that_uses_an_operation_id_twice_does_not_stop_the_intake()
    {
        var copied = _till.OperationOf(_sale);
        var stranger = _hq.Issue(2);
        _till.Sell(stranger, new TestSale(10_00) { Operation = copied });
        _till.Sell(_chip, new TestSale(10_00) { Operation = copied });
        Return(_till, 50_00, given: 0, taken: 50);

        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip, stranger);
    }

    [Fact]
    public void A_sale_elsewhere_under_the_same_id_does_not_spoil_a_return_that_waits()
    {
        var other = _hq.NewTill();
        var thief = _hq.NewTill();
        var stranger = _hq.Issue(2);
        Return(other, 50_00, given: 0, taken: 50);
        thief.Sell(stranger, new TestSale(10_00) { Operation = _till.OperationOf(_sale) });

        _hq.Sync(other);
        _hq.Sync(thief);
        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip, stranger);
    }

    [Theory]
    [InlineData(0, int.MaxValue)]
    [InlineData(int.MaxValue, 0)]
    public void Points_that_no_card_can_hold_do_not_stop_the_intake(int earned, int redeemed)
    {
        foreach (var back in new[] { new TestReturn(_till.OperationOf(_sale), 0, 0), null })
        {
            _till.Sell(_chip, new TestSale(0)
            {
                Return = back,
                RecordOnly = true,
                Forge = record => record with { Earned = earned, Redeemed = redeemed, BalanceAfter = 50 },
            });
        }

        _hq.Sync(_till);

        Assert.Equal(["bad-proof points", "bad-proof points"], _hq.Open());
    }

    [Fact]
    public void A_return_that_fits_its_sale_does_not_close_what_is_wrong_besides()
    {
        Return(_till, 50_00, given: 0, taken: 50, forge: record => record with { Tier = 3 });

        _hq.Sync(_till);

        Assert.Equal(["rule-mismatch state"], _hq.Open());
    }

    [Fact]
    public void What_had_come_back_before_is_what_the_book_says()
    {
        Return(_till, 25_00, given: 0, taken: 25, milli: 500);
        Return(_till, 16_65, given: 0, taken: 16, milli: 333);

        _hq.Sync(_till);

        Assert.Equal(["rule-mismatch returned-before"], _hq.Open());
    }

    [Fact]
    public void Other_money_than_the_goods_cost_is_an_exception()
    {
        Return(_till, 50_01, given: 0, taken: 50);

        _hq.Sync(_till);

        Assert.Equal(["rule-mismatch return-amount"], _hq.Open());
    }

    [Fact]
    public void A_sale_that_the_till_gave_up_is_not_undone_once_more()
    {
        var doubt = _till.Sell(_chip, new TestSale(10_00) { Fate = Fate.AnswerLost });
        _till.Abandon(doubt);
        _till.Settle(_chip, doubt);
        _till.Sell(_chip, new TestSale(10_00)
        {
            Return = new TestReturn(_till.OperationOf(doubt), Given: 0, Taken: 10),
        });

        _hq.Sync(_till);

        Assert.Equal(["rule-mismatch sale-abandoned"], _hq.Open());
    }

    [Fact]
    public void Another_terminal_is_told_of_the_sale_and_of_what_has_come_back()
    {
        var other = _hq.NewTill();
        var sequence = Return(other, 20_00, given: 0, taken: 20, milli: 400);
        _hq.Sync(_till);
        _hq.Sync(other);

        var told = Find(_till.OperationOf(_sale));

        Assert.Equal((_till.Number, 50_00), (told.Terminal, told.Terms.AmountMinor));
        Assert.Empty(told.Terms.Steps);
        var back = Assert.Single(told.Returned);
        Assert.Equal((other.Number, sequence, true, 400), (
            back.Terminal, back.Sequence, back.WithCard, Assert.Single(back.Lines).QuantityMilli));
        Assert.Empty(_hq.Open());
    }

    [Fact]
    public void Nothing_is_told_of_what_goods_cannot_come_back_from()
    {
        var torn = _till.Sell(_chip, new TestSale(10_00) { Fate = Fate.TornBeforeCommit });
        var doubt = _till.Sell(_chip, new TestSale(10_00) { Fate = Fate.AnswerLost });
        _till.Abandon(doubt);
        _till.Settle(_chip, doubt);
        var back = Return(_till, 50_00, given: 0, taken: 50);
        var twice = _till.Sell(_hq.Issue(2), new TestSale(1_00) { Operation = _till.OperationOf(_sale) });
        Assert.Null(Find(_till.OperationOf(_sale)).Terms);

        _hq.Sync(_till);

        Assert.All(
            [torn, doubt, back, twice, _sale],
            sequence => Assert.Null(Find(_till.OperationOf(sequence)).Terms));
        Assert.Null(Find(ByteString.CopyFrom(new byte[16])).Terms);
    }

    [Fact]
    public void No_other_programmes_terminal_is_told()
    {
        _hq.Sync(_till);

        Assert.NotNull(Find(_till.OperationOf(_sale)).Terms);
        Assert.Null(Find(_till.OperationOf(_sale), programme: 2).Terms);
    }

    private SyncContract.FindSaleReply Find(ByteString operation, long programme = 1) =>
        new SaleFinder(_hq.Database).Find(programme, Convert.ToHexString(operation.Span));

    private long Owed => On(AccountKind.MemberOnAccount);

    private uint Return(
        Till till, int amount, int given, int taken, long milli = 1000, long before = 0,
        Fate fate = Fate.Answered, CardAction? pending = null, Func<LogRecord, LogRecord>? forge = null) =>
        till.Sell(_chip, new TestSale(amount)
        {
            Return = new TestReturn(_till.OperationOf(_sale), given, taken, milli, before),
            Fate = fate,
            Pending = pending is null ? [] : [pending],
            Forge = forge ?? (record => record),
        });

    private long On(AccountKind account) => _hq.Database.Read(db => db.Value<long>(
        "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @account",
        new { account = (long)account }));
}

public sealed class ReturnsOnSqlite(SqliteEngine engine)
    : ReturnContract(engine), IClassFixture<SqliteEngine>;

public sealed class ReturnsOnPostgres(PostgresCluster cluster) : ReturnContract(new PostgresEngine(cluster));
