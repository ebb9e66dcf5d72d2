using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

/// <summary>One card in the hands of whoever decides about it. Used by one thread.</summary>
internal interface ITapSession : IDisposable
{
    /// <summary>Asks the card's log what became of an intent, and writes it down.</summary>
    /// <exception cref="CardException">The card refused or left; the doubt stays.</exception>
    DoubtVerdict Settle(OpenDoubt doubt);

    /// <summary>Does what a checkout wants.</summary>
    /// <returns>Where it leaves the checkout: completed, answered, declined, to be presented again, or in
    /// doubt.</returns>
    CheckoutState Serve(Checkout checkout);
}
