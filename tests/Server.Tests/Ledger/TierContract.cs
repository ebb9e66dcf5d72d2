using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>Tiers, on every engine. It begins on 5 January 2026; a dollar gives a point, and members of tier
/// 1 or higher a second one.</summary>
public abstract class TierContract : IDisposable
{
    private static readonly Tiers Levels = new()
    {
        Levels = [new TierLevel(1, "Silver", 100), new TierLevel(2, "Gold", 500)],
    };

    private readonly Headquarters _hq;
    private readonly Till _till;
    private readonly MemberRun _run;
    private readonly TierGrants _grants;
    private readonly Chip _chip;

    protected TierContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _till = _hq.NewTill();
        _chip = _hq.Issue(1);
        _run = new MemberRun(
            _hq.Database, _hq.Secrets, new FeedBell(), _hq.Clock, NullLogger<MemberRun>.Instance);
        _grants = new TierGrants(_hq.Database, _hq.Secrets, _hq.Clock);
    }

    private long Member => _hq.CardOf(_chip).Member;

    public void Dispose()
    {
        _run.Dispose();
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Who_reaches_a_level_has_it_on_the_card_at_the_next_tap_and_that_sale_earns_by_it()
    {
        Publish(Levels);
        Sell(100_00);

        Assert.Equal([new CardAction(1, 0, Tier: 1)], _hq.Actions(_chip));
        Sell(10_00, _hq.Actions(_chip));
        Run();

        Assert.Empty(_hq.Open());
        Assert.Equal(100 + 2 * 10, _chip.Points);
        Assert.Equal(1, Standing().Standing.Tier);
        Assert.Single(_hq.Actions(_chip));
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_terminal_that_earns_by_a_tier_that_the_card_has_not_is_found()
    {
        Publish(Levels);

        Sell(10_00, [new CardAction(1, 0, Tier: 1)]);

        Assert.Equal(["rule-mismatch state"], _hq.Open());
    }

    [Fact]
    public void A_terminal_that_does_not_give_the_tier_that_it_says_it_has_applied_is_found()
    {
        Publish(Levels);
        Sell(100_00);

        Sell(10_00, _hq.Actions(_chip), record => record with { Tier = 0 });

        Assert.Equal(["rule-mismatch state"], _hq.Open());
    }

    [Fact]
    public void A_terminal_that_says_to_have_asked_for_another_tier_than_the_cards_is_found()
    {
        Publish(Levels);
        Sell(100_00);
        _till.Sell(_chip, new TestSale(10_00) { Pending = _hq.Actions(_chip), SaysTier = 0 });
        _hq.Sync(_till);

        Assert.Equal(["rule-mismatch tier"], _hq.Open());
    }

    [Fact]
    public void Bringing_the_goods_back_brings_the_tier_back()
    {
        Publish(Levels);
        var sale = Sell(100_00);
        var actions = _hq.Actions(_chip);

        _till.Sell(_chip, new TestSale(100_00)
        {
            Return = new TestReturn(_till.OperationOf(sale), Given: 0, Taken: 100),
            Pending = actions,
        });
        _hq.Sync(_till);
        Run();

        Assert.Empty(_hq.Open());
        Assert.Equal((0, 0L), ((int)Standing().Standing.Tier, Standing().Standing.Qualified));
        Assert.Equal([1, 0], _hq.Actions(_chip).Select(action => (int)action.Tier!.Value));
    }

    // 60 dollars and 50, of which 30 points pay 30 cents; half of the first comes back.
    [Theory]
    [InlineData(TierMeasure.Points, 60 + 49 - 30)]
    [InlineData(TierMeasure.Money, 60_00 + 49_70 - 30_00)]
    public void What_counts_is_points_or_money_and_points_that_pay_are_no_money(TierMeasure counts, int left)
    {
        Publish(Levels with { Counts = counts, Levels = [new TierLevel(1, "Silver", 200_00)] });
        var sale = Sell(60_00);
        Sell(50_00, redeem: 30);
        _till.Sell(_chip, new TestSale(30_00)
        {
            Return = new TestReturn(_till.OperationOf(sale), Given: 0, Taken: 30, Milli: 500),
        });
        _hq.Sync(_till);
        Run();

        Assert.Empty(_hq.Open());
        Assert.Equal(left, Standing().Standing.Qualified);
    }

    [Fact]
    public void A_tier_ends_with_its_cycle_and_the_card_is_told()
    {
        Publish(Levels with { KeptCycles = 0 });
        Sell(100_00);
        Assert.Equal(new DateOnly(2026, 12, 31), Standing().Standing.Through);
        Sell(1_00, _hq.Actions(_chip));
        GoTo("2027-01-01");
        Run();

        Assert.Equal(0, Standing().Standing.Tier);
        Assert.Equal(new CardAction(2, 0, Tier: 0), _hq.Actions(_chip)[^1]);
    }

    [Fact]
    public void A_tier_that_is_given_holds_at_once_and_ends_by_itself_or_when_it_is_revoked()
    {
        Publish(Levels);
        Run();

        Assert.Null(_grants.Give(Member, new WantedGrant(2, Day("2026-01-31"), "the owner's aunt", "kim")));
        Assert.Equal([2], Tiers());
        Assert.Equal((2, true), ((int)Standing().Standing.Tier, Standing().Standing.IsGranted));
        Assert.Equal("Gold", Standing().TierName);
        GoTo("2026-02-01");
        Run();
        Assert.Equal([2, 0], Tiers());
        Assert.Null(_grants.Give(Member, new WantedGrant(1, Day("2027-01-31"), "again", "kim")));
        Assert.Null(_grants.Revoke(Member, 2, "ann"));

        Assert.Equal([2, 0, 1, 0], Tiers());
        Assert.Equal("grant-unknown", _grants.Revoke(Member, 2, "ann"));
        Assert.Equal("ann", Standing().Grants[0].RevokedBy);
        Assert.Equal(
            ["tier-granted", "tier-granted", "tier-revoked"],
            _hq.Database.Read(db => db.List<string>(
                "SELECT action FROM audit_entry WHERE action LIKE 'tier%' ORDER BY number")));
    }

    [Theory]
    [InlineData(7, "2026-02-01", "why", "kim", "tier-unknown")]
    [InlineData(1, "2026-01-04", "why", "kim", "day-out-of-range")]
    [InlineData(1, "2150-01-01", "why", "kim", "day-out-of-range")]
    [InlineData(1, "2026-02-01", " ", "kim", "reason-length")]
    [InlineData(1, "2026-02-01", "why", "", "by-length")]
    public void What_cannot_be_given_is_refused(
        byte tier, string through, string reason, string by, string code)
    {
        Publish(Levels);

        Assert.Equal(code, _grants.Give(Member, new WantedGrant(tier, Day(through), reason, by)));
        Assert.Equal("member-unknown", _grants.Give(99, new WantedGrant(1, Day("2026-02-01"), "why", "kim")));
        Assert.Empty(_hq.Actions(_chip));
    }

    [Fact]
    public void Other_levels_are_everybodys_at_once()
    {
        Publish(Levels);
        var other = _hq.Issue(2);
        Sell(60_00);
        Run();
        Assert.Empty(Tiers());

        Publish(Levels with { Levels = [new TierLevel(1, "Silver", 50)] });
        Run();

        Assert.Equal([1], Tiers());
        Assert.Empty(_hq.Actions(other));
        Publish(Levels with { Levels = [] });
        Run();
        Assert.Equal([1, 0], Tiers());
    }

    [Fact]
    public void A_new_card_of_a_member_has_his_tier()
    {
        Publish(Levels);
        Sell(100_00);
        var second = _hq.IssueTo(_hq.Members.Find(Member)!, 2);
        Run();

        Assert.Equal([new CardAction(1, 0, Tier: 1)], _hq.Actions(second));
    }

    [Fact]
    public void The_report_counts_members()
    {
        Publish(Levels);
        _hq.Issue(2);
        Sell(100_00);
        _grants.Give(Member, new WantedGrant(2, new DateOnly(2026, 1, 31), "a present", "kim"));

        var report = new ReportRoom(_hq.Database, _hq.Clock).Of("tiers", from: null, through: null)!;

        Assert.Equal([[0L, "", 1L, 0L, 0L], [2L, "Gold", 1L, 1L, 1L]], report.Rows);
    }

    private MemberTier Standing() => _grants.Of(Member)!;

    private IEnumerable<int> Tiers() => _hq.Actions(_chip).Select(action => (int)action.Tier!.Value);

    private uint Sell(
        int amount, IReadOnlyList<CardAction>? pending = null, Func<LogRecord, LogRecord>? forge = null,
        int redeem = 0)
    {
        var intent = _till.Sell(_chip, new TestSale(amount)
        {
            Pending = pending ?? [],
            Redeem = redeem,
            Forge = forge ?? (record => record),
        });
        _hq.Sync(_till);
        Run();
        return intent;
    }

    private void Run() => _run.Run(CancellationToken.None);

    private void Publish(Tiers tiers)
    {
        var rules = ProgrammeBook.FirstRules with
        {
            Tiers = tiers,
            Rules =
            [
                new Rule("base", new Effect.PerAmount(Points: 1, Minor: 100)),
                new Rule("better", new Effect.Times(2000)) { When = new Conditions { Tiers = [1, 2] } },
            ],
        };
        _till.Rules = new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock).Publish(rules, "test");
    }

    private void GoTo(string day) => _hq.Clock.SetUtcNow(
        new DateTimeOffset(Day(day).ToDateTime(new TimeOnly(9, 0)), TimeSpan.Zero));

    private static DateOnly Day(string text) =>
        DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}

public sealed class TiersOnSqlite(SqliteEngine engine) : TierContract(engine), IClassFixture<SqliteEngine>;

public sealed class TiersOnPostgres(PostgresCluster cluster) : TierContract(new PostgresEngine(cluster));
