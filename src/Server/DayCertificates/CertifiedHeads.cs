using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>What a certificate names, looked for in the book.</summary>
internal static class CertifiedHeads
{
    /// <summary>What is not there as it was, each in words; postings apart.</summary>
    public static IEnumerable<string> NotKept(DbSession db, BookHeads heads)
    {
        foreach (var journal in heads.Journals.Where(one => one.Sequence > 0))
        {
            if (!Is(Journals.HashAt(db, journal.Terminal, journal.Sequence), journal.Hash))
                yield return $"entry {journal.Terminal}:{journal.Sequence} is not as it was";
        }

        if (heads.Audit > 0 && !Is(
            db.Find<byte[]>("SELECT chain_hash FROM audit_entry WHERE number = @Audit", heads),
            heads.AuditHash))
        {
            yield return $"entry {heads.Audit} of the log of changes is not as it was";
        }

        if (db.Value<long>("SELECT COALESCE(MAX(id), 0) FROM posting") < heads.Posting)
            yield return $"the ledger ends before posting {heads.Posting}";
    }

    private static bool Is(byte[]? hash, string certified) =>
        hash is not null && Convert.ToHexString(hash) == certified;
}
