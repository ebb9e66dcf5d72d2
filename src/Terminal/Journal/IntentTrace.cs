using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>What the journal holds about one try of an operation.</summary>
/// <param name="Sequence">The intent's journal entry.</param>
/// <param name="Closings">Entries that refer to the intent, in order.</param>
/// <param name="HeadquartersSaid">Whether it happened, where headquarters settled it; null where it did
/// not.</param>
internal sealed record IntentTrace(
    uint Sequence, Intent Intent, IReadOnlyList<EntryBody> Closings, bool? HeadquartersSaid)
{
    /// <summary>Whether the card did it: the first entry that tells decides, then headquarters; null where
    /// nobody knows.</summary>
    public bool? Happened => Closings
        .Select<EntryBody, bool?>(e => e.ContentCase switch
        {
            EntryBody.ContentOneofCase.Outcome or EntryBody.ContentOneofCase.AccountOperation => true,
            EntryBody.ContentOneofCase.Failure => false,
            EntryBody.ContentOneofCase.Settlement => e.Settlement.Happened,
            _ => null,
        })
        .FirstOrDefault(told => told is not null) ?? HeadquartersSaid;

    /// <summary>Whether the till went on without it.</summary>
    public bool IsAbandoned => Closings.Any(e => e.Abandonment is not null);
}
