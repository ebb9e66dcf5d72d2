using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Storage;

/// <summary>A book of an earlier release, brought up to date, is as if it had always been of this
/// one.</summary>
public abstract class MigratedBookContract(Engine engine)
{
    private const string ToBeforeLots =
        """
        ALTER TABLE posting DROP COLUMN contra;
        ALTER TABLE posting DROP COLUMN posted_us;
        DROP INDEX sale_return_member;
        ALTER TABLE sale_return DROP COLUMN member;
        ALTER TABLE sale_return DROP COLUMN sale_terminal;
        ALTER TABLE sale_return DROP COLUMN sale_sequence;
        ALTER TABLE sale_return DROP COLUMN given_back;
        ALTER TABLE sale_return DROP COLUMN taken_back;
        ALTER TABLE sale_return DROP COLUMN pending;
        ALTER TABLE sale_return DROP COLUMN business_date;
        DROP TABLE lot;
        DROP TABLE lot_day;
        DROP TABLE lot_review;
        DROP TABLE told_expiry;
        ALTER TABLE card DROP COLUMN expiry_counter;
        ALTER TABLE card DROP COLUMN expiry_day;
        ALTER TABLE card DROP COLUMN expiry_points;
        DELETE FROM migration WHERE number IN (18, 26);
        """;

    [Fact]
    public void Returns_know_their_sales_and_postings_the_other_side_and_their_time()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (chip, till) = (hq.Issue(1), hq.NewTill());
        var sale = till.Sell(chip, new TestSale(100_00));
        till.Sell(chip, new TestSale(1_00) { Redeem = 90 });
        hq.Sync(till);
        hq.Clock.Advance(TimeSpan.FromHours(1));
        till.Sell(chip, new TestSale(50_00)
        {
            Return = new TestReturn(till.OperationOf(sale), Given: 0, Taken: 10, Milli: 500),
        });
        hq.Sync(till);
        Assert.Empty(hq.Open());
        var before = StateOf(hq.Database);

        hq.Database.Write(db => db.Run(ToBeforeLots));
        Migrations.Run(hq.Database);

        Assert.Contains("50 ", before[0], StringComparison.Ordinal);
        Assert.Equal(before, StateOf(hq.Database));
    }

    [Fact]
    public void The_first_releases_book_is_verified_keeps_its_balances_and_goes_on()
    {
        using var hq = new Headquarters(engine.OpenBook(FirstRelease()));

        Assert.Equal([129, 25, 50], Balances(hq));
        Assert.Equal([3, 2, 3], hq.Database.Read(
            db => db.List<long>("SELECT highest_counter FROM card ORDER BY number")));
        Assert.Equal(12, hq.Database.Read(
            db => db.Value<long>("SELECT COUNT(*) FROM posting WHERE contra > 0 AND posted_us > 0")));
        Assert.Equal(["doubt commit-unanswered"], hq.Open());
        var verified = new BookVerification(hq.Database, hq.Secrets).Run(_ => { });
        Assert.Empty(verified.Faults);
        Assert.Equal((2, 13), (verified.Terminals, verified.Entries));

        Assert.Equal(
            [new Verdict.Accepted(), new Verdict.Accepted()], Sell(hq, "04112233000001", terminal: 1));
        Assert.Equal(
            [new Verdict.Accepted(), new Verdict.Accepted()], Sell(hq, "04112233000003", terminal: 2));
        Assert.Equal([139, 25, 60], Balances(hq));
        Assert.Empty(new BookVerification(hq.Database, hq.Secrets).Run(_ => { }).Faults);
    }

    private static string FirstRelease()
    {
        using var text = new StreamReader(
            typeof(MigratedBookContract).Assembly.GetManifestResourceStream("first-release.sql")!);
        return text.ReadToEnd();
    }

    private static IReadOnlyList<long> Balances(Headquarters hq) => hq.Database.Read(
        db => new long[] { 1_000_001, 1_000_002, 1_000_003 }
            .Select(number => LedgerBook.BalanceOnCard(db, number)).ToList());

    // The card stands as the book says; it buys for ten dollars, and its till's journal goes on.
    private static IReadOnlyList<Verdict> Sell(Headquarters hq, string uid, uint terminal)
    {
        Assert.True(Uid.TryParse(uid, out var chip));
        var (head, newest) = hq.Database.Read(db => (
            Journals.Head(db, terminal),
            CardTransaction.NextFrom(db, Card.Find(db, uid, generation: 1)!, counter: 3)!));
        var read = LogRecord.Decode(newest.RecordWritten);
        var card = PaperCard.At(
            chip, hq.Secrets.TransactionMacKey(chip, TestSecrets.Version), read,
            ReaderId.FromBytes(newest.ReaderId));
        var sequence = (uint)head.Sequence + 1;
        using var key = hq.Secrets.ReaderIdKey(terminal);
        var commit = card.Sell(
            read with
            {
                Counter = read.Counter + 1,
                Time = hq.Clock.GetUtcNow(),
                Terminal = terminal,
                Sequence = sequence,
                Earned = 10,
                Redeemed = 0,
                Amount = 10_00,
                BalanceAfter = read.BalanceAfter + 10,
            },
            key.Sign(chip, terminal, sequence, read.Counter + 1));
        var meant = PaperWire.IntentOf(card, read, commit, new SaleContext
        {
            Programme = 1,
            Currency = "USD",
            Store = 319,
            StoreZone = "America/New_York",
            BusinessDate = "2026-01-06",
            RuleSetVersion = 1,
            LocalTime = "2026-01-06T12:00:00",
        });
        meant.Lines.Add(new BasketLine { QuantityMilli = 1000, AmountMinor = 10_00 });
        var intent = Entry(head.ChainHash, sequence, new EntryBody { Intent = meant });
        var outcome = Entry(intent.ChainHash.ToByteArray(), sequence + 1, new EntryBody
        {
            Outcome = PaperWire.OutcomeOf(card, sequence, commit),
        });
        return hq.Intake.Take(terminal, [intent, outcome]);
    }

    private static JournalEntry Entry(byte[] before, uint sequence, EntryBody body)
    {
        body.ProtocolVersion = 1;
        var bytes = body.ToByteString();
        return new JournalEntry
        {
            Sequence = sequence,
            Body = bytes,
            ChainHash = ByteString.CopyFrom(JournalChain.After(before, sequence, bytes.Span)),
        };
    }

    private static IReadOnlyList<string> StateOf(Database database) => database.Read(db => db.List<string>(
        """
        SELECT taken_back || ' ' || given_back || ' ' || member || ' ' || sale_terminal || ':'
            || sale_sequence || ' ' || business_date
        FROM sale_return
        """).Concat(db.List<string>(
        """
        SELECT id || ' ' || account || ' ' || contra || ' ' || points || ' ' || posted_us
        FROM posting ORDER BY id
        """)).ToList());
}

public sealed class MigratedBookOnSqlite(SqliteEngine engine)
    : MigratedBookContract(engine), IClassFixture<SqliteEngine>;

public sealed class MigratedBookOnPostgres(PostgresCluster cluster)
    : MigratedBookContract(new PostgresEngine(cluster));
