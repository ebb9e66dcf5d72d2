using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal;

/// <summary>Somebody else who wants a card for a while: a relay session.</summary>
/// <param name="reader">The only reader that will do; null for any.</param>
/// <param name="visit">
/// Called once, on the reader's own thread, with the reader's name and the card. Returns when it is done or
/// the card is gone (it may throw <see cref="CardLostException"/>); the connection ends with it.
/// </param>
/// <param name="card">The only card that will do, once it was served; null for whichever comes.</param>
internal sealed class ReaderGuest(
    string? reader, Action<string, ICardConnection> visit, Uid? card = null)
{
    public bool Wants(string name, Uid? served) =>
        (reader is null || reader == name) && (card is null || card == served);

    public void Visit(string name, ICardConnection connection) => visit(name, connection);
}

/// <summary>Who waits for a card, in order. Safe for many threads.</summary>
internal sealed class GuestBook
{
    private readonly Lock _gate = new();
    private readonly List<ReaderGuest> _waiting = [];

    /// <summary>Raised when somebody has come: a loop may have work.</summary>
    public event Action? Announced;

    /// <summary>Raised when the customer has what he came for and the card still lies on the reader: somebody
    /// may come for it. A handler must be quick.</summary>
    public event Action<string, Uid>? Offered;

    public void Offer(string reader, Uid served) => Offered?.Invoke(reader, served);

    public void Announce(ReaderGuest guest)
    {
        lock (_gate)
            _waiting.Add(guest);
        Announced?.Invoke();
    }

    /// <returns>Whether the guest still waited; otherwise its visit has begun, or is over.</returns>
    public bool Withdraw(ReaderGuest guest)
    {
        lock (_gate)
            return _waiting.Remove(guest);
    }

    /// <param name="reader">A reader with a card on it.</param>
    /// <param name="served">The card, where the customer has what he came for; null before.</param>
    public bool Wants(string reader, Uid? served = null)
    {
        lock (_gate)
            return _waiting.Exists(g => g.Wants(reader, served));
    }

    /// <summary>The first who wants this card, no longer waiting; null for nobody.</summary>
    /// <param name="reader">The reader that it lies on.</param>
    /// <param name="served">As in <see cref="Wants"/>.</param>
    public ReaderGuest? TryTake(string reader, Uid? served = null)
    {
        lock (_gate)
        {
            var first = _waiting.Find(g => g.Wants(reader, served));
            if (first is not null)
                _waiting.Remove(first);
            return first;
        }
    }
}
