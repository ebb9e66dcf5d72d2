using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>Makes certificates and archives them, one at a time.</summary>
internal sealed partial class CertificateDesk(
    Database database, ICardSecrets secrets, CertificateSeal seal, TimeProvider clock,
    ILogger<CertificateDesk> log)
{
    private readonly Lock _making = new();

    /// <summary>The last day that is over in every store.</summary>
    public DateOnly LastDay() =>
        database.Read(db => StoreDays.BegunEverywhere(db, clock.GetUtcNow())).AddDays(-1);

    /// <summary>Certifies the last day that is over, unless that is done, or the book began after
    /// it.</summary>
    /// <returns>Null where there is nothing to be done.</returns>
    public SignedCertificate? MakeDue()
    {
        var day = LastDay();
        var isDue = database.Read(db => CertificateArchive.Of(db, day) is null && BeganBefore(db, day));
        return isDue ? Make(day, AuditActor.Server) : null;
    }

    /// <summary>Certifies the book as it is now for a day. Where the day has a certificate, this is its next
    /// revision, and says what has changed.</summary>
    /// <param name="day">Over in every store.</param>
    /// <param name="by">Who wants it.</param>
    /// <exception cref="ArgumentException">The day is not over yet.</exception>
    public SignedCertificate Make(DateOnly day, string by)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(day, LastDay());
        lock (_making)
        {
            var newest = database.Read(CertificateArchive.Newest);
            var made = Archive(day, newest, by);
            if (made.Failed > 0)
                LogFailed(made.Day, made.Revision, made.Failed);
            return made;
        }
    }

    private SignedCertificate Archive(DateOnly day, SignedCertificate? newest, string by)
    {
        var now = clock.GetUtcNow();
        var earlier = database.Read(db => CertificateArchive.Of(db, day));
        var book = new CertificateMaking(database, secrets, ReadOf(newest))
            .Run(day, UnixTime.Microseconds(now));
        var certificate = new DayCertificate(
            DayCertificate.KindText, (newest?.Number ?? 0) + 1, day, (int)(earlier?.Revision ?? 0) + 1,
            newest?.Hash ?? DayCertificate.NoDocument, DayCertificate.HashOf(seal.PublicKey), now,
            Release.Text, book.Heads, book.Checks, book.Figures, Changes(ReadOf(earlier), book));
        return database.Write(db => CertificateArchive.Add(db, certificate, seal, by));
    }

    // Who changes the archive is found by its verification; the next certificate is made all the same.
    private static DayCertificate? ReadOf(SignedCertificate? archived) =>
        archived is null ? null : DayCertificate.TryRead(archived.Document);

    private static IReadOnlyList<string> Changes(DayCertificate? earlier, CheckedBook book)
    {
        if (earlier is null)
            return [];
        var before = earlier.Checks.ToDictionary(check => check.Code, check => check.Broken);
        return
        [
            .. book.Checks.Where(check => before.GetValueOrDefault(check.Code) != check.Broken)
                .Select(check =>
                    $"{check.Code}: broken {before.GetValueOrDefault(check.Code)} times, now {check.Broken}"),
            .. earlier.Heads.Posting == book.Heads.Posting
                ? []
                : (string[])[$"postings: through {earlier.Heads.Posting}, now {book.Heads.Posting}"],
            .. earlier.Figures.ExceptionsOpen == book.Figures.ExceptionsOpen
                ? []
                : (string[])
                [
                    $"open exceptions: {earlier.Figures.ExceptionsOpen.All}, now "
                    + $"{book.Figures.ExceptionsOpen.All}",
                ],
        ];
    }

    private static bool BeganBefore(DbSession db, DateOnly day) => db.Value<long>(
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_entry WHERE at_us < @end LIMIT 1) AS began",
        new
        {
            end = UnixTime.Microseconds(
                new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)),
        }) > 0;

    [LoggerMessage(
        LogLevel.Error,
        "The certificate of {Day}, revision {Revision}: {Failed} checks of the book failed. "
        + "'server certificate show' names them.")]
    private partial void LogFailed(string day, long revision, long failed);
}
