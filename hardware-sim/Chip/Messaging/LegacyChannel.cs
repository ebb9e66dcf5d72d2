using System.Security.Cryptography;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>
/// The messaging of the first DESFire (D40) after Authenticate, card side: the card only ever encrypts and
/// the reader only ever decrypts, each message from a zero vector; MACs of 4 bytes over data alone, CRC16.
/// Source: libfreefare and its hardware tests. </summary>
/// <param name="keyNumber">The key that was proven.</param>
/// <param name="cipher">Under the session key, DES or 2TDEA.</param>
internal sealed class LegacyChannel(byte keyNumber, KeyCipher cipher) : SecureChannel(keyNumber)
{
    private const int MacLength = 4;

    private byte _ins;

    public override int WireLength(CommMode mode, int dataLength) => mode switch
    {
        CommMode.Plain => dataLength,
        CommMode.Mac => dataLength + MacLength,
        _ => Whole(dataLength + sizeof(ushort)),
    };

    public override byte[] Open(byte ins, ReadOnlySpan<byte> payload, int headerLength, CommMode mode)
    {
        _ins = ins;
        if (mode == CommMode.Full && payload.Length > headerLength)
            return OpenFull(ins, payload, headerLength);
        return mode == CommMode.Mac && Opcode.WritesFile(ins)
            ? OpenMac(payload, headerLength)
            : payload.ToArray();
    }

    public override byte[] Seal(ReadOnlySpan<byte> data, CommMode mode, Status status)
    {
        if (data.IsEmpty || mode == CommMode.Plain)
            return data.ToArray();
        if (mode == CommMode.Mac)
            return Opcode.ReadsFile(_ins) ? [.. data, .. Mac(data)] : data.ToArray();

        var plain = new byte[Whole(data.Length + sizeof(ushort))];
        data.CopyTo(plain);
        Crc16.Write(data, plain.AsSpan(data.Length));
        return cipher.EncryptCbc(plain, new byte[cipher.BlockLength]);
    }

    public override void Dispose()
    {
    }

    private byte[] OpenMac(ReadOnlySpan<byte> payload, int headerLength)
    {
        RefusedException.When(payload.Length < headerLength + MacLength, Status.LengthError);
        var body = payload[..^MacLength];
        var mac = Mac(body[headerLength..]);
        var isRight = CryptographicOperations.FixedTimeEquals(mac, payload[^MacLength..]);
        RefusedException.When(!isRight, Status.IntegrityError);
        return body.ToArray();
    }

    private byte[] OpenFull(byte ins, ReadOnlySpan<byte> payload, int headerLength)
    {
        var sent = payload[headerLength..];
        RefusedException.When(sent.Length % cipher.BlockLength != 0, Status.LengthError);
        var plain = cipher.UndoReadersDecryption(sent);
        return Opcode.ChangesKey(ins)
            ? [.. payload[..headerLength], .. plain]
            : [.. payload[..headerLength], .. WithoutChecksum(ins, plain)];
    }

    // The checksum is the first one that is right and followed by padding only: behind it, each would be.
    private static ReadOnlySpan<byte> WithoutChecksum(byte ins, ReadOnlySpan<byte> plain)
    {
        for (var length = 0; length <= plain.Length - sizeof(ushort); length++)
        {
            var data = plain[..length];
            var rest = plain[(length + sizeof(ushort))..];
            if (Opcode.IsPadding(ins, rest) && Crc16.IsRight(data, plain[length..]))
                return data;
        }

        throw new RefusedException(Status.IntegrityError);
    }

    private byte[] Mac(ReadOnlySpan<byte> data)
    {
        var padded = new byte[Whole(Math.Max(1, data.Length))];
        data.CopyTo(padded);
        return cipher.EncryptCbc(padded, new byte[cipher.BlockLength])[^cipher.BlockLength..][..MacLength];
    }

    private int Whole(int length) =>
        (length + cipher.BlockLength - 1) / cipher.BlockLength * cipher.BlockLength;
}

/// <summary>CRC16 of ISO/IEC 14443-3 type A: polynomial 1021 reflected, start 6363; sent least significant
/// byte first.</summary>
internal static class Crc16
{
    public static void Write(ReadOnlySpan<byte> bytes, Span<byte> to)
    {
        var crc = Compute(bytes);
        to[0] = (byte)(crc & 0xFF);
        to[1] = (byte)(crc >> 8);
    }

    /// <param name="sent">Begins with the two bytes.</param>
    public static bool IsRight(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> sent) =>
        Compute(bytes) == (sent[0] | (sent[1] << 8));

    private static int Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = 0x6363;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x8408 : crc >> 1;
        }

        return crc;
    }
}
