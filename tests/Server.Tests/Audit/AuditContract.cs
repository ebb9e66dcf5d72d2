using System.Security.Cryptography;
using System.Text;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Audit;

/// <summary>What the audit log says, and that it cannot be made to say something else unseen, on both
/// engines.</summary>
public abstract class AuditContract : IDisposable
{
    private readonly Database _book;

    private protected AuditContract(Engine engine)
    {
        _book = engine.OpenBook();
        Write("Vera", AuditAction.CardBlocked, "card:1", """{"reason":"lost"}""");
        Write("operator", AuditAction.MemberAdded, "member:1", "");
        Write("Vera", AuditAction.CardUnblocked, "card:1", """{"reason":"found"}""");
    }

    public void Dispose()
    {
        _book.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Changes_are_listed_newest_first_and_by_what_was_changed()
    {
        Assert.Equal([3L, 2, 1], List(null).Select(entry => entry.Number));
        Assert.Equal([2L], List(null, skip: 1, take: 1).Select(entry => entry.Number));
        Assert.Equal(
            [
                ("Vera", "card-unblocked", """{"reason":"found"}"""),
                ("Vera", "card-blocked", """{"reason":"lost"}"""),
            ],
            List("card:1").Select(entry => (entry.DoneBy, entry.Action, entry.Detail)));
    }

    // By hand from the words of AuditEntry.HashAfter.
    [Fact]
    public void The_chain_is_as_it_is_written_down()
    {
        byte[] covered =
        [
            .. new byte[32], .. BitConverter.GetBytes(1L), .. BitConverter.GetBytes(1_000L),
            .. Text("Vera"), .. Text("card-blocked"), .. Text("card:1"), .. Text("""{"reason":"lost"}"""),
        ];

        Assert.Equal(SHA256.HashData(covered), _book.Read(db => db.Value<byte[]>(
            "SELECT chain_hash FROM audit_entry WHERE number = 1")));
        Assert.Null(_book.Read(AuditLog.FirstFault));
    }

    [Theory]
    [InlineData("UPDATE audit_entry SET done_by = 'Boris' WHERE number = 2", 2)]
    [InlineData("UPDATE audit_entry SET at_us = 1 WHERE number = 1", 1)]
    [InlineData("UPDATE audit_entry SET action = 'card-block', subject = 'edcard:1' WHERE number = 1", 1)]
    [InlineData("UPDATE audit_entry SET detail = '' WHERE number = 3", 3)]
    [InlineData("UPDATE audit_entry SET chain_hash = substr(chain_hash, 2) WHERE number = 3", 3)]
    [InlineData("DELETE FROM audit_entry WHERE number = 1", 1)]
    [InlineData("DELETE FROM audit_entry WHERE number = 2", 2)]
    public void A_line_that_was_changed_or_taken_out_is_found(string change, long number)
    {
        _book.Write(db => db.Run(change));

        Assert.Equal(number, _book.Read(AuditLog.FirstFault));
    }

    [Fact]
    public void What_is_undone_leaves_no_line()
    {
        Assert.Throws<InvalidOperationException>(() => _book.Write(db =>
        {
            AuditLog.Write(db, 1, "Vera", AuditAction.MemberAdded, "member:2");
            throw new InvalidOperationException("The change went wrong.");
        }));

        Assert.Equal(3, _book.Read(AuditLog.Newest).Number);
    }

    private void Write(string by, string action, string subject, string detail) =>
        _book.Write(db => AuditLog.Write(db, 1_000, by, action, subject, detail));

    private IReadOnlyList<AuditEntry> List(string? subject, int skip = 0, int take = 10) =>
        _book.Read(db => AuditLog.List(db, subject, skip, take));

    private static byte[] Text(string text) =>
        [.. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];
}

public sealed class AuditOnSqlite(SqliteEngine engine) : AuditContract(engine), IClassFixture<SqliteEngine>;

public sealed class AuditOnPostgres(PostgresCluster cluster) : AuditContract(new PostgresEngine(cluster));
