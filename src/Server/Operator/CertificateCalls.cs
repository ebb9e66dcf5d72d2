using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Operator;

/// <summary>Body of <c>POST /api/certificates</c>.</summary>
/// <param name="Day">The last one that is over, where none is given.</param>
/// <param name="By">Who wants it.</param>
internal sealed record AskedCertificate(DateOnly? Day = null, string By = AuditActor.Operator) : ISigned
{
    public ISigned SignedBy(string by) => this with { By = by };
}

/// <summary>Body of <c>POST /api/certificates/compare</c>: a certificate that somebody has kept.</summary>
internal sealed record KeptCertificate(byte[] Document, byte[] Signature);

/// <summary>A certificate that was made: what was checked, and how it stands in the archive.</summary>
internal sealed record MadeCertificate(
    string Day, long Revision, string Hash, IReadOnlyList<CertifiedCheck> Checks);

/// <summary>Daily certificates.</summary>
internal static class CertificateCalls
{
    private const int ByLengthMost = 64;

    public static void Map(RouteGroupBuilder api)
    {
        var read = api.For(Resource.Certificates, Access.Read);
        var change = api.For(Resource.Certificates, Access.Change);
        read.MapGet("/certificates", (Database database, int skip = 0, int take = 100) =>
            database.Read(db => CertificateArchive.List(db, Math.Max(skip, 0), BookCalls.Most(take))));
        change.MapPost("/certificates", Make);
        read.MapGet("/certificates/{day}", (DateOnly day, Database database, int? revision) =>
            Find(database, day, revision, one => Results.Text(one.Document, "application/json")));
        read.MapGet("/certificates/{day}/signature", (DateOnly day, Database database, int? revision) =>
            Find(database, day, revision, one => Results.Bytes(one.Signature)));
        read.MapGet("/certificates/faults", (Database database, CertificateSeal seal) =>
            new CertificateVerification(database, seal.PublicKey).Run());
        read.MapPost("/certificates/compare", Compare);
    }

    private static IResult Make(AskedCertificate asked, CertificateDesk desk)
    {
        if (asked.By.Trim().Length is 0 or > ByLengthMost)
            return Problems.BadRequest("by-length", "Say in at most 64 characters who wants it.");
        var last = desk.LastDay();
        if (asked.Day > last)
        {
            return Problems.Of(
                StatusCodes.Status409Conflict, "day-not-over", "That day is not over yet in every store.");
        }

        var made = desk.Make(asked.Day ?? last, asked.By.Trim());
        return Results.Ok(new MadeCertificate(
            made.Day, made.Revision, made.Hash, DayCertificate.TryRead(made.Document)!.Checks));
    }

    // What somebody has kept is what the archive has, or one of the two was changed.
    private static IResult Compare(KeptCertificate kept, Database database)
    {
        if (DayCertificate.TryRead(kept.Document) is not { } certificate)
            return Problems.BadRequest("certificate-unreadable", "That is no certificate.");
        var archived = database.Read(db =>
            CertificateArchive.Of(db, certificate.Day, certificate.Revision));
        if (archived is null || !archived.Document.AsSpan().SequenceEqual(kept.Document))
        {
            return Problems.Of(
                StatusCodes.Status409Conflict, "certificate-differs",
                "The archive has another in its place.");
        }

        return CertificateSeal.IsSigned(archived.SignedBy, kept.Document, kept.Signature)
            ? Results.NoContent()
            : Problems.BadRequest("certificate-unsigned", "Headquarters has not signed it so.");
    }

    private static IResult Find(
        Database database, DateOnly day, int? revision, Func<SignedCertificate, IResult> answer) =>
        database.Read(db => CertificateArchive.Of(db, day, revision)) is { } found
            ? answer(found)
            : Problems.NotFound("certificate-unknown", "That day has no such certificate.");
}
