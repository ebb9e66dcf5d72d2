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

/// <summary>A card that is opened with keys held here.</summary>
/// <param name="session">Owned.</param>
internal sealed class KeyedTap(Tap tap, DoubtSettling settling, CardSession session) : ITapSession
{
    private bool _hasSettled;

    public DoubtVerdict Settle(OpenDoubt doubt)
    {
        _hasSettled = true;
        return settling.Settle(session, doubt);
    }

    public CheckoutState Serve(Checkout checkout)
    {
        // What settling read must stay out of the sale's proof.
        if (_hasSettled)
            session.Card.Restart();
        return tap.Serve(session, checkout);
    }

    public void Dispose() => session.Dispose();
}
