using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Taps;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Taps;

/// <summary>What is redeemed on headquarters' word is not redeemed once more before it was reported, on every
/// engine.</summary>
public abstract class RedeemingContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Chip _chip;
    private readonly Till _till;
    private readonly Redeeming _redeeming;

    protected RedeemingContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        (_chip, _till) = (_hq.Issue(1), _hq.NewTill());
        _redeeming = new Redeeming(_hq.Database);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(Fate.Answered, 0)]
    [InlineData(Fate.TornBeforeCommit, 0)]
    [InlineData(Fate.AnswerLost, 30)]
    public void It_is_under_way_until_headquarters_knows_the_end(Fate fate, long still)
    {
        var before = UnderWay;
        Begin(_till, 30, fate);
        var begun = UnderWay;

        _hq.Sync(_till);

        Assert.Equal((0, 30, still), (before, begun, UnderWay));
    }

    [Fact]
    public void What_a_terminal_never_reports_stays_taken_off_and_the_rest_may_be_redeemed()
    {
        var dead = _hq.NewTill();
        Begin(dead, 30, Fate.Answered);
        Begin(_till, 20, Fate.Answered);
        var both = UnderWay;

        _hq.Sync(_till);
        Begin(_till, 5, Fate.Answered);

        Assert.Equal((50, 35), (both, UnderWay));
    }

    [Fact]
    public void Where_headquarters_decides_a_card_has_what_is_booked_and_not_under_way()
    {
        _till.Sell(_chip, new TestSale(100_00));
        _hq.Sync(_till);
        Begin(_till, 30, Fate.AnswerLost);

        Assert.Equal(70, new BookKnowledge(_hq.Database, programme: 1).Find(_chip.Uid)?.PointsBooked);
    }

    [Fact]
    public void What_is_never_reported_is_over_when_another_has_its_place_on_the_card()
    {
        Begin(_hq.NewTill(), 30, Fate.TornBeforeCommit);
        var before = UnderWay;

        _till.Sell(_chip, new TestSale(5_00));
        _hq.Sync(_till);

        Assert.Equal((30, 0), (before, UnderWay));
    }

    private void Begin(Till till, int points, Fate fate)
    {
        var sequence = till.Sell(_chip, new TestSale(0) { Fate = fate });
        var intent = EntryBody.Parser.ParseFrom(till.Journal.Entries[(int)sequence - 1].Body).Intent;
        intent.Redeemed = (uint)points;
        intent.Card.Generation = 1;
        _redeeming.Begin(new JournalPlace(till.Number, sequence), intent);
    }

    private long UnderWay => _hq.Database.Read(db => Redeeming.UnderWay(db, _chip.Uid.ToString()));
}

public sealed class RedeemingOnSqlite(SqliteEngine engine)
    : RedeemingContract(engine), IClassFixture<SqliteEngine>;

public sealed class RedeemingOnPostgres(PostgresCluster cluster)
    : RedeemingContract(new PostgresEngine(cluster));
