using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Tests.Cards;

/// <summary>Which chip gets which number of a batch, and what is missing of it, on every engine.</summary>
public abstract class BenchContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly StockBook _stock;
    private readonly BenchBook _bench;
    private readonly CardBatch _batch;

    protected BenchContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _stock = new StockBook(_hq.Database, _hq.Clock);
        _bench = new BenchBook(_hq.Database, _hq.Clock);
        _batch = Order(4);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Each_chip_gets_a_number_of_its_own_and_the_same_each_time()
    {
        Assert.Empty(_stock.Import(
            _batch.Number, [$"{Uid(9)},{_batch.FirstNumber + 1}"], "Ada")!.Faults);

        var planned = new[] { 1, 2, 1, 3, 9, 4 }.Select(at => _bench.Plan(_batch, Uid(at))).ToList();

        var first = _batch.FirstNumber;
        Assert.Equal(
            [
                (first, null), (first + 2, null), (first, null), (first + 3, null), (first + 1, null),
                (0, "batch-full"),
            ],
            planned);
    }

    [Fact]
    public void A_chip_that_is_somebodys_or_of_another_batch_gets_none()
    {
        var other = Order(1);
        _bench.Plan(other, Uid(1));
        var card = _hq.CardOf(_hq.Issue(7));

        Assert.Equal((0, "card-other-batch"), _bench.Plan(_batch, Uid(1)));
        Assert.Equal((0, "card-taken"), _bench.Plan(_batch, card.Uid));
    }

    [Fact]
    public void A_list_that_gives_another_chip_the_number_of_one_that_was_begun_is_refused()
    {
        var (number, _) = _bench.Plan(_batch, Uid(1));

        var other = _stock.Import(_batch.Number, [$"{Uid(2)},{number}"], "Ada")!;
        var same = _stock.Import(_batch.Number, [$"{Uid(1)},{number}"], "Ada")!;

        Assert.Equal([new StockFault(1, "number-known")], other.Faults);
        Assert.Equal(1, same.Registered);
    }

    [Fact]
    public void What_is_missing_is_what_is_not_in_stock_or_not_bound_yet()
    {
        Prepare(1, 2, 3);
        _bench.Plan(_batch, Uid(4));
        _hq.Database.Write(db => db.Run(
            "DELETE FROM stock_card WHERE uid = @uid", new { uid = Uid(2) }));
        var prepared = (_bench.Count(_batch, BenchTask.Prepare), Text(BenchTask.Prepare));
        Bind(Uid(1), CardStatus.Active);
        Bind(Uid(3), CardStatus.Personalising);

        var first = _batch.FirstNumber;
        Assert.Equal((new BenchCount(2, 4), $"{first + 1}-{first + 1} {first + 3}-{first + 3}"), prepared);
        Assert.Equal(new BenchCount(1, 2), _bench.Count(_batch, BenchTask.Bind));
        Assert.Equal($"{first + 2}-{first + 2}", Text(BenchTask.Bind));
    }

    [Fact]
    public void Numbers_that_follow_one_another_are_told_together()
    {
        var first = _batch.FirstNumber;
        Assert.Equal($"{first}-{first + 3}", Text(BenchTask.Prepare));

        Prepare(1, 2, 3, 4);

        Assert.Equal("", Text(BenchTask.Prepare));
        Assert.Equal($"{first}-{first + 3}", Text(BenchTask.Bind));
    }

    [Fact]
    public void Who_worked_on_a_batch_and_how_far_it_came_is_in_the_log()
    {
        Prepare(1);
        _bench.Note(_batch, BenchTask.Prepare, "Ada", AuditAction.BenchEnded);

        var line = _hq.Database.Read(db => AuditLog.List(db, $"batch:{_batch.Number}", 0, 1)).Single();
        Assert.Equal(
            ("Ada", "card-bench-ended", """{"task":"prepare","done":1,"of":4}"""),
            (line.DoneBy, line.Action, line.Detail));
    }

    private CardBatch Order(long size) =>
        _stock.Order(new NewBatch(1, "Our own counter", size, "Ada"), TestSecrets.Versions)!;

    private void Prepare(params int[] chips)
    {
        foreach (var chip in chips)
        {
            _bench.Plan(_batch, Uid(chip));
            _bench.Prepared(Uid(chip));
        }
    }

    private void Bind(string uid, CardStatus status)
    {
        _hq.Plan(CardProtocol.Uid.FromBytes(Convert.FromHexString(uid)));
        _hq.Database.Write(db => db.Run(
            "UPDATE card SET status = @status WHERE uid = @uid", new { uid, status = (long)status }));
    }

    private string Text(BenchTask task) => string.Join(
        ' ', _bench.Missing(_batch, task).Select(range => $"{range.First}-{range.Last}"));

    private static string Uid(int at) => $"04AA00000000{at:X2}";
}

public sealed class BenchOnSqlite(SqliteEngine engine) : BenchContract(engine), IClassFixture<SqliteEngine>;

public sealed class BenchOnPostgres(PostgresCluster cluster) : BenchContract(new PostgresEngine(cluster));
