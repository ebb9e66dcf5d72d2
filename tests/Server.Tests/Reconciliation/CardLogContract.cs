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
        _till.CarryLog(_chip, from: 2, through: 2);
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
        _till.Sell(_chip, new TestSale(9_00));
        _till.CarryLog(_chip, from: 2, through: 1);

        Assert.Equal(new Verdict.Accepted(), _hq.Sync(_till)[^1]);

        Assert.Empty(Unreported());
        Assert.Empty(_hq.Open());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_says_otherwise_was_a_copy_s_whichever_comes_first(bool logFirst)
    {
        var copy = _chip.Clone();
        SellTwiceAtTheDead();
        _till.Sell(copy, new TestSale(90_00));
        _till.Sell(copy, new TestSale(80_00));
        _till.Sell(copy, new TestSale(70_00));
        _till.CarryLog(copy, from: 2, through: 2);
        // Of the copy's sales only the last fits into the book: the card's own are still to come.
        _till.Journal.Rewrite(1, body => body.Intent.CounterRead = 90);
        _till.Journal.Rewrite(2, body => body.Outcome.Tmv = Google.Protobuf.ByteString.CopyFrom(new byte[8]));
        _till.Journal.Rewrite(4, body => body.Outcome.Tmv = Google.Protobuf.ByteString.CopyFrom(new byte[8]));

        foreach (var till in logFirst ? new[] { _till, _dead } : [_dead, _till])
            _hq.Intake.Take(till.Number, [.. till.Journal.Entries]);

        Assert.Contains("copy-or-rollback log-differs", _hq.Open());
        Assert.Contains($"copy-or-rollback {_till.Number}:7", _hq.Named());
        Assert.DoesNotContain(Unreported(), row => row.Counter == 2);
    }

    [Fact]
    public void A_log_counts_only_beside_a_sale_of_the_same_terminal()
    {
        SellTwiceAtTheDead();
        _dead.Sell(_chip, new TestSale(8_00));
        _hq.NewTill().Sell(_chip, new TestSale(9_00));
        _till.CarryLog(_chip, from: 3, through: 2);

        Assert.Equal([new Verdict.Parked("bad-proof", "log-alone")], _hq.Sync(_till));
        Assert.Empty(Unreported());
    }

    [Fact]
    public void The_log_of_a_card_that_is_not_known_waits_for_it()
    {
        using var twin = new Headquarters(_engine.OpenBook());
        var stranger = twin.Issue(2);
        _dead.Sell(stranger, new TestSale(5_00));
        _dead.Sell(stranger, new TestSale(6_00));
        _till.Sell(stranger, new TestSale(7_00));
        var log = _till.CarryLog(stranger, from: 2, through: 2);

        Assert.Equal(new Verdict.Parked("unknown-card", "log-unknown"), _hq.Sync(_till)[^1]);
        _hq.Adopt(stranger.Uid);

        Assert.DoesNotContain($"unknown-card {_till.Number}:{log}", _hq.Named());
    }

    [Theory]
    [InlineData("hole")]
    [InlineData("order")]
    [InlineData("other-card")]
    [InlineData("no-record")]
    [InlineData("last-counter")]
    [InlineData("no-counter")]
    [InlineData("short")]
    [InlineData("none")]
    [InlineData("eleven")]
    public void What_is_no_card_s_log_is_parked(string wrong)
    {
        SellTwiceAtTheDead();
        _till.Sell(_chip, new TestSale(9_00));
        var entry = _till.CarryLog(_chip, from: 3, through: 1);
        _till.Journal.Rewrite(entry, body => Spoil(body.CardLog, wrong));

        var verdict = Assert.IsType<Verdict.Parked>(_hq.Sync(_till)[^1]);

        Assert.Equal("unreadable", verdict.Cause);
        Assert.NotEqual("unforeseen", verdict.Detail);
        Assert.DoesNotContain(Unreported(), row => row.Proof == Hearsay.Seen);
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
            case "last-counter":
                records[0] = Till.Wire(LogRecord.Decode(records[0].Span) with { Counter = uint.MaxValue });
                records[1] = records[0];
                break;
            case "no-counter":
                records[2] = Till.Wire(LogRecord.Decode(records[2].Span) with { Counter = 0 });
                records.RemoveAt(0);
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
