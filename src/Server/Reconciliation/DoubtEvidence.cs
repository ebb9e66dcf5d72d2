using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>What the evidence says about an intent that is not posted.</summary>
internal abstract record Finding
{
    private Finding() { }

    /// <summary>Not enough is known yet.</summary>
    public sealed record Unknown : Finding;

    /// <summary>The card committed it.</summary>
    public sealed record Happened(ProvenCommit Commit) : Finding;

    /// <summary>Another operation has its counter, or the next commit names another before it.</summary>
    public sealed record DidNotHappen : Finding;

    /// <summary>The MAC that the terminal found does not cover what it meant to do.</summary>
    public sealed record Contradicted(string Cause, string Detail) : Finding;
}

/// <summary>An intent and what is posted next to it.</summary>
/// <param name="Intent">Not posted, or inferred.</param>
/// <param name="Before">What is posted one counter before it, if anything.</param>
/// <param name="At">What is posted at its counter.</param>
/// <param name="After">What is posted one counter after it.</param>
internal sealed record DoubtEvidence(
    IntentRow Intent, CardTransaction? Before, CardTransaction? At, CardTransaction? After)
{
    /// <param name="card">The card.</param>
    /// <param name="tmKey">Its transaction MAC key. Not owned.</param>
    /// <param name="readerKey">The reader-id key of the intent's terminal. Not owned.</param>
    public Finding Judge(Card card, CardKey tmKey, ReaderIdKey readerKey) =>
        At is not null && At.Place != Intent.Place ? new Finding.DidNotHappen()
        : Intent.SettledTmv is { } tmv && EncryptedPrevious(card, tmKey) is { } previous
            ? JudgeMac(card, TransactionMacValue.FromBytes(tmv), previous, tmKey, readerKey)
        : After is not null && PlaceBefore(After) != Intent.Place ? new Finding.DidNotHappen()
        : new Finding.Unknown();

    private static JournalPlace PlaceBefore(CardTransaction after) =>
        new(after.Previous.Terminal, after.Previous.Sequence);

    private Finding JudgeMac(
        Card card, TransactionMacValue tmv, EncryptedReaderId previous, CardKey tmKey,
        ReaderIdKey readerKey) =>
        Proof.Check(Intent.Reported(card, tmv, previous), card.Number, tmKey, readerKey) switch
        {
            ProofResult.Proven(var commit) => new Finding.Happened(commit),
            ProofResult.Refuted(var cause, var detail) => new Finding.Contradicted(cause, detail),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    // As the card answered it, or as it must have, once we know who committed before.
    private EncryptedReaderId? EncryptedPrevious(Card card, CardKey tmKey) =>
        Intent.EncryptedPrevious is { } answered ? EncryptedReaderId.FromBytes(answered)
        : Before is null ? null
        : TransactionMac.EncryptPrevious(
            tmKey, card.ChipUid, checked((uint)Intent.Counter), ReaderId.FromBytes(Before.ReaderId));
}
