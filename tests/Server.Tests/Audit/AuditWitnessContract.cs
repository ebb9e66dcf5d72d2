using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using AuditHead = SmartCardCrm.SyncContract.AuditHead;

namespace SmartCardCrm.Server.Tests.Audit;

/// <summary>A log that was cut or rewritten, its chain computed anew, is found by what terminals know; one
/// that a restore has shortened is told apart. On both engines.</summary>
public abstract class AuditWitnessContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly Database _book;
    private readonly AuditWitnesses _witnesses;

    private protected AuditWitnessContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _book = _hq.Database;
        _witnesses = new AuditWitnesses(_book, TimeProvider.System, NullLogger<AuditWitnesses>.Instance);
        _hq.Enrol(1, store: 1);
        _hq.Enrol(2, store: 1);
        // Counted from 1 here.
        Run("DELETE FROM audit_entry");
        for (var entry = 1; entry <= 5; entry++)
            Write(AuditAction.CardBlocked, $"card:{entry}");
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Who_was_told_the_truth_agrees_also_when_the_log_has_grown()
    {
        var told = _witnesses.Head();
        Write(AuditAction.CardUnblocked, "card:1");

        Assert.Equal(5ul, told!.Number);
        Assert.True(_witnesses.Hear(1, told, isFirst: true));
        Assert.True(_witnesses.Hear(2, null, isFirst: true));
        Assert.Equal((true, 1), (Report().Holds, Report().Agreeing));
    }

    [Fact]
    public void A_log_that_was_cut_is_found()
    {
        var told = _witnesses.Head();
        Run("DELETE FROM audit_entry WHERE number > 3");

        Assert.Null(_book.Read(AuditLog.FirstFault));
        Contradicts(told!);
    }

    [Fact]
    public void A_log_that_was_cut_and_has_grown_again_is_found()
    {
        var told = _witnesses.Head();
        Run("DELETE FROM audit_entry WHERE number > 3");
        for (var more = 0; more < 4; more++)
            Write(AuditAction.MemberAdded, $"member:{more}");

        Assert.Null(_book.Read(AuditLog.FirstFault));
        Contradicts(told!);
    }

    [Fact]
    public void A_log_that_was_rewritten_with_a_chain_of_its_own_is_found()
    {
        var told = _witnesses.Head();
        Run("DELETE FROM audit_entry");
        for (var entry = 1; entry <= 5; entry++)
            Write(AuditAction.CardBlocked, $"card:{entry + 10}");

        Assert.Null(_book.Read(AuditLog.FirstFault));
        Contradicts(told!);
    }

    [Fact]
    public void A_line_that_was_edited_is_found_without_a_witness()
    {
        Run("UPDATE audit_entry SET done_by = 'Boris' WHERE number = 2");

        Assert.Equal((2L, false), (Report().FirstFault, Report().Holds));
    }

    [Fact]
    public void A_restored_backup_explains_what_terminals_know_of_later_and_nothing_else()
    {
        var before = _witnesses.Head()!;
        Run("DELETE FROM audit_entry WHERE number > 3");
        Write(AuditAction.BookRestored, "book");

        Assert.True(_witnesses.Hear(1, before, isFirst: true));
        Assert.Equal((true, 4L), (Report().Holds, Assert.Single(Report().Restorations)));

        // Told since, and then cut: the old restore does not explain that.
        Write(AuditAction.MemberAdded, "member:1");
        var after = _witnesses.Head()!;
        Assert.Equal((5ul, 4ul), (after.Number, after.Restored));
        Run("DELETE FROM audit_entry WHERE number > 4");
        Contradicts(after);
    }

    [Fact]
    public void A_restore_explains_no_change_of_what_the_backup_had()
    {
        var before = new AuditHead { Number = 2, Hash = ByteString.CopyFrom(new byte[32]) };
        Run("DELETE FROM audit_entry WHERE number > 3");
        Write(AuditAction.BookRestored, "book");

        Contradicts(before);
    }

    [Fact]
    public void What_no_server_told_is_evidence_of_nothing()
    {
        Assert.True(_witnesses.Hear(1, new AuditHead(), isFirst: true));
        Assert.True(_witnesses.Hear(
            1, new AuditHead { Number = 9, Hash = ByteString.CopyFrom(1, 2) }, isFirst: true));
        Assert.True(Report().Holds);
    }

    private void Contradicts(AuditHead told)
    {
        Assert.False(_witnesses.Hear(1, told, isFirst: true));
        Assert.False(_witnesses.Hear(1, told, isFirst: false));

        Assert.False(Report().Holds);
        Assert.Equal([new Contradiction(1, (long)told.Number)], Report().Contradicting);
    }

    private AuditReport Report() => _book.Read(AuditReport.Of);

    private void Run(string change) => _book.Write(db => db.Run(change));

    private void Write(string action, string subject) =>
        _book.Write(db => AuditLog.Write(db, 1_000, "Vera", action, subject));
}

public sealed class AuditWitnessOnSqlite(SqliteEngine engine)
    : AuditWitnessContract(engine), IClassFixture<SqliteEngine>;

public sealed class AuditWitnessOnPostgres(PostgresCluster cluster)
    : AuditWitnessContract(new PostgresEngine(cluster));
