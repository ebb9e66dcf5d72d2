using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Taps;

/// <summary>Where a tap writes down what it is about to do and what came of it: always the journal of the
/// terminal that the card lies on. Safe for many threads.</summary>
internal interface ITapJournal
{
    /// <summary>Writes down what is about to happen. When it returns, it is on disk.</summary>
    /// <param name="plan">Makes the plan from the sequence that its intent will have.</param>
    /// <param name="intentOf">The plan's intent.</param>
    TPlan Begin<TPlan>(Func<uint, TPlan> plan, Func<TPlan, Intent> intentOf);

    /// <summary>Writes down anything but an intent. When it returns, it is on disk.</summary>
    void Append(EntryBody entry);

    /// <summary>The card cannot tell any more what became of an intent.</summary>
    void LeaveToHeadquarters(uint sequence);

    /// <summary>How the newest operation of this journal left a card; null where it knows of none.</summary>
    CardLeft? Left(Uid uid);
}

/// <summary>How an operation of a journal left a card.</summary>
/// <param name="Sequence">The operation's intent, which stands in the card's record.</param>
/// <param name="Card">As the intent names it; generation 0 where that was not known.</param>
/// <param name="Counter">n of the record that it wrote.</param>
/// <param name="Balance">Points.</param>
internal sealed record CardLeft(uint Sequence, CardRef Card, uint Counter, int Balance)
{
    /// <summary>How an intent that happened left its card.</summary>
    public static CardLeft By(uint sequence, Intent done) =>
        new(sequence, done.Card, done.CounterRead + 1, done.BalanceAfter);
}
