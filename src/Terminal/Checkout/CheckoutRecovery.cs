using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>What became of a checkout that a restart interrupted, from what the journal holds: a pure
/// function.</summary>
internal static class CheckoutRecovery
{
    /// <param name="stored">Where it stood when it was last written; not over.</param>
    /// <param name="trace">Its last try; null where the card was never touched for it.</param>
    /// <param name="rulesOf">The rules an intent names.</param>
    public static CheckoutState StateOf(
        CheckoutState stored, IntentTrace? trace, Func<Intent, RuleSet> rulesOf)
    {
        var untouched = stored is CheckoutState.Tapping
            ? new CheckoutState.PresentAgain(RetryCode.Restarted)
            : stored;
        if (trace is null)
            return untouched;
        if (trace.Closings.Any(e => e.Abandonment is not null))
            return new CheckoutState.Abandoned();

        return Happened(trace) switch
        {
            true => new CheckoutState.Completed(CheckoutResult.Of(trace.Intent, rulesOf(trace.Intent))),
            null => new CheckoutState.InDoubt(trace.Sequence),
            false when stored is CheckoutState.InDoubt =>
                new CheckoutState.PresentAgain(RetryCode.DidNotHappen),
            false => untouched,
        };
    }

    // The first entry that tells decides; a doubt alone leaves it open.
    private static bool? Happened(IntentTrace trace) => trace.Closings
        .Select<EntryBody, bool?>(e => e.ContentCase switch
        {
            EntryBody.ContentOneofCase.Outcome => true,
            EntryBody.ContentOneofCase.Failure => false,
            EntryBody.ContentOneofCase.Settlement => e.Settlement.Happened,
            _ => null,
        })
        .FirstOrDefault(told => told is not null) ?? trace.HeadquartersSaid;
}
