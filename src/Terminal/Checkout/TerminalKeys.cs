using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal;

/// <summary>The keys this terminal holds in memory. They may be replaced while taps go on; safe for many
/// threads.</summary>
internal sealed class TerminalKeys : ICardKeys, IDisposable
{
    private readonly Lock _gate = new();
    private List<MasterKey> _masters = [];
    private ReaderIdKey? _readerId;

    /// <summary>Whether a sale is possible: a sale master and the reader-id key are there.</summary>
    public bool Ready
    {
        get
        {
            lock (_gate)
                return _readerId is not null && _masters.Exists(m => m.Number == CardKeyNumber.Sale);
        }
    }

    /// <summary>Takes the place of everything held before, which is zeroed.</summary>
    /// <param name="masters">Enquiry and sale masters, any number of versions. Owned from here on.</param>
    /// <param name="readerId">This terminal's own. Owned from here on.</param>
    public void Replace(IEnumerable<MasterKey> masters, ReaderIdKey readerId)
    {
        lock (_gate)
        {
            Forget();
            _masters = [.. masters.OrderByDescending(m => m.Version)];
            _readerId = readerId;
        }
    }

    /// <summary>The versions held of a master, the likeliest first.</summary>
    /// <param name="number">Which master.</param>
    /// <param name="known">The version the replica has for the card; 0 where it has none, and the newest is
    /// likeliest.</param>
    public IReadOnlyList<byte> Versions(CardKeyNumber number, byte known)
    {
        lock (_gate)
        {
            var held = _masters.Where(m => m.Number == number).Select(m => m.Version);
            return [.. held.OrderBy(v => v != known)];
        }
    }

    /// <summary>One card's key. The caller disposes of it.</summary>
    /// <exception cref="KeysForgottenException">The version is not held any more.</exception>
    public CardKey Derive(CardKeyNumber number, byte version, Uid uid)
    {
        lock (_gate)
        {
            var master = _masters.Find(m => m.Number == number && m.Version == version);
            return master?.DeriveFor(uid) ?? throw new KeysForgottenException();
        }
    }

    /// <summary>Names this terminal on the card.</summary>
    /// <exception cref="KeysForgottenException">The key is not held any more.</exception>
    public ReaderId Sign(Uid uid, uint terminal, uint sequence, uint n)
    {
        lock (_gate)
        {
            var key = _readerId ?? throw new KeysForgottenException();
            return key.Sign(uid, terminal, sequence, n);
        }
    }

    public void Dispose()
    {
        lock (_gate)
            Forget();
    }

    private void Forget()
    {
        _masters.ForEach(m => m.Dispose());
        _masters = [];
        _readerId?.Dispose();
        _readerId = null;
    }
}
