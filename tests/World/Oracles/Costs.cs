using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.World;

/// <summary>What an undisturbed sale may cost: one sync of the disk for each journal entry, and as few
/// exchanges with the card as there can be.</summary>
internal static class Costs
{
    // Select, authenticate (2), newest record, balance, write record, CommitReaderID, CommitTransaction.
    private const int ExchangesLeast = 8;

    // Select and authenticate, prove the key, read, write the intent down, stage, commit, write the outcome
    // down.
    private const int Questions = 7;

    // The newest record, and three times three before it.
    private const int SpareMost = 4;

    /// <summary>A sale was completed.</summary>
    /// <param name="syncs">Of the terminal's disk since the card was put down.</param>
    /// <param name="entries">Of its journal since then: intent and outcome, and what else was due.</param>
    public static void Sold(Presentation presentation, long syncs, long entries)
    {
        if (!presentation.IsUndisturbed || presentation.Purchase is not { Commits: [var commit] })
            return;
        var written = commit.Record;
        Truth.Demand(
            presentation.Spare <= SpareMost, "apdus",
            $"{presentation.Purchase} was followed by {presentation.Spare} looks at the log");
        Truth.Demand(
            syncs == entries && entries >= 2, "fsyncs",
            $"{presentation.Purchase} cost {syncs} syncs for {entries} journal entries");
        var questions = written.Circumstances.HasFlag(Circumstances.Centralised) ? Questions : 0;
        Truth.Demand(
            presentation.Questions == questions, "apdus",
            $"{presentation.Purchase} took {presentation.Questions} questions of headquarters");
        if (written.Circumstances.HasFlag(Circumstances.CardActionApplied))
            return;
        var exchanges = ExchangesLeast + (written.Earned > 0 ? 1 : 0) + (written.Redeemed > 0 ? 1 : 0);
        Truth.Demand(
            presentation.Exchanges == exchanges, "apdus",
            $"{presentation.Purchase} took {presentation.Exchanges} exchanges, not {exchanges}");
    }
}
