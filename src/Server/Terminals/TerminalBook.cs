using System.Security.Cryptography;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Terminals;

/// <summary>An enrolled terminal: one incarnation of a journal.</summary>
internal sealed record Terminal
{
    public long Number { get; init; }

    /// <summary>As people call it: "Till 3".</summary>
    public string Name { get; init; } = "";

    public long Programme { get; init; }

    public long Store { get; init; }

    /// <summary>IANA.</summary>
    public string StoreZone { get; init; } = "";

    public string SoftwareVersion { get; init; } = "";

    public long EnrolledUs { get; init; }

    public long? RevokedUs { get; init; }
}

/// <summary>The terminals, in the book.</summary>
internal sealed class TerminalBook(Database database, TimeProvider clock)
{
    private const string Columns =
        "number, name, programme, store, store_zone, software_version, enrolled_us, revoked_us";

    private const string HasCertificate =
        "certificate_hash = @hash "
        + "OR number = (SELECT terminal FROM renewed_certificate WHERE certificate_hash = @hash)";

    public IReadOnlyList<Terminal> All() =>
        database.Read(db => db.List<Terminal>($"SELECT {Columns} FROM terminal ORDER BY number"));

    public Terminal? Find(uint number) =>
        database.Read(db => db.Find<Terminal>(
            $"SELECT {Columns} FROM terminal WHERE number = @number", new { number = (long)number }));

    /// <summary>A terminal of one of these stores.</summary>
    public Terminal? Find(uint number, StoreScope within) =>
        Find(number) is { } terminal && within.Covers(terminal.Store) ? terminal : null;

    /// <summary>The terminal that a client certificate was made for, revoked or not, however old.</summary>
    public Terminal? FindByCertificate(ReadOnlySpan<byte> der)
    {
        var hash = HashOf(der);
        return database.Read(db => db.Find<Terminal>(
            $"SELECT {Columns} FROM terminal WHERE {HasCertificate}", new { hash }));
    }

    /// <summary>Gives a terminal one more certificate, DER; those that it has keep naming it.</summary>
    /// <param name="number">The terminal.</param>
    /// <param name="certificate">DER.</param>
    /// <param name="authority">Fingerprint of who made it.</param>
    public void Renew(long number, ReadOnlySpan<byte> certificate, string authority)
    {
        var row = new { hash = HashOf(certificate), number, now = clock.Microseconds() };
        database.Write(db =>
        {
            db.Run(
                "INSERT INTO renewed_certificate (certificate_hash, terminal, renewed_us) "
                    + "VALUES (@hash, @number, @now)",
                row);
            AuthorityBook.Certified(db, number, authority, row.now);
            AuditLog.Write(
                db, row.now, AuditActor.Terminal(number), AuditAction.TerminalRenewed, $"terminal:{number}",
                $$"""{"certificate":"{{row.hash}}","authority":"{{authority}}"}""");
        });
    }

    /// <summary>Revokes for good; a second time changes nothing.</summary>
    /// <param name="number">The terminal.</param>
    /// <param name="by">Who does it.</param>
    /// <returns>False where there is no such terminal.</returns>
    public bool Revoke(uint number, string by) => database.Write(db =>
    {
        var now = clock.Microseconds();
        if (db.Run(
            "UPDATE terminal SET revoked_us = @now WHERE number = @number AND revoked_us IS NULL",
            new { number = (long)number, now }) == 1)
        {
            AuditLog.Write(db, now, by, AuditAction.TerminalRevoked, $"terminal:{number}",
                """{"before":"enrolled","after":"revoked"}""");
            Gaps.Reported(db, [number]);
            return true;
        }

        return db.Value<long>(
            "SELECT COUNT(*) FROM terminal WHERE number = @number", new { number = (long)number }) == 1;
    });

    /// <summary>Whether this is a certificate of the terminal's own.</summary>
    public static bool IsCertificateOf(DbSession db, long number, ReadOnlySpan<byte> der)
    {
        var hash = HashOf(der);
        return db.Value<long>(
            $"SELECT COUNT(*) FROM terminal WHERE number = @number AND ({HasCertificate})",
            new { number, hash }) == 1;
    }

    /// <summary>The number that the next terminal gets: 1, 2, 3 …; 0 is the server's own virtual
    /// terminal.</summary>
    public static uint NextNumber(DbSession db) =>
        checked((uint)Numbers.Terminals.Next(db));

    public static void Insert(DbSession db, Terminal terminal, ReadOnlySpan<byte> certificate) =>
        db.Run(
            """
            INSERT INTO terminal
                (number, name, programme, store, store_zone, certificate_hash, software_version, enrolled_us)
            VALUES (@Number, @Name, @Programme, @Store, @StoreZone, @CertificateHash, @SoftwareVersion,
                @EnrolledUs)
            """,
            new
            {
                terminal.Number,
                terminal.Name,
                terminal.Programme,
                terminal.Store,
                terminal.StoreZone,
                CertificateHash = HashOf(certificate),
                terminal.SoftwareVersion,
                terminal.EnrolledUs,
            });

    private static string HashOf(ReadOnlySpan<byte> der) => Convert.ToHexString(SHA256.HashData(der));
}
