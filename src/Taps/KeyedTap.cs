using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

/// <summary>A card that is opened with keys held here.</summary>
/// <param name="session">Owned.</param>
internal sealed class KeyedTap(Tap tap, DoubtSettling settling, CardSession session) : ITapSession
{
    private bool _hasSettled;

    /// <summary>Whether a checkout was completed, and the session still stands.</summary>
    public bool HasCompleted { get; private set; }

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
        var state = tap.Serve(session, checkout);
        HasCompleted = state is CheckoutState.Completed;
        return state;
    }

    /// <inheritdoc cref="Courier.Carry"/>
    public void CarryLog(Courier courier) => courier.Carry(session);

    public void Dispose() => session.Dispose();
}
