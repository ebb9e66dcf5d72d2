using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;

namespace SmartCardCrm.Terminal;

/// <summary>One card on a reader, and who may decide about it: this terminal with its keys, or
/// headquarters.</summary>
/// <param name="card">Not owned.</param>
internal sealed class CardTaps(Till till, ICardConnection card) : IDisposable
{
    private KeyedTap? _own;
    private ITapSession? _headquarters;

    /// <summary>Asks the card's log what became of an intent, and writes it down.</summary>
    /// <exception cref="CardException">The card refused or left; the doubt stays.</exception>
    /// <exception cref="HeadquartersAwayException">It could not be asked; the doubt stays.</exception>
    /// <remarks>Headquarters looks closer at what it has decided itself.</remarks>
    public DoubtVerdict Settle(OpenDoubt doubt)
    {
        var isOurs = doubt.Intent.Offline || !till.Headquarters.IsReachable;
        return isOurs && till.Tap.Ready ? Own().Settle(doubt) : Headquarters().Settle(doubt);
    }

    /// <summary>Does what a checkout wants, as its mode says.</summary>
    /// <exception cref="CardException">The card could not be opened.</exception>
    public CheckoutState Serve(Checkout checkout)
    {
        var mode = till.ModeOf(checkout.Request.Order);
        using var span = OperationTrace.Start("tap", checkout.Id);
        span?.SetTag(OperationTrace.CardTag, card.Uid.Masked)
            .SetTag("smartcardcrm.mode", OperationTrace.CodeOf(mode.Mode));
        var state = Serve(checkout, mode);
        span.Ended(state);
        return state;
    }

    private CheckoutState Serve(Checkout checkout, OperationMode mode)
    {
        if (mode.Mode != Mode.Centralised)
            return Own().Serve(checkout);
        try
        {
            return Headquarters().Serve(checkout);
        }
        catch (HeadquartersAwayException)
        {
            return mode.Fallback is not null && till.Tap.Ready
                ? Own().Serve(checkout)
                : new CheckoutState.PresentAgain(RetryCode.HeadquartersAway);
        }
    }

    /// <summary>The customer has been told. Writes down what else the card's log has for headquarters, where
    /// this terminal has just sold and the card still lies there.</summary>
    public void CarryLog()
    {
        if (_own is not { HasCompleted: true })
            return;
        try
        {
            _own.CarryLog(till.Courier);
        }
        catch (CardException wrong)
        {
            till.Tap.NoteUnread(card.Uid, wrong);
        }
    }

    public void Dispose()
    {
        _own?.Dispose();
        _headquarters?.Dispose();
    }

    private KeyedTap Own() => _own ??= new KeyedTap(till.Tap, till.Settling, till.Tap.Open(card));

    // From here on the card has another session: one of our own would have to be opened anew.
    private ITapSession Headquarters()
    {
        _own?.Dispose();
        _own = null;
        return _headquarters ??= till.Headquarters.Open(card);
    }
}

/// <summary>A terminal that has no way to headquarters.</summary>
internal sealed class NoHeadquarters : IHeadquarters
{
    public bool IsReachable => false;

    public ITapSession Open(ICardConnection card) =>
        throw new HeadquartersAwayException("There is no way to headquarters.");
}
