using System.Net.Sockets;

namespace SmartCardCrm.Simulator.Reader;

/// <summary>
/// One slot of a virtual reader: a card lies on it or not. A thread of its own keeps the card connected to
/// vpcd, tries until pcscd is there and connects again when it comes back. A slot without a card has no
/// connection, which is how vpcd knows.
/// </summary>
internal sealed class VpcdSlot : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _changed = new(false);
    private readonly Action<VpcdSlot, ICardInSlot> _onTorn;
    private readonly Thread _thread;
    private ICardInSlot? _card;
    private VpcdConnection? _connection;
    private bool _stopping;
    private volatile bool _hasFoundReader;

    /// <param name="port">Where vpcd listens for this slot.</param>
    /// <param name="onTorn">Called on the slot's thread when a card has left by itself.</param>
    public VpcdSlot(int port, Action<VpcdSlot, ICardInSlot> onTorn)
    {
        Port = port;
        _onTorn = onTorn;
        _thread = new Thread(Run) { IsBackground = true, Name = $"vpcd {port}" };
        _thread.Start();
    }

    public int Port { get; }

    /// <summary>Whether vpcd has answered at the port, now or before.</summary>
    public bool HasFoundReader => _hasFoundReader;

    public ICardInSlot? Card
    {
        get
        {
            lock (_lock)
                return _card;
        }
    }

    /// <returns>False when a card lies there already.</returns>
    public bool TryInsert(ICardInSlot card)
    {
        lock (_lock)
        {
            if (_card is not null || _stopping)
                return false;

            card.Insert();
            _card = card;
        }

        _changed.Set();
        return true;
    }

    /// <summary>Takes the card away, in whatever exchange it is.</summary>
    /// <returns>The card; nothing when there was none.</returns>
    public ICardInSlot? Remove()
    {
        lock (_lock)
        {
            var card = _card;
            card?.Remove();
            _card = null;
            _connection?.Close();
            _connection = null;
            return card;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            Remove();
        }

        _changed.Set();
        _thread.Join();
        _changed.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            using var connection = new VpcdConnection();
            ICardInSlot? card;
            lock (_lock)
            {
                if (_stopping)
                    return;

                card = _card;
                _connection = card is null ? null : connection;
            }

            if (card is null)
                _changed.WaitOne();
            else if (TryConnect(connection))
                Serve(connection, card);
            else
                _changed.WaitOne(RetryAfter);
        }
    }

    private bool TryConnect(VpcdConnection connection)
    {
        try
        {
            connection.Connect(Port);
            _hasFoundReader = true;
            return true;
        }
        catch (SocketException)
        {
            // pcscd is not there (yet, or any more).
            return false;
        }
    }

    private void Serve(VpcdConnection connection, ICardInSlot card)
    {
        var left = false;
        try
        {
            if (IsCurrent(connection))
                left = connection.Serve(card);
        }
        catch (SocketException)
        {
            // pcscd died in the middle of a message: the loop connects again.
        }

        if (End(connection, card, left))
            _onTorn(this, card);
    }

    /// <returns>Whether the card left by itself, so that the slot is empty now.</returns>
    private bool End(VpcdConnection connection, ICardInSlot card, bool left)
    {
        lock (_lock)
        {
            if (_connection != connection)
                return false;

            _connection = null;
            if (left)
                _card = null;
            else
                card.Reset();

            return left;
        }
    }

    private bool IsCurrent(VpcdConnection connection)
    {
        lock (_lock)
            return _connection == connection;
    }
}
