using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace SmartCardCrm.Simulator.Reader;

/// <summary>
/// One card's connection to vpcd, the virtual reader of vsmartcard. Every message is a 2-byte length, most
/// significant byte first, and the payload; one byte of 0, 1, 2 or 4 is a control, all else is for the card.
/// </summary>
internal sealed class VpcdConnection : IDisposable
{
    private const int ProtocolTcp = 6;
    private const int QuickAcknowledge = 12;
    private const byte Reset = 2;
    private const byte GetAtr = 4;

    private static readonly byte[] Yes = [1, 0, 0, 0];

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };

    private readonly byte[] _length = new byte[2];
    private readonly byte[] _payload = new byte[ushort.MaxValue];

    /// <exception cref="SocketException">Nothing listens there.</exception>
    public void Connect(int port) => _socket.Connect(IPAddress.Loopback, port);

    /// <summary>Serves the card until one of the two sides leaves.</summary>
    /// <returns>True when it was the card that left.</returns>
    /// <exception cref="SocketException">The connection broke.</exception>
    public bool Serve(ICardInSlot card)
    {
        while (TryReceive(_length))
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(_length);
            if (!TryReceive(_payload.AsSpan(..length)))
                return false;

            // Power off, power on, reset.
            if (length == 1 && _payload[0] <= Reset)
            {
                card.Reset();
                continue;
            }

            var asksForAtr = length == 1 && _payload[0] == GetAtr;
            var answer = asksForAtr ? card.Atr.ToArray() : card.Transmit(_payload.AsSpan(..length));
            if (answer is null)
                return true;

            Send(answer);
        }

        return false;
    }

    /// <summary>Ends <see cref="Serve"/> from another thread.</summary>
    public void Close()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // Not connected yet or not any more: nothing to end.
        }
        catch (ObjectDisposedException)
        {
            // The serving thread has closed it already.
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>
    /// vpcd writes length and payload separately; without an immediate acknowledgement of the first, every
    /// APDU would cost 40 ms. The option wears off, so it is set again before each receive.
    /// </summary>
    private bool TryReceive(Span<byte> whole)
    {
        while (!whole.IsEmpty)
        {
            if (OperatingSystem.IsLinux())
                _socket.SetRawSocketOption(ProtocolTcp, QuickAcknowledge, Yes);

            var received = _socket.Receive(whole);
            if (received == 0)
                return false;

            whole = whole[received..];
        }

        return true;
    }

    private void Send(ReadOnlySpan<byte> answer)
    {
        var message = new byte[_length.Length + answer.Length];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)answer.Length);
        answer.CopyTo(message.AsSpan(_length.Length));
        for (var sent = 0; sent < message.Length;)
            sent += _socket.Send(message.AsSpan(sent));
    }
}
