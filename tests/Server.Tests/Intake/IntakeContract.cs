using CsCheck;
using Google.Protobuf;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Intake;

/// <summary>What the intake does, on every engine.</summary>
public abstract class IntakeContract(Engine engine) : IDisposable
{
    private readonly Headquarters _hq = new(engine.OpenBook());

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_sale_is_posted_as_the_card_signed_it()
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        till.Sell(chip, new TestSale(12_34));
        till.Sell(chip, new TestSale(5_00) { Redeem = 7 });

        var verdicts = _hq.Sync(till);

        Assert.All(verdicts, verdict => Assert.IsType<Verdict.Accepted>(verdict));
        Assert.Equal(["1 proven", "2 proven", "3 proven"], _hq.Posted(chip));
        Assert.Equal([(3, -16), (4, 7), (1, 9)], Accounts());
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(chip);
    }

    [Fact]
    public void An_identical_replay_of_a_batch_is_counted_and_nothing_more()
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        till.Sell(chip, new TestSale(12_34));
        till.Sell(chip, new TestSale(12_34) { Fate = Fate.AnswerLost });
        _hq.Sync(till);
        var before = Everything();

        var verdicts = _hq.Intake.Take(till.Number, till.Journal.Entries);

        Assert.All(verdicts, verdict => Assert.IsType<Verdict.Duplicate>(verdict));
        Assert.Equal(before, Everything());
        Assert.Equal(4, _hq.Database.Read(db => Journals.Head(db, till.Number)).Duplicates);
    }

    [Fact]
    public void Whatever_a_terminal_writes_is_judged_and_what_comes_after_it_is_taken()
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        till.Settle(chip, till.Sell(chip, new TestSale(12_34) { Fate = Fate.AnswerLost }));
        till.Abandon(till.Sell(chip, new TestSale(5_00) { Fate = Fate.CommitLost }));
        till.Sell(chip, new TestSale(1_00));
        var honest = till.Journal.Entries.Select(entry => entry.Body).ToArray();
        var spoilt = Gen.Select(Gen.Int[0, honest.Length - 1], Gen.Int[0, 999], Gen.Byte);

        spoilt.Array[20].Sample(
            forgeries =>
            {
                foreach (var (entry, field, value) in forgeries)
                {
                    var body = EntryBody.Parser.ParseFrom(honest[entry]);
                    Spoiler.Spoil(body, field, value);
                    till.Journal.Add(body.ToByteString());
                }

                _hq.Sync(till);
            },
            iter: 40, threads: 1);

        var head = _hq.Database.Read(db => Journals.Head(db, till.Number)).Sequence;
        Assert.Equal(till.Journal.Next - 1, head);
        Assert.Equal(0, _hq.Database.Read(LedgerBook.Sum));
        Assert.Equal(13, _hq.Balance(chip));
    }

    [Fact]
    public void A_forged_transaction_mac_is_parked() =>
        AssertParked("bad-proof", "mac", outcome =>
            outcome.Tmv = ByteString.CopyFrom([.. outcome.Tmv.Span[..7], (byte)(outcome.Tmv[7] ^ 1)]));

    [Fact]
    public void A_changed_amount_is_parked() =>
        AssertParked("bad-proof", "mac", outcome =>
        {
            var record = outcome.Steps.Single(step => step.Header[0] == 0x8B);
            var bytes = record.Data.ToByteArray();
            bytes[28]++;
            record.Data = ByteString.CopyFrom(bytes);
        });

    [Fact]
    public void A_read_left_out_of_the_report_is_parked() =>
        AssertParked("bad-proof", "mac", outcome => outcome.Steps.RemoveAt(0));

    [Fact]
    public void Another_counter_than_the_card_signed_is_parked() =>
        AssertParked("bad-proof", "mac", outcome => outcome.Tmc++);

    [Fact]
    public void A_reader_id_of_another_terminal_is_parked()
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        var forger = new Till(till.Number + 1, _hq.Secrets, _hq.Clock) { SignsAs = till.Number };
        forger.Sell(chip, new TestSale(1_00));

        var verdicts = _hq.Sync(forger);

        Assert.Equal(new Verdict.Parked("bad-reader-id", "reader-id-mac"), verdicts[^1]);
        Assert.Equal(["bad-reader-id reader-id-mac"], _hq.Open());
    }

    [Fact]
    public void A_commit_of_another_terminal_is_not_taken_from_this_one()
    {
        var (chip, till, thief) = (_hq.Issue(1), _hq.NewTill(), _hq.NewTill());
        till.Sell(chip, new TestSale(1_00));
        foreach (var entry in till.Journal.Entries)
            thief.Journal.Add(entry.Body);

        var verdicts = _hq.Sync(thief);

        Assert.Equal(new Verdict.Parked("bad-reader-id", "reader-id-other"), verdicts[^1]);
    }

    [Fact]
    public void A_counter_seen_with_other_content_is_parked()
    {
        var (chip, till, other) = (_hq.Issue(1), _hq.NewTill(), _hq.NewTill());
        var copy = chip.Clone();
        till.Sell(chip, new TestSale(1_00));
        other.Sell(copy, new TestSale(100_00));
        _hq.Sync(till);

        var verdicts = _hq.Sync(other);

        Assert.Equal(new Verdict.Parked("conflicting-duplicate", "counter-used"), verdicts[^1]);
        Assert.Equal(["conflicting-duplicate counter-used"], _hq.Open());
        _hq.AssertBalanced(chip);
    }

    [Fact]
    public void A_sequence_seen_with_other_content_is_parked_with_the_evidence()
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        var intent = till.Sell(chip, new TestSale(1_00));
        _hq.Sync(till);
        var rewritten = till.Journal.Rewritten(intent, body => body.Intent.AmountMinor = 1);

        var verdicts = new[] { _hq.Take(till, rewritten), _hq.Take(till, rewritten) };

        Assert.All(verdicts, verdict =>
            Assert.Equal(new Verdict.Parked("conflicting-duplicate", "entry-differs"), verdict));
        Assert.Equal(["conflicting-duplicate entry-differs"], _hq.Open());
        var evidence = _hq.Database.Read(db => db.Value<byte[]>("SELECT evidence FROM book_exception"));
        Assert.Equal(rewritten.Body.ToByteArray(), evidence);
    }

    [Fact]
    public void An_intent_that_says_otherwise_than_the_card_signed_does_not_change_what_is_posted()
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        var intent = till.Sell(chip, new TestSale(10_00));
        till.Journal.Rewrite(intent, body => body.Intent.AmountMinor = 1_00);

        _hq.Sync(till);

        Assert.Equal(["bad-proof intent-differs"], _hq.Open());
        Assert.Equal(10_00, Value("SELECT MAX(amount_minor) FROM card_transaction"));
        _hq.AssertBalanced(chip);
    }

    [Fact]
    public void Entries_of_an_unknown_card_wait_for_its_registration()
    {
        var (chip, till) = (Chip.FromFactory(9), _hq.NewTill());
        // Its twin makes the same plan of the same card, so that this book can learn of it late.
        using var elsewhere = new Headquarters(engine.OpenBook());
        var birth = elsewhere.Personalise(chip);
        till.Sell(chip, new TestSale(3_00));
        Assert.Equal(new Verdict.Parked("unknown-card", "outcome"), _hq.Sync(till)[^1]);
        Assert.Equal(["unknown-card outcome"], _hq.Open());

        _hq.Plan(chip.Uid);
        _hq.Cards.CompleteBirth(chip.Uid, birth, terminal: 0);

        Assert.Empty(_hq.Open());
        Assert.Equal(["unknown-card card-registered"], _hq.Healed());
        _hq.AssertBalanced(chip);
    }

    [Theory]
    [InlineData("")]
    [InlineData("FFFFFFFF")]
    [InlineData("0802")]
    [InlineData("0801")]
    [InlineData("08015A00")]
    public void An_unreadable_entry_is_parked_and_the_rest_goes_on(string hex)
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        till.Journal.Add(ByteString.CopyFrom(Convert.FromHexString(hex)));
        till.Sell(chip, new TestSale(1_00));

        var verdicts = _hq.Sync(till);

        Assert.Equal(new Verdict.Parked("unreadable", "entry"), verdicts[0]);
        Assert.All(verdicts.Skip(1), verdict => Assert.IsType<Verdict.Accepted>(verdict));
        _hq.AssertBalanced(chip);
    }

    [Fact]
    public void A_text_that_no_database_takes_is_parked_and_the_sale_is_posted_without_it()
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        var intent = till.Sell(chip, new TestSale(1_00));
        till.Journal.Rewrite(intent, body => body.Intent.Context.SoldAt = "2026\0");

        var verdicts = _hq.Sync(till);

        Assert.Equal([new Verdict.Parked("unreadable", "entry"), new Verdict.Accepted()], verdicts);
        Assert.Equal(["unreadable entry"], _hq.Open());
        _hq.AssertBalanced(chip);
    }

    [Theory]
    [InlineData(-40_000, "clock clock-behind")]
    [InlineData(-2, null)]
    [InlineData(2, "clock clock-ahead")]
    public void A_time_that_cannot_be_is_told(int hours, string? told)
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        _hq.Clock.Advance(TimeSpan.FromDays(1));
        till.Sell(chip, new TestSale(1_00)
        {
            Forge = record => record with { Time = record.Time.AddHours(hours) },
        });

        _hq.Sync(till);

        Assert.Equal(told is null ? [] : [told], _hq.Open());
        _hq.AssertBalanced(chip);
    }

    [Fact]
    public void A_suspicion_is_kept_as_an_exception()
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        till.Sell(chip, new TestSale(1_00));
        var card = EntryBody.Parser.ParseFrom(till.Journal.Entries[0].Body).Intent.Card;
        till.Journal.Add(new EntryBody
        {
            Suspicion = new Suspicion { Card = card, Code = "counter-behind" },
        });

        _hq.Sync(till);

        Assert.Equal(["copy-or-rollback counter-behind"], _hq.Open());
    }

    [Fact]
    public void An_entry_that_leaves_a_hole_takes_its_whole_batch_back()
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        till.Sell(chip, new TestSale(1_00));
        till.Sell(chip, new TestSale(1_00));
        var before = Everything();

        Assert.Throws<ArgumentException>(() =>
            _hq.Intake.Take(till.Number, [till.Journal.Entries[0], till.Journal.Entries[2]]));

        Assert.Equal(before, Everything());
    }

    // A sale whose outcome was changed on its way is parked; the next one is taken, and shows the gap.
    private void AssertParked(string cause, string detail, Action<Outcome> forge)
    {
        var (chip, till) = (_hq.Issue(1), _hq.NewTill());
        var intent = till.Sell(chip, new TestSale(1_00));
        till.Journal.Rewrite(intent + 1, body => forge(body.Outcome));
        till.Sell(chip, new TestSale(2_00));

        var verdicts = _hq.Sync(till);

        Assert.Equal(new Verdict.Parked(cause, detail), verdicts[1]);
        Assert.IsType<Verdict.Accepted>(verdicts[3]);
        Assert.Contains($"{cause} {detail}", _hq.Open());
        _hq.AssertBalanced(chip);
    }

    private long Value(string sql) => _hq.Database.Read(db => db.Value<long>(sql));

    private IReadOnlyList<(int, int)> Accounts() =>
        [.. _hq.Database.Read(db => db.List<AccountSum>(
            "SELECT account, SUM(points) AS points FROM posting GROUP BY account ORDER BY SUM(points)"))
            .Select(row => (row.Account, row.Points))];

    private IReadOnlyList<long> Everything() =>
    [
        .. new[] { "card_transaction", "posting", "book_exception", "journal_entry", "intent", "card_action" }
            .Select(table => Value($"SELECT COUNT(*) FROM {table}")),
        _hq.Database.Read(db => (long)Feed.Head(db)),
    ];

    private sealed record AccountSum
    {
        public int Account { get; init; }
        public int Points { get; init; }
    }
}

public sealed class IntakeOnSqlite(SqliteEngine engine) : IntakeContract(engine), IClassFixture<SqliteEngine>;

public sealed class IntakeOnPostgres(PostgresCluster cluster) : IntakeContract(new PostgresEngine(cluster));
