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
        if (trace.IsAbandoned)
            return new CheckoutState.Abandoned();

        return trace.Happened switch
        {
            true => new CheckoutState.Completed(CheckoutResult.Of(trace.Intent, rulesOf(trace.Intent))),
            null => new CheckoutState.InDoubt(trace.Sequence),
            false when stored is CheckoutState.InDoubt =>
                new CheckoutState.PresentAgain(RetryCode.DidNotHappen),
            false => untouched,
        };
    }
}
