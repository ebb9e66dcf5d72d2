using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>
/// What ChangeKey carries: the new key, or its difference from the old one where that is not the session's
/// own; the version of an AES key; and the checksums of the session's kind. Sources: AN12343, table 39;
/// AN12196, table 26; libfreefare for the channels before EV2. </summary>
internal static class KeyCryptogram
{
    public const int LengthLeast = 17;

    /// <summary>24 bytes and two checksums, padded to whole blocks.</summary>
    public const int LengthMost = 48;

    private const int VersionBits = 8;

    /// <param name="session">In which it came, decrypted.</param>
    /// <param name="call">Set and number as sent, and behind them the cryptogram.</param>
    /// <param name="headerLength">1, or 2 with a set.</param>
    /// <param name="type">Of the new key.</param>
    /// <param name="old">The key that is changed; null for the session's own, which is not added.</param>
    public static CardKey Read(
        SecureChannel session, Call call, int headerLength, KeyType type, CardKey? old)
    {
        var plain = call.Bytes[headerLength..];
        var length = type == KeyType.Tdea3 ? 24 : 16;
        var dataLength = length + (type == KeyType.Aes ? 1 : 0);
        RefusedException.When(plain.Length < dataLength, Status.LengthError);
        var data = plain[..dataLength];
        var value = data[..length].ToArray();
        for (var i = 0; old is not null && i < length; i++)
            value[i] ^= old.Value[i % old.Value.Length];

        var rest = plain[dataLength..];
        if (session is Ev1Channel)
            Take32(ref rest, Crc32.Compute([call.Ins, .. call.Bytes[..headerLength], .. data]));
        if (session is LegacyChannel)
            Take16(ref rest, data);
        if (old is not null && session is LegacyChannel)
            Take16(ref rest, value);
        else if (old is not null)
            Take32(ref rest, Crc32.Compute(value));

        // EV2 has taken its padding off; before, zeros fill the block.
        RefusedException.When(session is Ev2Channel && !rest.IsEmpty, Status.LengthError);
        RefusedException.When(rest.ContainsAnyExcept((byte)0), Status.IntegrityError);
        var version = type == KeyType.Aes ? data[length] : VersionOf(value);
        return new CardKey { Type = type, Value = value, Version = version };
    }

    /// <summary>The lowest bit of each of a DES key's first eight bytes.</summary>
    private static byte VersionOf(ReadOnlySpan<byte> key)
    {
        var version = 0;
        for (var i = 0; i < VersionBits; i++)
            version = (version << 1) | (key[i] & 1);
        return (byte)version;
    }

    private static void Take32(ref ReadOnlySpan<byte> rest, uint checksum)
    {
        RefusedException.When(rest.Length < sizeof(uint), Status.LengthError);
        var sent = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        RefusedException.When(sent != checksum, Status.IntegrityError);
        rest = rest[sizeof(uint)..];
    }

    private static void Take16(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> covered)
    {
        RefusedException.When(rest.Length < sizeof(ushort), Status.LengthError);
        RefusedException.When(!Crc16.IsRight(covered, rest), Status.IntegrityError);
        rest = rest[sizeof(ushort)..];
    }
}
