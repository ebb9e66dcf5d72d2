using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal;

/// <summary>What a look at a card's log says about one doubt.</summary>
internal enum DoubtVerdict
{
    /// <summary>Our record is there.</summary>
    Happened,

    /// <summary>The log reaches back far enough, and our record is not there.</summary>
    DidNotHappen,

    /// <summary>Too much has happened since; only headquarters can tell.</summary>
    Open,

    /// <summary>The card is behind what it showed us: a copy, or rolled back. It says nothing about the
    /// doubt.</summary>
    Behind,
}

/// <summary>Settles doubt by asking the card's log, never by trying again.</summary>
internal sealed partial class DoubtSettling(Journal journal, TerminalProfile profile, ILogger log)
{
    // The log keeps ten readable records.
    private const int LogReaches = 10;

    /// <summary>Looks, and writes down what it saw: 1 APDU, and more where others have been at the card
    /// since, or where the card still has the proof of ours.</summary>
    /// <remarks>The session must be restarted before a sale, so that these reads stay out of its
    /// proof.</remarks>
    /// <exception cref="CardException">The card refused or left; the doubt stays.</exception>
    public DoubtVerdict Settle(CardSession session, OpenDoubt doubt)
    {
        var card = session.Card;
        var newest = card.ReadNewest();
        var verdict = Judge(doubt, profile.Number, newest, most => card.ReadLog(most));
        switch (verdict)
        {
            case DoubtVerdict.Happened:
                var proof = ProofOf(session, doubt, newest);
                journal.Append(Entries.Settlement(doubt, newest, happened: true, proof));
                break;
            case DoubtVerdict.DidNotHappen:
                journal.Append(Entries.Settlement(doubt, newest, happened: false, proof: null));
                break;
            case DoubtVerdict.Open:
                journal.LeaveToHeadquarters(doubt.Sequence);
                break;
            case DoubtVerdict.Behind:
                Suspect(doubt, new CardReading(session.Uid, newest, card.ReadBalance()));
                break;
        }

        LogLooked(session.Uid.Masked, doubt.Sequence, verdict);
        return verdict;
    }

    /// <summary>The rule: ours can only be the record right after the one the intent read.</summary>
    /// <param name="readLog">Reads so many records, newest first.</param>
    public static DoubtVerdict Judge(
        OpenDoubt doubt, uint terminal, LogRecord newest, Func<int, IReadOnlyList<LogRecord>> readLog)
    {
        var since = (long)newest.Counter - doubt.Intent.CounterRead;
        return since switch
        {
            < 0 => DoubtVerdict.Behind,
            0 => DoubtVerdict.DidNotHappen,
            > LogReaches => DoubtVerdict.Open,
            1 => Found(newest),
            _ => Found(readLog((int)since)[^1]),
        };

        DoubtVerdict Found(LogRecord record) =>
            record.Terminal == terminal && record.Sequence == doubt.Sequence
                ? DoubtVerdict.Happened
                : DoubtVerdict.DidNotHappen;
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
