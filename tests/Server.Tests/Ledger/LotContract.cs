using System.Globalization;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>What days do to points, on every engine. It begins on 5 January 2026; a dollar gives a
/// point.</summary>
public abstract class LotContract : IDisposable
{
    private const string Phone = "+15550100199";

    private readonly Headquarters _hq;
    private readonly Till _till;
    private readonly MemberRun _run;
    private readonly Chip _chip;

    protected LotContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _till = _hq.NewTill();
        _chip = _hq.Issue(1, Phone);
        _run = new MemberRun(
            _hq.Database, _hq.Secrets, new FeedBell(), _hq.Clock, NullLogger<MemberRun>.Instance);
    }

    public void Dispose()
    {
        _run.Dispose();
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_card_is_told_what_expires_and_what_it_says_of_it_then_is_no_difference()
    {
        Publish(new Validity(Months: 1));
        Sell(100_00);
        Run();

        Assert.Equal("2 2026-02-05 100", Told());
        GoTo("2026-01-06");
        Sell(10_00, redeem: 30, says: ("2026-02-05", 70));
        Run();

        Assert.Empty(_hq.Open());
        Assert.Equal("2 2026-02-05 100", Told());
        Assert.Equal((0, 0), (On(AccountKind.Expired), On(AccountKind.MemberOnAccount)));
    }

    [Fact]
    public void What_nobody_told_a_card_to_say_is_the_terminals_to_explain()
    {
        Publish(new Validity(Months: 1));
        Sell(100_00);
        Run();

        Sell(10_00, says: ("2026-02-06", 100));

        Assert.Equal(["rule-mismatch expiry"], _hq.Open());
    }

    [Fact]
    public void Expired_points_are_withheld_at_once_and_the_next_tap_takes_them_off()
    {
        Publish(new Validity(Months: 1));
        Sell(100_00);
        Run();
        GoTo("2026-01-06");
        Sell(10_00, says: ("2026-02-05", 100));
        GoTo("2026-02-05");

        Sell(8_00, redeem: 50, withheld: 100, says: ("2026-02-05", 100));
        Run();

        Assert.Equal((100, -100), (On(AccountKind.Expired), On(AccountKind.MemberOnAccount)));
        Assert.Equal("4 2026-03-05 7", Told());
        var action = Assert.Single(_hq.Actions(_chip));
        Assert.Equal(new CardAction(1, -100), action);
        Sell(1_00, says: ("2026-03-05", 7), pending: [action]);
        Run();

        Assert.Empty(_hq.Open());
        Assert.Equal((100, 0), (On(AccountKind.Expired), On(AccountKind.MemberOnAccount)));
        Assert.Equal(7 + 1, _chip.Points);
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void More_redeemed_than_had_not_expired_is_the_terminals_to_explain_and_the_customers_to_keep()
    {
        Publish(new Validity(Months: 1));
        Sell(100_00);
        Run();
        GoTo("2026-01-06");
        Sell(10_00, says: ("2026-02-05", 100));
        GoTo("2026-02-05");

        Sell(50_00, redeem: 50, says: ("2026-02-05", 100));
        Run();

        Assert.Equal(["rule-mismatch points"], _hq.Open());
        Assert.Equal(60, On(AccountKind.Expired));
    }

    [Fact]
    public void A_purchase_before_the_day_that_is_reported_after_it_heals_what_expired()
    {
        Publish(new Validity(Months: 1));
        Sell(100_00);
        Run();
        GoTo("2026-02-04");
        var late = _hq.NewTill();
        late.Rules = _till.Rules;
        late.Sell(_chip, new TestSale(30_00) { Redeem = 30, Forge = Saying("2026-02-05", 70) });
        GoTo("2026-02-06");
        Run();
        Assert.Equal((100, "-100"), (On(AccountKind.Expired), Queued()));

        _hq.Sync(late);
        Run();

        Assert.Equal((70, "-100 30"), (On(AccountKind.Expired), Queued()));
        Assert.Empty(_hq.Open());
    }

    [Fact]
    public void Points_given_for_later_are_on_the_card_only_after_their_day()
    {
        Publish(new Validity(PendingDays: 14));
        Sell(42_00);
        Run();
        Assert.Equal((0, 42), (_chip.Points, On(AccountKind.Pending)));
        Assert.Empty(_hq.Actions(_chip));
        GoTo("2026-01-18");
        Run();
        Assert.Empty(_hq.Actions(_chip));

        GoTo("2026-01-19");
        Run();
        Run();

        Assert.Equal([new CardAction(1, 42)], _hq.Actions(_chip));
        Sell(1_00, pending: _hq.Actions(_chip));
        Assert.Equal((42, 1, 0), (_chip.Points, On(AccountKind.Pending), On(AccountKind.MemberOnAccount)));
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Theory]
    [InlineData("2026-01-18", 32, 0)]
    [InlineData("2026-01-19", 42, -10)]
    public void Goods_that_come_back_before_that_day_take_of_what_waits_and_after_it_of_the_account(
        string day, int activated, int owed)
    {
        Publish(new Validity(PendingDays: 14));
        var sale = Sell(42_00);
        GoTo(day);
        Return(sale, 42_00, taken: 0, milli: 250);
        GoTo("2026-01-19");
        Run();

        Assert.Empty(_hq.Open());
        Assert.Equal(0, On(AccountKind.Pending));
        Assert.Equal(activated + owed, On(AccountKind.MemberOnAccount));
        Assert.Equal(-32, On(AccountKind.ProgrammeIssued));
        Assert.Equal($"{activated}", Activated());
    }

    [Fact]
    public void Goods_whose_points_have_expired_take_none_that_have_not()
    {
        Publish(new Validity(Months: 1));
        var sale = Sell(100_00);
        GoTo("2026-02-01");
        Sell(50_00);
        GoTo("2026-02-05");
        Run();
        Assert.Equal((100, "-100"), (On(AccountKind.Expired), Queued()));

        Return(sale, 100_00, taken: 100);
        Run();

        Assert.Empty(_hq.Open());
        Assert.Equal((0, "-100 100"), (On(AccountKind.Expired), Queued()));
        Assert.Equal(50, _chip.Points + On(AccountKind.MemberOnAccount));
    }

    [Fact]
    public void What_the_till_went_on_without_gives_nothing_later()
    {
        Publish(new Validity(PendingDays: 14));
        var intent = _till.Sell(_chip, new TestSale(42_00));
        _till.Abandon(intent);
        _hq.Sync(_till);
        GoTo("2026-01-19");
        Run();

        Assert.Equal((0, 0), (On(AccountKind.Pending), On(AccountKind.ProgrammeIssued)));
        Assert.Empty(_hq.Actions(_chip));
    }

    [Fact]
    public void Without_a_card_points_wait_and_expire_on_the_account()
    {
        Publish(new Validity(PendingDays: 14, Months: 1));
        var member = _hq.Members.Add(1, new NewMember("Anna", "+15550100200", "en"), "test");
        SellWithoutCard(42_00, "+15550100200");
        Assert.Equal((42, 0L), (On(AccountKind.Pending), _hq.Members.OnAccount(member.Id)));
        GoTo("2026-01-19");
        Run();
        Assert.Equal((0, 42L), (On(AccountKind.Pending), _hq.Members.OnAccount(member.Id)));

        GoTo("2026-02-05");
        Run();

        Assert.Equal((42, 0L), (On(AccountKind.Expired), _hq.Members.OnAccount(member.Id)));
        Assert.Empty(_hq.Open());
    }

    [Fact]
    public void Points_live_by_the_rules_they_were_given_by()
    {
        Publish(new Validity(Months: 1));
        Sell(100_00);
        Publish(new Validity(Months: 2));
        Sell(10_00);
        Publish(new Validity());
        Sell(1_00);

        GoTo("2026-03-05");
        Run();

        Assert.Equal(110, On(AccountKind.Expired));
    }

    [Fact]
    public void No_day_comes_before_it_has_begun_in_the_westernmost_store()
    {
        Publish(new Validity(Months: 1));
        _hq.Enrol(number: 7, store: 1, zone: "Pacific/Honolulu");
        Sell(100_00);

        GoTo("2026-02-05");
        Run();
        Assert.Equal(0, On(AccountKind.Expired));
        _hq.Clock.Advance(TimeSpan.FromHours(1));
        Run();

        Assert.Equal(100, On(AccountKind.Expired));
    }

    [Fact]
    public void Where_no_rules_speak_of_it_nobody_is_looked_at_and_once_they_do_all_are()
    {
        Sell(100_00);
        Assert.Equal(0, _run.Run(TestContext.Current.CancellationToken));

        Publish(new Validity(Months: 1));

        // For the card's birth, and for its points.
        Assert.Equal(2, _run.Run(TestContext.Current.CancellationToken));
        Assert.Equal(0, _run.Run(TestContext.Current.CancellationToken));
        Assert.Equal("", Told());
    }

    [Fact]
    public void What_nobody_foresaw_in_one_members_history_keeps_nobody_elses_points_from_their_day()
    {
        Publish(new Validity(Months: 1));
        Sell(100_00);
        var other = _hq.Issue(2);
        _till.Sell(other, new TestSale(7_00));
        _hq.Sync(_till);
        Run();
        _hq.Database.Write(db => db.Run(
            "UPDATE card_transaction SET recorded_us = @most WHERE uid = @uid AND kind = 2",
            new { most = long.MaxValue, uid = $"{_chip.Uid}" }));
        GoTo("2026-02-05");
        Run();

        Assert.Equal(7, On(AccountKind.Expired));
        Assert.Equal("2026-02-06", _hq.Database.Read(db => db.Value<string>("SELECT day FROM lot_day")));
    }

    [Fact]
    public void Members_who_are_read_together_have_the_lots_that_each_has_alone()
    {
        Publish(new Validity(PendingDays: 14, Months: 1));
        var anna = _hq.Members.Add(1, new NewMember("Anna", "+15550100200", "en"), "test");
        Return(Sell(42_00), 42_00, taken: 0, milli: 250);
        SellWithoutCard(30_00, "+15550100200");
        GoTo("2026-01-19");
        Run();
        var (member, today) = (_hq.Members.Find(_hq.CardOf(_chip).Member)!, new DateOnly(2026, 1, 20));
        Assert.All([member, anna], one => Assert.Equal(
            _hq.Database.Read(db => LotBook.Of(db, one, today).Lots),
            _hq.Database.Read(db => LotBook.Of(new MemberRows(db, member.Id, anna.Id), one, today).Lots)));
    }

    private void Publish(Validity validity) =>
        _till.Rules = new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock)
            .Publish(ProgrammeBook.FirstRules with { Validity = validity }, "test");

    private ByteString Sell(
        int amount, int redeem = 0, int withheld = 0, (string Day, int Points)? says = null,
        IReadOnlyList<CardAction>? pending = null)
    {
        var intent = _till.Sell(_chip, new TestSale(amount)
        {
            Redeem = redeem,
            Withheld = withheld,
            Pending = pending ?? [],
            Forge = says is var (day, points) ? Saying(day, points) : record => record,
        });
        _hq.Sync(_till);
        return _till.OperationOf(intent);
    }

    private static Func<LogRecord, LogRecord> Saying(string day, int points) => record => record with
    {
        NextExpiry = DateOnly.Parse(day, CultureInfo.InvariantCulture),
        NextExpiryPoints = points,
    };

    private void Return(ByteString sale, int amount, int taken, long milli = 1000)
    {
        _till.Sell(_chip, new TestSale((int)(amount * milli / 1000))
        {
            Return = new TestReturn(sale, Given: 0, taken, milli),
        });
        _hq.Sync(_till);
    }

    private void SellWithoutCard(int amount, string phone)
    {
        _till.Journal.Add(new EntryBody
        {
            AccountOperation = new AccountOperation
            {
                Terms = new Intent
                {
                    OperationId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xAC, 16)]),
                    Kind = (uint)LogKind.Sale,
                    AmountMinor = amount,
                    Context = new SaleContext
                    {
                        Programme = 1,
                        Currency = "USD",
                        Store = 1,
                        StoreZone = "UTC",
                        BusinessDate = "2026-01-05",
                        RuleSetVersion = (uint)_till.Rules.Version,
                        LocalTime = "2026-01-05T09:00:00",
                    },
                    Lines = { new SyncContract.BasketLine { QuantityMilli = 1000, AmountMinor = amount } },
                },
                SealedContact = ByteString.CopyFrom(SealedContact.Seal(
                    _hq.Secrets.Authority, Contact.TryParse(phone)!.Value,
                    [.. Enumerable.Repeat((byte)9, 32)])),
            },
        });
        _hq.Sync(_till);
    }

    private void GoTo(string day) => _hq.Clock.SetUtcNow(new DateTimeOffset(
        DateOnly.Parse(day, CultureInfo.InvariantCulture), new TimeOnly(9, 0), TimeSpan.Zero));

    private void Run() => _run.Run(TestContext.Current.CancellationToken);

    private string Told() => _hq.CardOf(_chip).ToItem().NextExpiry is { } told
        ? $"{told.Counter} {told.Day} {told.Points}"
        : "";

    private string Queued() => string.Join(' ', _hq.Actions(_chip).Select(action => action.Points));

    private string Activated() => string.Join(' ', _hq.Database.Read(db =>
        db.List<long>("SELECT activated FROM lot ORDER BY terminal, sequence")));

    private int On(AccountKind account) => (int)_hq.Database.Read(db => db.Value<long>(
        "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @account",
        new { account = (long)account }));
}

public sealed class LotsOnSqlite(SqliteEngine engine) : LotContract(engine), IClassFixture<SqliteEngine>;

public sealed class LotsOnPostgres(PostgresCluster cluster) : LotContract(new PostgresEngine(cluster));
