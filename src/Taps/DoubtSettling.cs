using Microsoft.Extensions.Logging;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

/// <summary>Settles doubt by asking the card's log, never by trying again.</summary>
/// <param name="check">Where cards' signatures can be checked; else null, and the card's word counts.</param>
internal sealed partial class DoubtSettling(
    ITapJournal journal, TerminalProfile profile, ILogger log, ICommitCheck? check = null)
{
    /// <summary>Looks, and writes down what it saw: 1 APDU, and more where others have been at the card
    /// since, or where the card still has the proof of ours.</summary>
    /// <remarks>The session must be restarted before a sale, so that these reads stay out of its
    /// proof.</remarks>
    /// <exception cref="CardException">The card refused or left; the doubt stays.</exception>
    public DoubtVerdict Settle(CardSession session, OpenDoubt doubt)
    {
        using var span = OperationTrace.Start("doubt settling", doubt.Intent.OperationId.Span);
        var verdict = Look(session, doubt);
        span?.SetTag(OperationTrace.TerminalTag, profile.Number)
            .SetTag(OperationTrace.CardTag, session.Uid.Masked)
            .SetTag(OperationTrace.ResultTag, OperationTrace.CodeOf(verdict));
        return verdict;
    }

    private DoubtVerdict Look(CardSession session, OpenDoubt doubt)
    {
        var card = session.Card;
        var newest = card.ReadNewest();
        var commit = new UnansweredCommit(profile.Number, doubt.Sequence, doubt.Intent.CounterRead);
        var verdict = commit.Judge(newest, card.ReadLog);
        var proof = verdict == DoubtVerdict.Happened ? ProofOf(session, doubt, newest) : null;
        if (verdict == DoubtVerdict.Happened && check is not null)
            verdict = Checked(session.Uid, doubt, proof);
        switch (verdict)
        {
            case DoubtVerdict.Happened:
                journal.Append(Entries.Settlement(doubt, newest, happened: true, proof));
                break;
            case DoubtVerdict.DidNotHappen:
                journal.Append(Entries.Settlement(doubt, newest, happened: false, proof: null));
                break;
            case DoubtVerdict.Open:
                journal.LeaveToHeadquarters(doubt.Sequence);
                break;
            case DoubtVerdict.Behind when proof is null:
                Suspect(doubt, new CardReading(session.Uid, newest, card.ReadBalance()));
                break;
        }

        LogLooked(session.Uid.Masked, doubt.Sequence, verdict);
        return verdict;
    }

    // Whoever has stolen the sale key can invent a log: what counts is what the card has signed. Where others
    // have been at it since, what they report tells.
    private DoubtVerdict Checked(Uid uid, OpenDoubt doubt, CommitProof? proof)
    {
        if (proof is not { } last)
            return DoubtVerdict.Open;
        if (check!.IsGenuine(uid, doubt.Intent, last))
            return DoubtVerdict.Happened;
        journal.Append(Entries.Imitation(doubt.Intent, last));
        return DoubtVerdict.Behind;
    }

    private static CommitProof? ProofOf(CardSession session, OpenDoubt doubt, LogRecord newest)
    {
        if (newest.Sequence != doubt.Sequence || newest.Counter != doubt.Intent.CounterRead + 1)
            return null;
        var last = session.ReadLastCommit();
        return last.Tmc == newest.Counter ? last : null;
    }

    private void Suspect(OpenDoubt doubt, CardReading reading) => journal.Append(Entries.Suspicion(
        doubt.Intent.Card, reading, new CardDecision.Contradicted(
            doubt.Intent.CounterRead, doubt.Intent.BalanceBefore, CardDecider.DoubtBehind)));

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Asked card {Card} about entry {Sequence}: {Verdict}")]
    private partial void LogLooked(string card, uint sequence, DoubtVerdict verdict);
}
