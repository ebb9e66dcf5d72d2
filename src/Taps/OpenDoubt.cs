using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Taps;

/// <summary>An intent whose commit may have happened: nobody has looked at the card's log since.</summary>
/// <param name="Sequence">The intent's journal entry.</param>
/// <param name="Intent">What was to happen.</param>
/// <param name="LeftToHeadquarters">Whether the card's log no longer reaches back far enough to tell.</param>
internal sealed record OpenDoubt(uint Sequence, Uid Uid, Intent Intent, bool LeftToHeadquarters);
