using System.Text;
using System.Text.Unicode;

namespace SmartCardCrm.CardProtocol;

/// <summary>One offer that waits on the card, 8 bytes.</summary>
/// <param name="Id">The offer's number; 0 marks an empty slot and is no offer.</param>
/// <param name="Until">Its last day; null for no end.</param>
/// <param name="UsesLeft">0 to 255.</param>
/// <param name="Kind">What the programme makes of it.</param>
public readonly record struct Offer(uint Id, DateOnly? Until, byte UsesLeft, byte Kind);

/// <summary>File 2, 128 bytes: what a conversation with the customer needs.</summary>
/// <remarks>Two profiles are equal when the card would hold the same bytes.</remarks>
public sealed record MemberProfile
{
    internal const int Length = 128;

    /// <summary>Most bytes that the alias has in UTF-8.</summary>
    internal const int AliasMost = 26;

    internal const int OffersMost = 8;

    private const int OffersAt = 32;

    /// <summary>What stands in the file once it is erased: nothing but the layout version.</summary>
    public static MemberProfile Erased { get; } = new() { Language = "\0\0" };

    /// <summary>Two ASCII letters, ISO 639-1: "en", "ru".</summary>
    public required string Language
    {
        get;
        init => field = value.Length == 2 && Ascii.IsValid(value)
            ? value
            : throw new ArgumentException("A language is two ASCII letters.", nameof(value));
    }

    /// <summary>One bit per consent, as the programme numbers them.</summary>
    public ushort Consents { get; init; }

    /// <summary>What the till may call the customer; 0 to 26 bytes of UTF-8.</summary>
    public string Alias
    {
        get;
        init => field = Encoding.UTF8.GetByteCount(value) <= AliasMost
            ? value
            : throw new ArgumentException($"An alias has at most {AliasMost} bytes of UTF-8.", nameof(value));
    } = "";

    /// <summary>At most eight. Their order is kept; empty slots are not.</summary>
    public IReadOnlyList<Offer> Offers
    {
        get;
        init => field = value.Count <= OffersMost && value.All(offer => offer.Id != 0)
            ? value
            : throw new ArgumentException($"At most {OffersMost} offers, none with id 0.", nameof(value));
    } = [];

    /// <summary>Writes the 128 bytes that docs/card.md lays down.</summary>
    internal void Encode(Span<byte> to)
    {
        to = to[..Length];
        to.Clear();
        var file = new ByteWriter(to);
        file.Byte(CardLayout.Version);
        Encoding.ASCII.GetBytes(Language, file.Next(2));
        file.UInt16(Consents);
        file.Byte((byte)Encoding.UTF8.GetByteCount(Alias));
        Encoding.UTF8.GetBytes(Alias, file.Next(AliasMost));

        var slots = new ByteWriter(to[OffersAt..]);
        foreach (var offer in Offers)
        {
            slots.UInt32(offer.Id);
            slots.UInt16(CardTime.ToDays(offer.Until));
            slots.Byte(offer.UsesLeft);
            slots.Byte(offer.Kind);
        }
    }

    /// <param name="bytes">128 bytes.</param>
    /// <exception cref="CardForeignException">Another layout version, or an alias that is too
    /// long.</exception>
    internal static MemberProfile Decode(ReadOnlySpan<byte> bytes) =>
        TryDecode(bytes) ?? throw CardForeignException.UnknownLayout("member file");

    /// <summary>As <see cref="Decode"/>, but null where it cannot be read.</summary>
    /// <param name="bytes">128 bytes.</param>
    internal static MemberProfile? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] != CardLayout.Version || bytes[5] > AliasMost || !Utf8.IsValid(bytes.Slice(6, bytes[5])))
            return null;

        var from = new ByteReader(bytes[1..]);
        return new MemberProfile
        {
            Language = Encoding.ASCII.GetString(from.Bytes(2)),
            Consents = from.UInt16(),
            Alias = Encoding.UTF8.GetString(from.Bytes(from.Byte())),
            Offers = DecodeOffers(bytes[OffersAt..]),
        };
    }

    public bool Equals(MemberProfile? other)
    {
        if (other is null)
            return false;

        Span<byte> mine = stackalloc byte[Length];
        Span<byte> theirs = stackalloc byte[Length];
        Encode(mine);
        other.Encode(theirs);
        return mine.SequenceEqual(theirs);
    }

    public override int GetHashCode() => HashCode.Combine(Language, Consents, Alias, Offers.Count);

    private static List<Offer> DecodeOffers(ReadOnlySpan<byte> bytes)
    {
        var slots = new ByteReader(bytes);
        var offers = new List<Offer>(OffersMost);
        for (var slot = 0; slot < OffersMost; slot++)
        {
            var offer = new Offer(
                slots.UInt32(), CardTime.FromDays(slots.UInt16()), slots.Byte(), slots.Byte());
            if (offer.Id != 0)
                offers.Add(offer);
        }

        return offers;
    }
}
