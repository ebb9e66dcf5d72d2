using System.Buffers.Binary;
using System.Globalization;

namespace SmartCardCrm.CardProtocol;

/// <summary>A card's real identifier, 7 bytes. The default value is all zero, which no card has.</summary>
public readonly record struct Uid
{
    public const int Length = 7;

    private readonly ulong _value;

    private Uid(ulong value) => _value = value;

    /// <summary>The last four hex digits, for logs: <c>…5566</c>.</summary>
    public string Masked => $"…{_value & 0xFFFF:X4}";

    /// <param name="bytes">7 bytes in the order in which the reader's FF CA and GetCardUID give them.</param>
    /// <exception cref="ArgumentException">Another length; 4 bytes are a random id, and no use to
    /// us.</exception>
    public static Uid FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A UID has 7 bytes, not {bytes.Length}.", nameof(bytes));

        Span<byte> wide = stackalloc byte[8];
        wide[0] = 0;
        bytes.CopyTo(wide[1..]);
        return new Uid(BinaryPrimitives.ReadUInt64BigEndian(wide));
    }

    /// <param name="hex">14 hex digits in either case, nothing else.</param>
    /// <param name="uid">Receives the UID, or the default.</param>
    public static bool TryParse(string? hex, out Uid uid)
    {
        var value = 0UL;
        var parsed = hex?.Length == 2 * Length
            && ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        uid = parsed ? new Uid(value) : default;
        return parsed;
    }

    /// <summary>Writes the 7 bytes in the card's order.</summary>
    public void CopyTo(Span<byte> to)
    {
        Span<byte> wide = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, _value);
        wide[1..].CopyTo(to);
    }

    /// <summary>14 hex digits, upper case. Not for logs: see <see cref="Masked"/>.</summary>
    public override string ToString() => _value.ToString("X14", CultureInfo.InvariantCulture);
}
