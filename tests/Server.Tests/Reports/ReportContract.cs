using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Reports;

/// <summary>What reports tell of a small chain, on every engine.</summary>
public abstract class ReportContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Chip _chip;
    private readonly Till _till;
    private readonly Till _other;

    protected ReportContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        (_chip, _till, _other) = (_hq.Issue(1), _hq.NewTill(), _hq.NewTill());
        _hq.Enrol(_till.Number, store: 1);
        _hq.Clock.Advance(TimeSpan.FromDays(1));
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void End_of_day_adds_up_each_terminal_s_business_day()
    {
        _till.Sell(_chip, new TestSale(12_00));
        _till.Sell(_chip, new TestSale(30_00) { Redeem = 5 });
        _other.Sell(_chip, new TestSale(7_00));
        _hq.Sync(_till);
        _hq.Sync(_other);

        Assert.Equal(
            ["2026-01-06|1|319|USD|2|4200|41|5|0", "2026-01-06|2|319|USD|1|700|7|0|0"],
            Rows("end-of-day"));
    }

    [Fact]
    public void A_period_holds_its_days_and_no_others()
    {
        _till.Sell(_chip, new TestSale(12_00));
        _hq.Sync(_till);

        Assert.Single(Rows("end-of-day", from: new(2026, 1, 6), through: new(2026, 1, 6)));
        Assert.Empty(Rows("end-of-day", from: new(2026, 1, 7)));
        Assert.Empty(Rows("end-of-day", through: new(2026, 1, 5)));
    }

    [Fact]
    public void Arrival_tells_how_far_each_journal_has_come()
    {
        _till.Sell(_chip, new TestSale(12_00));
        _till.Journal.Add(Google.Protobuf.ByteString.CopyFrom(0xFF));
        _hq.Sync(_till);
        _hq.Intake.Take(_till.Number, [_till.Journal.Entries[0]]);

        Assert.Equal(
            [$"1|Till 1||3|2026-01-06 09:00:00|3|2026-01-06 09:00:00|1|1"], Rows("arrival"));
    }

    [Fact]
    public void Exceptions_are_counted_by_cause_and_age()
    {
        LeaveAGap();
        _hq.Clock.Advance(TimeSpan.FromDays(2));
        _other.Journal.Add(Google.Protobuf.ByteString.CopyFrom(0xFF));
        _hq.Sync(_other);

        Assert.Equal(
            ["gap|1|1|0|1|0|2026-01-06 09:00:00|1|0|0", "unreadable|1|1|1|0|0|2026-01-08 09:00:00|1|0|0"],
            Rows("exceptions"));
    }

    [Fact]
    public void Duplicates_tell_what_came_again_and_what_came_otherwise()
    {
        var intent = _till.Sell(_chip, new TestSale(12_00));
        _hq.Sync(_till);
        _hq.Take(_till, _till.Journal.Entries[0]);
        _hq.Take(_till, _till.Journal.Rewritten(intent, body => body.Intent.AmountMinor = 1));

        Assert.Equal(
            ["1|entry-differs|1||1|2026-01-06 09:00:00", "1|identical|||1|2026-01-06 09:00:00"],
            Rows("duplicates"));
    }

    [Fact]
    public void Suspects_stand_beside_what_contradicts_them()
    {
        var copy = _chip.Clone();
        _till.Sell(_chip, new TestSale(12_00));
        _other.Sell(copy, new TestSale(99_00));
        _hq.Sync(_till);
        _hq.Sync(_other);

        Assert.Equal(
            [
                "2026-01-06 09:00:00|1000001|conflicting-duplicate|counter-used||"
                    + "2|2|2|2026-01-06 09:00:00|99|0|99|1|1|2|2026-01-06 09:00:00|12|0|12",
            ],
            Rows("suspects"));
    }

    [Fact]
    public void What_a_terminal_saw_and_refused_stands_beside_what_is_posted()
    {
        _till.Sell(_chip, new TestSale(12_00));
        _hq.Sync(_till);
        _other.Journal.Add(new SyncContract.EntryBody
        {
            RecordedAtUs = 0,
            Suspicion = new SyncContract.Suspicion
            {
                Card = new SyncContract.CardRef
                {
                    Uid = Google.Protobuf.ByteString.CopyFrom(Convert.FromHexString(_chip.Uid.ToString())),
                    LayoutVersion = 1,
                },
                Code = "state-differs",
                CounterRead = 2,
                BalanceRead = 500,
                CounterKnown = 2,
                BalanceKnown = 12,
            },
        });
        _hq.Sync(_other);

        Assert.Equal(
            [
                "2026-01-06 09:00:00|1000001|copy-or-rollback|state-differs||"
                    + "2|1|2|1970-01-01 00:00:00|||500|1|1|2|2026-01-06 09:00:00|12|0|12",
            ],
            Rows("suspects"));
    }

    [Fact]
    public void Continuity_tells_what_is_missing_of_a_card_and_what_is_known_of_it()
    {
        LeaveAGap();

        Assert.Equal(["1000001|1|3|1|2|gap|3|1|2026-01-06 09:00:00||0"], Rows("continuity"));
    }

    [Fact]
    public void A_card_that_is_put_under_sale_after_sale_is_seen()
    {
        for (var sale = 0; sale < 5; sale++)
            _till.Sell(_chip, new TestSale(10_00));
        _other.Sell(_chip, new TestSale(10_00));
        _hq.Sync(_till);
        _hq.Sync(_other);

        Assert.Equal(
            ["card-all-day|1||1000001|1|5|50|2026-01-06 09:00:00|2026-01-06 09:00:00"], Rows("insiders"));
    }

    [Fact]
    public void A_cashier_who_serves_one_card_again_and_again_is_seen_and_a_customers_usual_one_is_not()
    {
        var regular = _hq.Issue(2);
        for (var day = 0; day < 6; day++)
        {
            var (till, cashier) = day % 2 == 0 ? (_till, "7 Kim") : (_other, "9 Ann");
            if (day < 5)
                till.Sell(_chip, new TestSale(10_00) { Cashier = "7 Kim" });
            till.Sell(regular, new TestSale(10_00) { Cashier = cashier });
            _hq.Clock.Advance(TimeSpan.FromDays(1));
        }

        _hq.Sync(_till);
        _hq.Sync(_other);

        Assert.Equal(
            ["cashier-and-card||7 Kim|1000001|1|5|50|2026-01-06 09:00:00|2026-01-10 09:00:00"],
            Rows("insiders"));
    }

    [Fact]
    public void Doubts_tell_how_they_ended()
    {
        _till.Sell(_chip, new TestSale(9_00) { Fate = Fate.AnswerLost });
        _hq.Sync(_till);
        _hq.Clock.Advance(TimeSpan.FromHours(1));
        _other.Sell(_chip, new TestSale(3_00));
        _hq.Sync(_other);

        Assert.Equal(
            ["2026-01-06 09:00:00|1|1|1000001|2|posted|0|0|2026-01-06 10:00:00|happened"], Rows("doubts"));
    }

    [Fact]
    public void Balances_tell_of_cards_that_are_not_as_the_ledger_has_them()
    {
        _hq.Issue(2);
        Assert.Empty(Rows("balances"));
        LeaveAGap();

        Assert.Equal(["1000001|1|3|12|7|5|0"], Rows("balances"));
    }

    [Fact]
    public void Adjustments_tell_who_moved_points_and_why()
    {
        Adjust(60, "Vera");

        _hq.Sync(_till);

        Assert.Equal(["2026-01-06 09:00:00|1|1||1000001|60|Vera||goodwill|1"], Rows("adjustments"));
    }

    [Fact]
    public void Insiders_are_known_by_patterns()
    {
        for (var times = 0; times < 3; times++)
            Adjust(10, "Vera");
        _till.Sell(_chip, new TestSale(50_00) { Redeem = 25 });
        _hq.Sync(_till);
        SellWithoutACard(times: 3);

        Assert.Equal(
            [
                "redeem-after-adjust|1||1000001|1|3|75|2026-01-06 09:00:00|2026-01-06 09:00:00",
                "without-card|1|||1|3|15|1970-01-01 00:00:00|1970-01-01 00:00:00",
                "supervisor-and-card|1|Vera|1000001|1|3|30|2026-01-06 09:00:00|2026-01-06 09:00:00",
            ],
            Rows("insiders"));
    }

    [Fact]
    public void The_hotlist_s_effect_is_what_was_done_after_a_block()
    {
        _till.Sell(_chip, new TestSale(30_00));
        _hq.Clock.Advance(TimeSpan.FromMinutes(5));
        new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock).Block(1_000_001, "stolen", "Vera");
        _hq.Clock.Advance(TimeSpan.FromMinutes(5));
        _till.Sell(_chip, new TestSale(20_00) { Redeem = 8 });
        _hq.Sync(_till);
        _hq.Clock.Advance(TimeSpan.FromMinutes(5));
        new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock).Unblock(1_000_001, "found", "Vera");
        _hq.Clock.Advance(TimeSpan.FromMinutes(5));
        _till.Sell(_chip, new TestSale(20_00));
        _hq.Sync(_till);

        Assert.Equal(
            ["1000001|2026-01-06 09:05:00|stolen|Vera|2026-01-06 09:15:00|0||1|8|2026-01-06 09:10:00"],
            Rows("hotlist"));
    }

    [Fact]
    public void Every_report_has_as_many_cells_as_columns()
    {
        LeaveAGap();
        foreach (var report in ReportRoom.All)
        {
            var table = Of(report.Name, null, null);
            Assert.All(table.Rows, row => Assert.Equal(report.Columns.Count, row.Count));
        }
    }

    // The card's first sale is never reported.
    private void LeaveAGap()
    {
        _hq.NewTill().Sell(_chip, new TestSale(5_00));
        _other.Sell(_chip, new TestSale(7_00));
        _hq.Sync(_other);
    }

    private void Adjust(int points, string supervisor)
    {
        var intent = _till.Sell(_chip, new TestSale(0)
        {
            Forge = record => record with
            {
                Kind = LogKind.Adjustment,
                Earned = points,
                BalanceAfter = record.BalanceAfter + points,
            },
        });
        _till.Journal.Rewrite(intent, body =>
        {
            body.Intent.Supervisor = supervisor;
            body.Intent.Reason = "goodwill";
        });
    }

    [Fact]
    public void Liability_goes_from_one_day_to_the_next_by_what_changed_it()
    {
        _till.Sell(_chip, new TestSale(100_00));
        _hq.Sync(_till);
        _hq.Clock.Advance(TimeSpan.FromDays(1));
        _till.Sell(_chip, new TestSale(10_00) { Redeem = 30 });
        _hq.Sync(_till);
        var (first, second) = (new DateOnly(2026, 1, 6), new DateOnly(2026, 1, 7));

        Assert.Equal(["1|USD|on-card|0|0|100|0|0|0|0|0|100"], Rows("liability", first, first));
        Assert.Equal(["1|USD|on-card|100|0|9|0|-30|0|0|0|79"], Rows("liability", second, second));
        Assert.Equal(
            ["2026-01-06|1|USD|issued|on-card|100", "2026-01-07|1|USD|on-card|redeemed|30",
                "2026-01-07|1|USD|issued|on-card|9"],
            Rows("accounting"));
        Assert.Equal(["2026-01||1|79"], Rows("vintages"));
    }

    [Fact]
    public void Whatever_happened_opening_and_changes_are_the_closing_and_debits_are_credits()
    {
        SellWithoutACard(3);
        _till.Sell(_chip, new TestSale(100_00) { Fate = Fate.AnswerLost });
        _till.Sell(_chip, new TestSale(7_00) { Redeem = 50 });
        _hq.Sync(_till);

        var rows = Of("liability", null, null).Rows;
        Assert.NotEmpty(rows);
        Assert.All(rows.Select(row => row.Skip(3).Cast<long>().ToList()), row =>
            Assert.Equal(row[^1], row.SkipLast(1).Sum()));
        Assert.Equal(
            0, _hq.Database.Read(db => db.Value<long>("SELECT COUNT(*) FROM posting WHERE contra = 0")));
    }

    private void SellWithoutACard(int times) => _hq.Database.Write(db =>
    {
        for (var sale = 1; sale <= times; sale++)
        {
            db.Run(
                """
                INSERT INTO account_sale (terminal, sequence, operation_id, programme, member, earned,
                    amount_minor, rule_set, store, store_zone, business_date, sold_at, posted_us)
                VALUES (1, @sequence, @operation, 1, 1, 5, 500, 1, 1, 'UTC', '2026-01-06', '', 0)
                """,
                new { sequence = 1000L + sale, operation = $"{sale}" });
        }
    });

    private IEnumerable<string> Rows(string report, DateOnly? from = null, DateOnly? through = null) =>
        Of(report, from, through).Rows.Select(row => string.Join('|', row));

    private ReportTable Of(string report, DateOnly? from, DateOnly? through) =>
        new ReportRoom(_hq.Database, _hq.Clock).Of(report, from, through)!;
}

public sealed class ReportsOnSqlite(SqliteEngine engine)
    : ReportContract(engine), IClassFixture<SqliteEngine>;

public sealed class ReportsOnPostgres(PostgresCluster cluster)
    : ReportContract(new PostgresEngine(cluster));
