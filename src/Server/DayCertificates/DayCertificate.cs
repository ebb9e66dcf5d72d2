using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>What headquarters certifies of a day: which book it looked at, and what held in it.</summary>
/// <param name="Kind">Always <see cref="KindText"/>: the same key signs other documents.</param>
/// <param name="Number">1, 2, 3 … in the archive.</param>
/// <param name="Day">The chain's, over in every store.</param>
/// <param name="Revision">1 for a day's first.</param>
/// <param name="Previous">SHA-256 of the document before it in the archive; 64 zeros before the
/// first.</param>
/// <param name="SignedBy">SHA-256 of the public key that signs it, SubjectPublicKeyInfo.</param>
/// <param name="MadeAt">UTC.</param>
/// <param name="Release">Of the server that made it.</param>
/// <param name="Heads">The book that it was made over.</param>
/// <param name="Checks">What was checked.</param>
/// <param name="Figures">What is no fault, and worth knowing.</param>
/// <param name="Changed">What is otherwise than in the revision before; empty for the first.</param>
internal sealed record DayCertificate(
    string Kind, long Number, DateOnly Day, int Revision, string Previous, string SignedBy,
    DateTimeOffset MadeAt, string Release, BookHeads Heads, IReadOnlyList<CertifiedCheck> Checks,
    CertificateFigures Figures, IReadOnlyList<string> Changed)
{
    public const string KindText = "smartcardcrm-day-certificate-1";

    /// <summary>What stands where there is no document before.</summary>
    public static readonly string NoDocument = new('0', 64);

    /// <summary>How many checks failed.</summary>
    public int Failed => Checks.Count(check => check.Broken > 0);

    /// <summary>The document that is signed and archived: UTF-8 JSON.</summary>
    public byte[] ToDocument() =>
        JsonSerializer.SerializeToUtf8Bytes(this, CertificateJson.Default.DayCertificate);

    /// <summary>Reads a document; null where it is none.</summary>
    public static DayCertificate? TryRead(ReadOnlySpan<byte> document)
    {
        try
        {
            return JsonSerializer.Deserialize(document, CertificateJson.Default.DayCertificate)
                is { Kind: KindText } certificate ? certificate : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Hexadecimal, as documents name each other.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}

/// <summary>Where everything that is only added to ended. Hashes are hexadecimal.</summary>
/// <param name="Posting">The newest posting's id.</param>
/// <param name="Ledger">SHA-256 over the hash of the certificate before and the postings since, each as <see
/// cref="LedgerHash"/> says.</param>
/// <param name="Audit">Number of the audit log's newest entry.</param>
/// <param name="AuditHash">Its chain hash.</param>
/// <param name="Journals">By terminal.</param>
internal sealed record BookHeads(
    long Posting, string Ledger, long Audit, string AuditHash, IReadOnlyList<CertifiedJournal> Journals);

/// <summary>Where headquarters' copy of a journal ended.</summary>
internal sealed record CertifiedJournal(long Terminal, long Sequence, string Hash);

/// <summary>One thing that was checked.</summary>
/// <param name="Invariant">Of the design's.</param>
/// <param name="Code">Stable.</param>
/// <param name="Says">What must hold.</param>
/// <param name="Broken">How often it does not; 0 where it holds.</param>
internal sealed record CertifiedCheck(string Invariant, string Code, string Says, long Broken);

/// <summary>What stood open, and how much was looked at.</summary>
/// <param name="Entries">Journal entries since the certificate before.</param>
/// <param name="Proven">Transactions among them whose signature was computed again.</param>
/// <param name="Postings">Since the certificate before.</param>
/// <param name="Unsigned">Transactions that stand on their neighbours' word, births apart.</param>
/// <param name="UnsignedPoints">Points that these earned and redeemed.</param>
/// <param name="ExceptionsOpen">By age, as all that follow.</param>
/// <param name="DoubtsOpen">Commits without an answer.</param>
/// <param name="ExposureToday">Points that terminals may still lose to false cards on the day of its
/// making.</param>
/// <param name="ExposureBound">The bound for one day.</param>
internal sealed record CertificateFigures(
    long Entries, long Proven, long Postings, long Unsigned, long UnsignedPoints, OpenByAge ExceptionsOpen,
    OpenByAge DoubtsOpen, long ExposureToday, long ExposureBound);

/// <summary>How many are open, and for how long.</summary>
internal sealed record OpenByAge
{
    public long All { get; init; }
    public long OverDay { get; init; }
    public long OverWeek { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DayCertificate))]
internal sealed partial class CertificateJson : JsonSerializerContext;
