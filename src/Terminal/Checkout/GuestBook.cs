namespace SmartCardCrm.Terminal;

/// <summary>Somebody else who wants a card for a while: a relay session.</summary>
/// <param name="reader">The only reader that will do; null for any.</param>
/// <param name="visit">
/// Called once, on the reader's own thread, with the reader's name and the card. Returns when it is done or
/// the card is gone (it may throw <see cref="CardProtocol.CardLostException"/>); the connection ends with it.
/// </param>
internal sealed class ReaderGuest(string? reader, Action<string, ICardConnection> visit)
{
    public bool Wants(string name) => reader is null || reader == name;

    public void Visit(string name, ICardConnection connection) => visit(name, connection);
}

/// <summary>Who waits for a card, in order. Safe for many threads.</summary>
internal sealed class GuestBook
{
    private readonly Lock _gate = new();
    private readonly List<ReaderGuest> _waiting = [];

    /// <summary>Raised when somebody has come: a loop may have work.</summary>
    public event Action? Announced;

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

    public bool Wants(string reader)
    {
        lock (_gate)
            return _waiting.Exists(g => g.Wants(reader));
    }

    /// <summary>The first who wants this reader, no longer waiting; null for nobody.</summary>
    public ReaderGuest? TryTake(string reader)
    {
        lock (_gate)
        {
            var first = _waiting.Find(g => g.Wants(reader));
            if (first is not null)
                _waiting.Remove(first);
            return first;
        }
    }
}
