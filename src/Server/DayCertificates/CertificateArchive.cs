using System.Globalization;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>A certificate as it lies in the archive.</summary>
internal sealed record ArchivedCertificate
{
    /// <summary>1, 2, 3 …</summary>
    public long Number { get; init; }

    /// <summary>yyyy-MM-dd.</summary>
    public string Day { get; init; } = "";
    public long Revision { get; init; }

    /// <summary>How many checks failed.</summary>
    public long Failed { get; init; }

    /// <summary>SHA-256 of the document, hexadecimal.</summary>
    public string Hash { get; init; } = "";
    public long MadeUs { get; init; }
}

/// <summary>A certificate with what proves it.</summary>
internal sealed record SignedCertificate
{
    public long Number { get; init; }
    public string Day { get; init; } = "";
    public long Revision { get; init; }
    public long Failed { get; init; }
    public string Hash { get; init; } = "";
    public byte[] Document { get; init; } = [];
    public byte[] Signature { get; init; } = [];

    /// <summary>The public key that signed it, SubjectPublicKeyInfo.</summary>
    public byte[] SignedBy { get; init; } = [];
}

/// <summary>The archive of certificates: rows are added, never changed, and each document names the one
/// before it.</summary>
internal static class CertificateArchive
{
    private const string Columns = "number, day, revision, failed, hash, document, signature, signed_by";

    /// <summary>Newest first.</summary>
    public static IReadOnlyList<ArchivedCertificate> List(DbSession db, int skip, int take) =>
        db.List<ArchivedCertificate>(
            """
            SELECT number, day, revision, failed, hash, made_us FROM day_certificate
            ORDER BY number DESC LIMIT @take OFFSET @skip
            """,
            new { skip, take });

    /// <summary>How many there are.</summary>
    public static long Count(DbSession db) => db.Value<long>("SELECT COUNT(*) FROM day_certificate");

    /// <summary>How many checks failed when one was last made; null where none ever was.</summary>
    public static long? NewestFailed(DbSession db) => db.Value<long?>(
        "SELECT MAX(failed) FROM day_certificate WHERE number = (SELECT MAX(number) FROM day_certificate)");

    public static SignedCertificate? Newest(DbSession db) => db.Find<SignedCertificate>(
        $"SELECT {Columns} FROM day_certificate ORDER BY number DESC LIMIT 1");

    /// <summary>A day's; the newest revision where none is asked for.</summary>
    public static SignedCertificate? Of(DbSession db, DateOnly day, int? revision = null) =>
        db.Find<SignedCertificate>(
            $"""
            SELECT {Columns} FROM day_certificate
            WHERE day = @day AND (@revision IS NULL OR revision = @revision)
            ORDER BY revision DESC LIMIT 1
            """,
            new { day = TextOf(day), revision = (long?)revision });

    /// <summary>Some of them in the archive's order.</summary>
    /// <param name="after">Those with a higher number.</param>
    public static IReadOnlyList<SignedCertificate> Page(DbSession db, long after, int most) =>
        db.List<SignedCertificate>(
            $"SELECT {Columns} FROM day_certificate WHERE number > @after ORDER BY number LIMIT @most",
            new { after, most });

    /// <summary>Adds one at the end.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="certificate">Its number and the document before are the archive's.</param>
    /// <param name="seal">What signs it.</param>
    /// <param name="by">Who wanted it.</param>
    public static SignedCertificate Add(
        DbSession db, DayCertificate certificate, CertificateSeal seal, string by)
    {
        var document = certificate.ToDocument();
        var row = new SignedCertificate
        {
            Number = certificate.Number,
            Day = TextOf(certificate.Day),
            Revision = certificate.Revision,
            Failed = certificate.Failed,
            Hash = DayCertificate.HashOf(document),
            Document = document,
            Signature = seal.Sign(document),
            SignedBy = seal.PublicKey,
        };
        var madeUs = UnixTime.Microseconds(certificate.MadeAt);
        db.Run(
            $"""
            INSERT INTO day_certificate ({Columns}, made_us)
            VALUES (@Number, @Day, @Revision, @Failed, @Hash, @Document, @Signature, @SignedBy, @madeUs)
            """,
            new
            {
                row.Number,
                row.Day,
                row.Revision,
                row.Failed,
                row.Hash,
                row.Document,
                row.Signature,
                row.SignedBy,
                madeUs,
            });
        AuditLog.Write(
            db, madeUs, by, AuditAction.CertificateMade, $"certificate:{row.Number}",
            $$"""{"day":"{{row.Day}}","revision":{{row.Revision}},"sha256":"{{row.Hash}}"}""");
        return row;
    }

    private static string TextOf(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);
}
