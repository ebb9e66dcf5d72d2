using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>EV2 secure messaging, card side. Sources: NXP AN12343 and NT4H2421Gx, chapter 9.1.</summary>
internal sealed class Ev2Channel : SecureChannel
{
    public const int IdentifierLength = 4;

    private readonly AesCmac _encryption;
    private readonly AesCmac _mac;
    private readonly byte[] _identifier;

    /// <param name="keyNumber">The key that was proven.</param>
    /// <param name="keys">Session keys of the handshake; the channel disposes of them.</param>
    /// <param name="identifier">TI, 4 bytes.</param>
    /// <param name="counter">CmdCtr: 0, or what the session before had when a NonFirst follows.</param>
    public Ev2Channel(byte keyNumber, Ev2SessionKeys keys, ReadOnlySpan<byte> identifier, ushort counter)
        : base(keyNumber)
    {
        _encryption = keys.Encryption;
        _mac = keys.Mac;
        _identifier = identifier.ToArray();
        Counter = counter;
    }

    /// <summary>CmdCtr: commands taken in this session.</summary>
    public ushort Counter { get; private set; }

    /// <summary>TI, 4 bytes.</summary>
    public ReadOnlySpan<byte> Identifier => _identifier;

    public override int WireLength(CommMode mode, int dataLength) => mode switch
    {
        CommMode.Plain => dataLength,
        CommMode.Full when dataLength > 0 => PaddedLength(dataLength) + AesCmac.ShortLength,
        _ => dataLength + AesCmac.ShortLength,
    };

    public override byte[] Open(byte ins, ReadOnlySpan<byte> payload, int headerLength, CommMode mode)
    {
        RefusedException.When(Counter == ushort.MaxValue, Status.IntegrityError);
        var body = mode == CommMode.Plain ? payload : CheckMac(ins, payload);
        var plain = mode == CommMode.Full && body.Length > headerLength
            ? [.. body[..headerLength], .. Decrypt(body[headerLength..])]
            : body.ToArray();
        Counter++;
        return plain;
    }

    public override byte[] Seal(ReadOnlySpan<byte> data, CommMode mode, Status status)
    {
        if (mode == CommMode.Plain)
            return data.ToArray();

        var sent = mode == CommMode.Full && data.Length > 0 ? Encrypt(data) : data;
        return [.. sent, .. ComputeMac((byte)status, sent)];
    }

    public override void Dispose()
    {
        _encryption.Dispose();
        _mac.Dispose();
    }

    private ReadOnlySpan<byte> CheckMac(byte ins, ReadOnlySpan<byte> payload)
    {
        RefusedException.When(payload.Length < AesCmac.ShortLength, Status.LengthError);
        var body = payload[..^AesCmac.ShortLength];
        var sent = payload[^AesCmac.ShortLength..];
        var same = CryptographicOperations.FixedTimeEquals(ComputeMac(ins, body), sent);
        RefusedException.When(!same, Status.IntegrityError);
        return body;
    }

    /// <summary>The MAC of a command (first byte the opcode) or an answer (first byte the status).</summary>
    private byte[] ComputeMac(byte first, ReadOnlySpan<byte> body)
    {
        var message = new byte[1 + sizeof(ushort) + IdentifierLength + body.Length];
        message[0] = first;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(1), Counter);
        _identifier.CopyTo(message, 3);
        body.CopyTo(message.AsSpan(7));
        return _mac.ComputeShort(message);
    }

    private byte[] Decrypt(ReadOnlySpan<byte> cipher)
    {
        RefusedException.When(cipher.Length % AesCmac.BlockLength != 0, Status.LengthError);
        var padded = _encryption.DecryptCbc(cipher, InitialVector(0xA5, 0x5A));
        var end = padded.AsSpan().LastIndexOfAnyExcept((byte)0);
        var sound = end >= padded.Length - AesCmac.BlockLength && padded[end] == 0x80;
        RefusedException.When(!sound, Status.IntegrityError);
        return padded[..end];
    }

    private byte[] Encrypt(ReadOnlySpan<byte> data)
    {
        var padded = new byte[PaddedLength(data.Length)];
        data.CopyTo(padded);
        padded[data.Length] = 0x80;
        return _encryption.EncryptCbc(padded, InitialVector(0x5A, 0xA5));
    }

    /// <summary>Labels A5 5A for commands, 5A A5 for answers.</summary>
    private byte[] InitialVector(byte label1, byte label2)
    {
        Span<byte> block = stackalloc byte[AesCmac.BlockLength];
        block.Clear();
        block[0] = label1;
        block[1] = label2;
        _identifier.CopyTo(block[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(block[6..], Counter);
        return _encryption.EncryptBlock(block);
    }

    private static int PaddedLength(int length) => ((length / AesCmac.BlockLength) + 1) * AesCmac.BlockLength;
}
