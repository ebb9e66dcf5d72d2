using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Reconciliation;

/// <summary>What headquarters makes of cards' own logs, on every engine.</summary>
public abstract class CardLogContract : IDisposable
{
    private readonly Engine _engine;
    private readonly Headquarters _hq;
    private readonly Chip _chip;
    private readonly Till _dead;
    private readonly Till _till;

    protected CardLogContract(Engine engine)
    {
        (_engine, _hq) = (engine, new Headquarters(engine.OpenBook()));
        _chip = _hq.Issue(1);
        (_dead, _till) = (_hq.NewTill(), _hq.NewTill());
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void What_nobody_reported_is_told_and_not_posted()
    {
        SellTwiceAtTheDead();
        _dead.Sell(_chip, new TestSale(8_00));
        _till.Sell(_chip, new TestSale(9_00));
        _till.CarryLog(_chip, from: 3, through: 2);

        _hq.Sync(_till);

        Assert.Equal(
            [(4, Hearsay.ReadByNext, 8, 20), (3, Hearsay.Seen, 7, 12), (2, Hearsay.Seen, 5, 5)],
            Unreported()
                .Select(row => ((int)row.Counter, row.Proof, (int)row.Earned, (int)row.BalanceAfter)));
        Assert.All(
            Unreported(), row => Assert.Equal((_dead.Number, "USD"), ((uint)row.Terminal, row.Currency)));
        Assert.Equal(["1 proven", "5 proven"], _hq.Posted(_chip));
        Assert.Equal(["gap 2..4"], _hq.Open());
    }

    [Fact]
    public void It_is_told_no_more_once_it_was_reported()
    {
        SellTwiceAtTheDead();
        _till.Sell(_chip, new TestSale(9_00));
        _till.CarryLog(_chip, from: 3, through: 2);
        _hq.Sync(_till);

        _hq.Sync(_dead);

        Assert.Empty(Unreported());
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);
    }

    [Fact]
    public void A_log_that_says_what_the_book_says_changes_nothing()
    {
        SellTwiceAtTheDead();
        _hq.Sync(_dead);
        _till.CarryLog(_chip, from: 3, through: 1);

        Assert.Equal([new Verdict.Accepted()], _hq.Sync(_till));

        Assert.Empty(Unreported());
        Assert.Empty(_hq.Open());
    }

    [Fact]
    public void A_log_that_says_otherwise_was_a_copy_s()
    {
        var copy = _chip.Clone();
        SellTwiceAtTheDead();
        _hq.Sync(_dead);
        _till.Sell(copy, new TestSale(90_00));
        _till.CarryLog(copy, from: 2, through: 2);

        var verdicts = _hq.Sync(_till);

        Assert.Equal(new Verdict.Parked("copy-or-rollback", "log-differs"), verdicts[^1]);
        Assert.Contains("copy-or-rollback log-differs", _hq.Open());
    }

    [Fact]
    public void The_log_of_a_card_that_is_not_known_waits_for_it()
    {
        using var twin = new Headquarters(_engine.OpenBook());
        var stranger = twin.Issue(2);
        _dead.Sell(stranger, new TestSale(5_00));
        _till.CarryLog(stranger, from: 2, through: 2);

        Assert.Equal([new Verdict.Parked("unknown-card", "log-unknown")], _hq.Sync(_till));
    }

    [Theory]
    [InlineData("hole")]
    [InlineData("order")]
    [InlineData("other-card")]
    [InlineData("no-record")]
    [InlineData("short")]
    [InlineData("none")]
    [InlineData("eleven")]
    public void What_is_no_card_s_log_is_parked(string wrong)
    {
        SellTwiceAtTheDead();
        var entry = _till.CarryLog(_chip, from: 3, through: 1);
        _till.Journal.Rewrite(entry, body => Spoil(body.CardLog, wrong));

        var verdict = Assert.IsType<Verdict.Parked>(Assert.Single(_hq.Sync(_till)));

        Assert.Equal("unreadable", verdict.Cause);
        Assert.Empty(Unreported());
    }

    private static void Spoil(CardLog log, string wrong)
    {
        var records = log.Records;
        switch (wrong)
        {
            case "hole":
                records.RemoveAt(1);
                break;
            case "order":
                (records[0], records[1]) = (records[1], records[0]);
                break;
            case "other-card":
                records[0] = Till.Wire(LogRecord.Decode(records[0].Span) with { CardNumber = 99 });
                break;
            case "no-record":
                records[0] = Google.Protobuf.ByteString.CopyFrom(new byte[LogRecord.Length]);
                break;
            case "short":
                records[0] = Google.Protobuf.ByteString.CopyFrom(records[0].Span[1..]);
                break;
            case "none":
                records.Clear();
                break;
            case "eleven":
                records.Add(Enumerable.Repeat(records[2], 8));
                break;
        }
    }

    private void SellTwiceAtTheDead()
    {
        _dead.Sell(_chip, new TestSale(5_00));
        _dead.Sell(_chip, new TestSale(7_00));
    }

    private IReadOnlyList<TransactionRow> Unreported() =>
        new UnreportedList(_hq.Database).OfCard(_hq.CardOf(_chip).Number);
}

public sealed class CardLogsOnSqlite(SqliteEngine engine)
    : CardLogContract(engine), IClassFixture<SqliteEngine>;

public sealed class CardLogsOnPostgres(PostgresCluster cluster)
    : CardLogContract(new PostgresEngine(cluster));
