using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal.Pcsc;

/// <summary>
/// A reader for machines without pcscd: speaks the reader's side of vpcd's protocol on a loopback port, so
/// that a card in software connects to it as it would to vpcd. Whoever can connect to the port is a card on
/// this reader.
/// </summary>
/// <remarks>
/// A connection is a card, a closed one a card taken away; a second card waits in line. Everything happens on
/// the tap loop's thread: a datagram to a socket of our own makes <see cref="Wake"/> one more thing to wait
/// for.
/// </remarks>
internal sealed partial class VpcdReader : ICardReader, IDisposable
{
    // The system call takes no more than half an hour.
    private static readonly TimeSpan WaitMost = TimeSpan.FromMinutes(1);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TimeSpan _answerMost;
    private readonly ILogger _log;
    private VpcdCard? _card;
    private int _insertion;

    /// <param name="port">0 for a free one; <see cref="Port"/> tells which.</param>
    /// <param name="answerMost">A card that is silent for longer has left.</param>
    /// <param name="log">Where insertions and removals are told.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    public VpcdReader(int port, TimeSpan answerMost, ILogger log)
    {
        (_answerMost, _log) = (answerMost, log);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(
            _wake.LocalEndPoint ?? throw new InvalidOperationException("A bound socket has an address."));
        Name = $"vpcd:{Port}";
    }

    public string Name { get; }

    public int Port => _listener.LocalEndPoint is IPEndPoint local ? local.Port : 0;

    public CardPresence Look()
    {
        if (_card is { IsThere: false })
            Remove();
        if (_card is null && _listener.Poll(0, SelectMode.SelectRead))
            Insert(_listener.Accept());
        return _card is null ? new CardPresence.Absent() : new CardPresence.Present(_insertion);
    }

    public ICardConnection? TryConnect()
    {
        Look();
        try
        {
            return _card is null ? null : VpcdConnection.TryOpen(_card);
        }
        catch (CardLostException)
        {
            Remove();
            return null;
        }
    }

    public void Wait(TimeSpan most)
    {
        List<Socket> ready = [_wake, _card?.Socket ?? _listener];
        Socket.Select(ready, checkWrite: null, checkError: null, most < WaitMost ? most : WaitMost);
        Span<byte> taken = stackalloc byte[1];
        while (_wake.Available > 0)
            _wake.Receive(taken);
    }

    public void Wake() => _wake.Send([0]);

    public void Dispose()
    {
        _card?.Dispose();
        _listener.Dispose();
        _wake.Dispose();
    }

    private void Insert(Socket socket)
    {
        _card = new VpcdCard(socket, _answerMost);
        _insertion++;
        LogCard(Name, present: true);
    }

    private void Remove()
    {
        _card?.Dispose();
        _card = null;
        LogCard(Name, present: false);
    }

    [LoggerMessage(LogLevel.Debug, "vpcd-card reader={Reader} present={Present}", EventName = "vpcd-card")]
    private partial void LogCard(string reader, bool present);
}

/// <summary>One card behind vpcd's protocol: a 2-byte big-endian length, then that many bytes, either
/// way.</summary>
/// <remarks>Source: vsmartcard, virtualsmartcard/src/vpcd/vpcd.c. A message of one byte is a control
/// code.</remarks>
internal sealed class VpcdCard : IDisposable
{
    private readonly byte[] _frame = new byte[2 + ushort.MaxValue];

    public VpcdCard(Socket socket, TimeSpan answerMost)
    {
        Socket = socket;
        socket.NoDelay = true;
        socket.ReceiveTimeout = (int)answerMost.TotalMilliseconds;
    }

    public Socket Socket { get; }

    /// <summary>Whether the other end is still connected. Between exchanges a card has nothing to
    /// say.</summary>
    public bool IsThere => Socket.Connected && !Socket.Poll(0, SelectMode.SelectRead);

    public void PowerOn() => Send([0x01]);

    /// <exception cref="CardLostException">The connection broke or the answer is late.</exception>
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        if (command.Length < 4)
            throw new ArgumentException("One byte alone would be a control code.", nameof(command));
        Send(command);
        Receive(_frame.AsSpan(0, 2));
        var length = BinaryPrimitives.ReadUInt16BigEndian(_frame);
        if (length < 2 || length > answer.Length)
            throw Lost($"The card answered {length} bytes.");
        Receive(answer[..length]);
        return length;
    }

    public void Dispose() => Socket.Dispose();

    // One write: a length that travels alone would wait for its acknowledgement.
    private void Send(ReadOnlySpan<byte> message)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_frame, (ushort)message.Length);
        message.CopyTo(_frame.AsSpan(2));
        try
        {
            Socket.Send(_frame.AsSpan(0, 2 + message.Length));
        }
        catch (SocketException broken)
        {
            throw Lost("The card's connection broke.", broken);
        }
    }

    private void Receive(Span<byte> to)
    {
        try
        {
            for (int got; to.Length > 0; to = to[got..])
            {
                got = Socket.Receive(to);
                if (got == 0)
                    throw Lost("The card closed its connection.");
            }
        }
        catch (SocketException broken)
        {
            throw Lost("The card's connection broke.", broken);
        }
    }

    // A late answer would be taken for the next one's: the connection is over.
    private CardLostException Lost(string message, Exception? inner = null)
    {
        Socket.Close();
        return new CardLostException(message, inner);
    }
}

/// <summary>The card now on a vpcd port, powered on; it stays so when it is released.</summary>
internal sealed class VpcdConnection : ICardConnection
{
    private readonly VpcdCard _card;

    private VpcdConnection(VpcdCard card, Uid uid) => (_card, Uid) = (card, uid);

    public Uid Uid { get; }

    /// <summary>Powers the card and asks for its UID; null where it is not of a kind we know.</summary>
    /// <exception cref="CardLostException">It is gone.</exception>
    public static VpcdConnection? TryOpen(VpcdCard card)
    {
        card.PowerOn();
        Span<byte> answer = stackalloc byte[ReaderCommand.AnswerMost];
        var length = card.Transmit(ReaderCommand.GetUid, answer);
        return ReaderCommand.UidOf(answer[..length]) is { } uid ? new VpcdConnection(card, uid) : null;
    }

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer) => _card.Transmit(command, answer);

    public void Dispose() { }
}
