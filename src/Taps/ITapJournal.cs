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
}
