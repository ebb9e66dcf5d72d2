using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Backup;

/// <summary>What a verification finds, on both engines: a book with a sale, a return, a doubt that its
/// terminal settled, and one whose MAC is lost.</summary>
public abstract class VerificationContract : IDisposable
{
    private readonly Headquarters _hq;

    private protected VerificationContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        var (till, other) = (_hq.NewTill(), _hq.NewTill());
        var chip = _hq.Issue(1);
        till.Sell(chip, new TestSale(50_00));
        var doubt = till.Sell(chip, new TestSale(20_00) { Fate = Fate.AnswerLost });
        till.Settle(chip, doubt);
        till.Sell(chip, new TestSale(30_00) { Fate = Fate.Died });
        other.Sell(chip, new TestSale(10_00) { Redeem = 5 });
        _hq.Sync(till);
        _hq.Sync(other);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_book_as_it_should_be_is_proven_again()
    {
        var told = 0L;

        var result = Verify(entries => told = entries);

        Assert.Empty(result.Faults);
        // The birth, and the sale that only its neighbours speak for.
        Assert.Equal((2, 3L, 2L), (result.Terminals, result.Proven, result.Unsigned));
        Assert.Equal(result.Entries, told);
    }

    [Theory]
    [InlineData(
        "UPDATE card_transaction SET earned = earned + 1 WHERE counter = 2",
        "transaction 1:1 in the book is not what the card has signed")]
    [InlineData(
        "UPDATE card_transaction SET amount_minor = 1 WHERE counter = 3",
        "transaction 1:3 in the book is not what the card has signed")]
    [InlineData(
        "UPDATE card_transaction SET tmv = record_written WHERE counter = 2",
        "transaction 1:1 in the book is not what the card has signed")]
    [InlineData(
        "UPDATE card_transaction SET tmv = reader_id WHERE counter = 3",
        "no card has signed transaction 1:3: mac")]
    [InlineData(
        "UPDATE card_transaction SET terminal = 2, sequence = 9 WHERE counter = 2",
        "what entry 1:2 proves is not in the book")]
    [InlineData("UPDATE posting SET points = points * 2", "I5, each transaction moves its card's account")]
    [InlineData("UPDATE posting SET points = points + 1 WHERE id = 1", "I1, the ledger sums to zero")]
    [InlineData("DELETE FROM posting WHERE id IN (1, 2)", "I5, each transaction moves its card's account")]
    [InlineData(
        "UPDATE journal_entry SET body = chain_hash WHERE terminal = 1 AND sequence = 2",
        "entry 1:2 is not what its terminal wrote")]
    [InlineData(
        "DELETE FROM journal_entry WHERE terminal = 2 AND sequence = 2",
        "the journal of terminal 2 ends with 1, not with 2")]
    [InlineData("DELETE FROM journal_head WHERE terminal = 2", "are of terminals that never wrote a line")]
    [InlineData("UPDATE journal_head SET sequence = 99 WHERE terminal = 2", "ends with 2, not with 99")]
    [InlineData(
        "UPDATE audit_entry SET done_by = 'nobody' WHERE number = 2",
        "entry 2 of the audit log is not as it was written")]
    public void What_was_changed_in_the_database_is_found(string change, string fault)
    {
        _hq.Database.Write(db => db.Run(change));

        Assert.Contains(Verify().Faults, found => found.Contains(fault, StringComparison.Ordinal));
    }

    private VerificationResult Verify(Action<long>? progress = null) =>
        new BookVerification(_hq.Database, _hq.Secrets).Run(progress ?? (_ => { }));
}

public sealed class VerificationOnSqlite(SqliteEngine engine)
    : VerificationContract(engine), IClassFixture<SqliteEngine>
{
    // SQLite takes any value in any column.
    [Theory]
    [InlineData("UPDATE journal_entry SET body = 'words' WHERE sequence = 2", "the journal of terminal 1")]
    [InlineData("UPDATE card_transaction SET counter = 'two' WHERE counter = 2", "the journal of terminal 1")]
    [InlineData("UPDATE card_transaction SET record_read = x'00' WHERE counter = 3", "is not what the card")]
    [InlineData("UPDATE audit_entry SET chain_hash = 'words' WHERE number = 1", "the audit log")]
    public void What_no_program_has_written_is_told_and_not_thrown(string change, string fault) =>
        What_was_changed_in_the_database_is_found(change, fault);
}

public sealed class VerificationOnPostgres(PostgresCluster cluster)
    : VerificationContract(new PostgresEngine(cluster));
