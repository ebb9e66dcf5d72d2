using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Audit;

/// <summary>What the audit log and its witnesses say together.</summary>
/// <param name="Entries">So many it has.</param>
/// <param name="FirstFault">The first that is not as it was written; null where all are.</param>
/// <param name="Restorations">Entries that say that a backup was restored: what terminals knew of later ones
/// is explained by them. Who did not restore one then has been lied to.</param>
/// <param name="Agreeing">Terminals whose word agrees with the log.</param>
/// <param name="Contradicting">Terminals that were told of an entry that the log has not, with its
/// number.</param>
internal sealed record AuditReport(
    long Entries, long? FirstFault, IReadOnlyList<long> Restorations, int Agreeing,
    IReadOnlyList<Contradiction> Contradicting)
{
    public bool Holds => FirstFault is null && Contradicting.Count == 0;

    public static AuditReport Of(DbSession db)
    {
        var told = AuditWitnesses.All(db);
        return new AuditReport(
            AuditLog.Newest(db).Number, AuditLog.FirstFault(db), AuditWitnesses.Restorations(db),
            told.Count(word => word.Verdict != WitnessVerdict.Contradicts),
            [.. told.Where(word => word.Verdict == WitnessVerdict.Contradicts)
                .Select(word => new Contradiction(word.Told.Terminal, word.Told.Number))]);
    }
}

/// <summary>A terminal was told of an entry that the log has not.</summary>
internal sealed record Contradiction(long Terminal, long Number);
