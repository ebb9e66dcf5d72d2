using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Cards;

/// <summary>Batches are ordered, their cards come into stock, and some of them get members, on every
/// engine.</summary>
public abstract class StockContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly StockBook _stock;
    private readonly Member _member;

    protected StockContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _stock = new StockBook(_hq.Database, _hq.Clock);
        _member = _hq.Members.Add(1, new NewMember("Ada", null, "en"), "test");
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_batch_has_card_numbers_of_its_own()
    {
        var shop = _hq.CardOf(_hq.Issue(1));

        var (first, second) = (Order(500), Order(10));
        var next = _hq.CardOf(_hq.Issue(2));

        Assert.Equal(
            (shop.Number + 1, shop.Number + 500, shop.Number + 501, shop.Number + 511),
            (first.FirstNumber, first.LastNumber, second.FirstNumber, next.Number));
        Assert.Equal(
            (1, 2, 1_000_000, TestSecrets.Versions),
            (first.Number, second.Number, first.BalanceMost, first.Versions));
        Assert.Equal([first, second], _stock.All());
    }

    [Fact]
    public void What_is_no_batch_is_refused()
    {
        Assert.Equal("batch-size", new NewBatch(1, "Bench", 0, "Ada").Refusal);
        Assert.Equal("batch-size", new NewBatch(1, "Bench", 100_001, "Ada").Refusal);
        Assert.Equal("origin-length", new NewBatch(1, " ", 1, "Ada").Refusal);
        Assert.Equal("by-length", new NewBatch(1, "Bench", 1, "").Refusal);
        Assert.Null(_stock.Order(new NewBatch(9, "Bench", 1, "Ada"), TestSecrets.Versions));
        Assert.Null(_stock.Import(1, [], "Ada"));
    }

    [Fact]
    public void Each_wrong_line_of_a_list_is_named_and_then_nothing_is_taken()
    {
        var batch = Order(10);
        var number = batch.FirstNumber;
        var taken = _hq.Issue(3).Uid;
        _stock.Import(batch.Number, [$"04AA0000000001,{number}"], "Ada");

        var import = _stock.Import(
            batch.Number,
            [
                "# UID,card", $"04AA0000000002,{number + 1}", "", "04AA0000000003", $"04AA,{number + 2}",
                $"04AA0000000003,{number}x", $"04AA0000000003,{number + 10}", $"04aa0000000002;{number + 3}",
                $"04AA0000000004\t{number + 1}", $"{taken},{number + 4}", $"04AA0000000001,{number + 5}",
                $"04AA0000000006,{number}\r",
            ],
            "Ada")!;

        Assert.Equal((0, 0), (import.Registered, import.Known));
        Assert.Equal(
            [
                "4 line-malformed", "5 uid-malformed", "6 number-malformed", "7 number-outside",
                "8 uid-twice", "9 number-twice", "10 uid-known", "11 uid-known", "12 number-known",
            ],
            import.Faults.Select(fault => $"{fault.Line} {fault.Code}"));
        Assert.Equal(1L, Row("registered"));
    }

    [Fact]
    public void A_list_that_comes_again_with_more_adds_the_rest()
    {
        var batch = Order(10);
        string[] lines =
        [
            .. Enumerable.Range(0, 5).Select(at => $"04AA00000000{at:X2},{batch.FirstNumber + at}"),
        ];

        Assert.Equal((3, 0), Take(lines[..3]));
        Assert.Equal((2, 3), Take(lines));
        Assert.Equal((10L, 5L, 5L), (Row("ordered"), Row("registered"), Row("stock")));

        (int Registered, int Known) Take(string[] some)
        {
            var import = _stock.Import(batch.Number, some, "Ada")!;
            Assert.Empty(import.Faults);
            return (import.Registered, import.Known);
        }
    }

    [Fact]
    public void A_card_of_the_stock_keeps_the_number_and_the_keys_of_its_batch()
    {
        var batch = Order(10);
        var chip = Chip.FromFactory(7);
        _stock.Import(batch.Number, [$"{chip.Uid},{batch.FirstNumber + 6}"], "Ada");
        var newer = new KeyVersions(2, 2, 2, 2);

        var plan = Assert.IsType<PlanAnswer.Planned>(_hq.Cards.Plan(chip.Uid, _member.Id, newer, "Ada")).Plan;

        Assert.Equal(
            (batch.FirstNumber + 6, batch.Number, TestSecrets.Version),
            (plan.Card.Number, plan.Card.Batch, plan.Card.SaleKeyVersion));
        Assert.Equal(batch.PlanOf(plan.Card.Number).Identity, plan.Content.Identity);
        Assert.Equal(CardStatus.Personalising, plan.Card.Status);
    }

    [Fact]
    public void A_card_of_another_programme_is_not_given_away()
    {
        var batch = Order(10);
        var chip = Chip.FromFactory(7);
        _stock.Import(batch.Number, [$"{chip.Uid},{batch.FirstNumber}"], "Ada");
        _hq.Database.Write(db =>
        {
            db.Run("INSERT INTO programme (number, name, currency, zone) VALUES (2, 'Other', 'EUR', 'UTC')");
            db.Run("UPDATE card_batch SET programme = 2");
        });

        Assert.Equal(
            new PlanAnswer.Refused("card-programme"),
            _hq.Cards.Plan(chip.Uid, _member.Id, TestSecrets.Versions, "Ada"));
    }

    [Fact]
    public void The_report_tells_what_became_of_each_card()
    {
        var batch = Order(10);
        Chip[] chips = [.. Enumerable.Range(20, 6).Select(at => Chip.FromFactory((uint)at))];
        _stock.Import(
            batch.Number, [.. chips.Select((chip, at) => $"{chip.Uid},{batch.FirstNumber + at}")], "Ada");
        foreach (var (at, status) in new[] { 3, 1, 2, 4, 4 }.Index())
        {
            _hq.Cards.Plan(chips[at].Uid, _member.Id, TestSecrets.Versions, "Ada");
            _hq.Database.Write(db => db.Run(
                "UPDATE card SET status = @status WHERE uid = @uid",
                new { status = (long)status, uid = chips[at].Uid.ToString() }));
        }

        _hq.Database.Write(db => Retirement.Insert(db, _hq.CardOf(chips[4]), "damaged", "Ada", (1, 1))
            .End(db, _hq.CardOf(chips[4]), RetirementState.Done, 1));

        Assert.Equal(
            [10L, 6L, 1L, 1L, 1L, 1L, 1L, 1L],
            new[] { "ordered", "registered", "stock", "bound", "active", "blocked", "replaced", "retired" }
                .Select(Row));
        Assert.Equal("Bench of St Petersburg", Cell("origin"));
    }

    [Fact]
    public void Batches_are_listed_newest_first_with_how_far_each_has_come()
    {
        Assert.Empty(_stock.List(0, 50).Rows);
        var (old, half, empty) = (Order(3), Order(10), Order(5));
        Chip[] chips = [.. Enumerable.Range(20, 4).Select(at => Chip.FromFactory((uint)at))];
        _stock.Import(
            half.Number, [.. chips.Select((chip, at) => $"{chip.Uid},{half.FirstNumber + at}")], "Ada");
        foreach (var (at, status) in new[] { CardStatus.Active, CardStatus.Personalising }.Index())
        {
            _hq.Cards.Plan(chips[at].Uid, _member.Id, TestSecrets.Versions, "Ada");
            _hq.Database.Write(db => db.Run(
                "UPDATE card SET status = @status WHERE uid = @uid",
                new { status = (long)status, uid = chips[at].Uid.ToString() }));
        }

        _hq.Issue(1);

        var (all, second) = (_stock.List(0, 50), _stock.List(1, 1));

        Assert.Equal([new(empty, 0, 0), new(half, 4, 1), new BatchStanding(old, 0, 0)], all.Rows);
        Assert.Equal((3, 3), (all.Total, second.Total));
        Assert.Equal([new BatchStanding(half, 4, 1)], second.Rows);
        Assert.Equal((6, 3), (second.Rows[0].Missing, second.Rows[0].InStock));
        Assert.Equal(second.Rows[0], _stock.Find(half.Number));
        Assert.Null(_stock.Find(4));
    }

    private CardBatch Order(long size) => _stock.Order(
        new NewBatch(1, "Bench of St Petersburg", size, "Ada"), TestSecrets.Versions)!;

    private long Row(string column) => (long)Cell(column)!;

    private object? Cell(string column)
    {
        var report = new ReportRoom(_hq.Database, _hq.Clock).Of("card-stock", null, null)!;
        return Assert.Single(report.Rows)[report.Columns.ToList().IndexOf(column)];
    }
}

public sealed class StockOnSqlite(SqliteEngine engine) : StockContract(engine), IClassFixture<SqliteEngine>;

public sealed class StockOnPostgres(PostgresCluster cluster) : StockContract(new PostgresEngine(cluster));
