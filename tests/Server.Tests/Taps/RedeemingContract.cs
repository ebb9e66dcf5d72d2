using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Taps;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

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
    [InlineData(Fate.Answered, false)]
    [InlineData(Fate.TornBeforeCommit, false)]
    [InlineData(Fate.AnswerLost, true)]
    public void It_is_under_way_until_headquarters_knows_the_end(Fate fate, bool isUnderWayStill)
    {
        var before = IsUnderWay;
        var intent = _till.Sell(_chip, new TestSale(5_00) { Fate = fate });
        _redeeming.Begin(_chip.Uid, new JournalPlace(_till.Number, intent));
        var begun = IsUnderWay;

        _hq.Sync(_till);

        Assert.Equal((false, true, isUnderWayStill), (before, begun, IsUnderWay));
    }

    [Fact]
    public void The_next_one_takes_its_place()
    {
        var first = _till.Sell(_chip, new TestSale(5_00));
        _redeeming.Begin(_chip.Uid, new JournalPlace(_till.Number, first));
        _hq.Sync(_till);

        var second = _till.Sell(_chip, new TestSale(5_00));
        _redeeming.Begin(_chip.Uid, new JournalPlace(_till.Number, second));

        Assert.True(IsUnderWay);
    }

    private bool IsUnderWay => _hq.Database.Read(db => Redeeming.IsUnderWay(db, _chip.Uid));
}

public sealed class RedeemingOnSqlite(SqliteEngine engine)
    : RedeemingContract(engine), IClassFixture<SqliteEngine>;

public sealed class RedeemingOnPostgres(PostgresCluster cluster)
    : RedeemingContract(new PostgresEngine(cluster));
