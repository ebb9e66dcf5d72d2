using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

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
