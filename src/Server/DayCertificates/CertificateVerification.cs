using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>Verifies the archive: that each certificate is the one that headquarters signed, after the one
/// before it, and that the book still has what they name.</summary>
/// <param name="database">The book.</param>
/// <param name="publicKey">The authority's, SubjectPublicKeyInfo: it signed the newest, which vouches for the
/// keys of those before.</param>
internal sealed class CertificateVerification(Database database, byte[] publicKey)
{
    private const int CertificatesAtOnce = 100;

    private readonly List<string> _faults = [];

    /// <returns>What is not as it must be, each in a line.</returns>
    public IReadOnlyList<string> Run()
    {
        var (previous, ledger, posting) = (DayCertificate.NoDocument, LedgerHash.None, 0L);
        SignedCertificate? newest = null;
        while (Page(newest?.Number ?? 0) is { Count: > 0 } page)
        {
            foreach (var archived in page)
            {
                if (Read(archived, newest?.Number ?? 0, previous) is { } certificate)
                {
                    ledger = LedgerHash.After(database, ledger, posting, certificate.Heads.Posting);
                    if (ledger != certificate.Heads.Ledger)
                        Fault(archived, $"the ledger through posting {certificate.Heads.Posting} is another");
                    (ledger, posting) = (certificate.Heads.Ledger, certificate.Heads.Posting);
                    foreach (var fault in database.Read(
                        db => CertifiedHeads.NotKept(db, certificate.Heads).ToList()))
                    {
                        Fault(archived, fault);
                    }
                }

                (previous, newest) = (archived.Hash, archived);
            }
        }

        if (newest is not null && !newest.SignedBy.AsSpan().SequenceEqual(publicKey))
            Fault(newest, "headquarters' key is not the one that signed the newest");
        return _faults;
    }

    private IReadOnlyList<SignedCertificate> Page(long after) =>
        database.Read(db => CertificateArchive.Page(db, after, CertificatesAtOnce));

    private DayCertificate? Read(SignedCertificate archived, long numberBefore, string previous)
    {
        if (archived.Number != numberBefore + 1)
            Fault(archived, $"it follows {numberBefore}");
        if (DayCertificate.TryRead(archived.Document) is not { } certificate)
        {
            Fault(archived, "its document is not readable");
            return null;
        }

        if (!CertificateSeal.IsSigned(archived.SignedBy, archived.Document, archived.Signature)
            || certificate.SignedBy != DayCertificate.HashOf(archived.SignedBy))
        {
            Fault(archived, "headquarters did not sign it");
        }

        if (DayCertificate.HashOf(archived.Document) != archived.Hash
            || (certificate.Number, $"{certificate.Day:yyyy-MM-dd}", certificate.Revision, certificate.Failed)
                != (archived.Number, archived.Day, archived.Revision, archived.Failed))
        {
            Fault(archived, "the archive's row is not what the document says");
        }

        if (certificate.Previous != previous)
            Fault(archived, "it names another document before it");
        return certificate;
    }

    private void Fault(SignedCertificate archived, string fault) =>
        _faults.Add($"certificate {archived.Number} of {archived.Day}: {fault}");
}
