using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>
/// EV1 secure messaging after AuthenticateAES or AuthenticateISO, card side: one running vector for MACs and
/// encryption in both directions. Sources: recorded traffic of an EV3 in tests/vectors/ev1-aes.json;
/// libfreefare's notes. </summary>
/// <param name="keyNumber">The key that was proven.</param>
/// <param name="cipher">Under the session key.</param>
internal sealed class Ev1Channel(byte keyNumber, KeyCipher cipher) : SecureChannel(keyNumber)
{
    private const int MacLength = 8;

    private byte[] _running = new byte[cipher.BlockLength];

    public override int WireLength(CommMode mode, int dataLength) => mode switch
    {
        CommMode.Plain => dataLength,
        CommMode.Mac => dataLength + MacLength,
        _ => Whole(dataLength + sizeof(uint)),
    };

    public override byte[] Open(byte ins, ReadOnlySpan<byte> payload, int headerLength, CommMode mode)
    {
        if (mode == CommMode.Full && payload.Length > headerLength)
            return OpenFull(ins, payload, headerLength);
        if (mode == CommMode.Mac && Opcode.WritesFile(ins))
            return OpenMac(ins, payload);

        // The reader sends no MAC, but both sides reckon it.
        _running = cipher.Mac([ins, .. payload], _running);
        return payload.ToArray();
    }

    public override byte[] Seal(ReadOnlySpan<byte> data, CommMode mode, Status status)
    {
        var last = (byte)status;
        if (mode == CommMode.Full && !data.IsEmpty)
        {
            var plain = new byte[Whole(data.Length + sizeof(uint))];
            data.CopyTo(plain);
            var checksum = Crc32.Compute([.. data, last]);
            BinaryPrimitives.WriteUInt32LittleEndian(plain.AsSpan(data.Length), checksum);
            var sent = cipher.EncryptCbc(plain, _running);
            _running = sent[^cipher.BlockLength..];
            return sent;
        }

        _running = cipher.Mac([.. data, last], _running);
        return [.. data, .. _running[..MacLength]];
    }

    public override void Dispose()
    {
    }

    private byte[] OpenMac(byte ins, ReadOnlySpan<byte> payload)
    {
        RefusedException.When(payload.Length < MacLength, Status.LengthError);
        var body = payload[..^MacLength];
        _running = cipher.Mac([ins, .. body], _running);
        var isRight = CryptographicOperations.FixedTimeEquals(
            _running.AsSpan(..MacLength), payload[^MacLength..]);
        RefusedException.When(!isRight, Status.IntegrityError);
        return body.ToArray();
    }

    private byte[] OpenFull(byte ins, ReadOnlySpan<byte> payload, int headerLength)
    {
        var header = payload[..headerLength];
        var sent = payload[headerLength..];
        RefusedException.When(sent.Length % cipher.BlockLength != 0, Status.LengthError);
        var plain = cipher.DecryptCbc(sent, _running);
        _running = sent[^cipher.BlockLength..].ToArray();

        // A key has checksums of its own behind the command's: who changes it looks at them.
        return Opcode.ChangesKey(ins)
            ? [.. header, .. plain]
            : [.. header, .. WithoutChecksum(ins, [ins, .. header], plain)];
    }

    // The checksum is the first one that is right and followed by padding only: behind it, each would be.
    private static ReadOnlySpan<byte> WithoutChecksum(
        byte ins, ReadOnlySpan<byte> before, ReadOnlySpan<byte> plain)
    {
        for (var length = 0; length <= plain.Length - sizeof(uint); length++)
        {
            var data = plain[..length];
            var rest = plain[(length + sizeof(uint))..];
            var checksum = BinaryPrimitives.ReadUInt32LittleEndian(plain[length..]);
            if (Opcode.IsPadding(ins, rest) && checksum == Crc32.Compute([.. before, .. data]))
                return data;
        }

        throw new RefusedException(Status.IntegrityError);
    }

    private int Whole(int length) =>
        (length + cipher.BlockLength - 1) / cipher.BlockLength * cipher.BlockLength;
}

/// <summary>What older channels must know of a command.</summary>
internal static class Opcode
{
    /// <summary>What may follow the checksum: zeros; behind settings of no fixed length also 80 and zeros, as
    /// libfreefare and proxmark3 send them.</summary>
    public static bool IsPadding(byte ins, ReadOnlySpan<byte> rest)
    {
        var mayBeMarked = ins == 0x5C && rest is [0x80, ..];
        return !(mayBeMarked ? rest[1..] : rest).ContainsAnyExcept((byte)0);
    }

    /// <summary>Carries data into a file, and in MAC mode a MAC of its own.</summary>
    public static bool WritesFile(byte ins) =>
        ins is 0x3D or 0x8D or 0x0C or 0xDC or 0x1C or 0x3B or 0x8B or 0xDB or 0xBA;

    public static bool ReadsFile(byte ins) => ins is 0xBD or 0xAD or 0x6C or 0xBB or 0xAB;

    public static bool ChangesKey(byte ins) => ins is 0xC4 or 0xC6;
}
