namespace SmartCardCrm.CardProtocol;

/// <summary>Where a card was personalised.</summary>
[Flags]
public enum Origin : byte
{
    None = 0,

    /// <summary>At a trusted bench.</summary>
    TrustedBench = 1,

    /// <summary>From factory keys at a shop's reader, where the first session could be overheard.</summary>
    ShopReader = 2,
}

/// <summary>File 1, 32 bytes: which card this is. Written once, at personalisation.</summary>
public sealed record Identity
{
    internal const int Length = 32;

    public Origin Origin { get; init; }

    /// <summary>The programme's number.</summary>
    public required uint Programme { get; init; }

    /// <summary>0 to 2⁴⁸ − 1.</summary>
    public required ulong CardNumber { get; init; }

    /// <summary>How many times this chip has begun anew, from 1.</summary>
    public required ushort Generation { get; init; }

    /// <summary>2000-01-02 to 2179-06-06; null for not said.</summary>
    public DateOnly? Issued { get; init; }

    /// <summary>The last day on which the card is valid; null for no end.</summary>
    public DateOnly? Expiry { get; init; }

    /// <summary>The batch of card stock; 0 for none.</summary>
    public uint Batch { get; init; }

    /// <summary>Writes the 32 bytes that docs/card.md lays down.</summary>
    /// <exception cref="OverflowException">A property is out of its range.</exception>
    internal void Encode(Span<byte> to)
    {
        var file = new ByteWriter(to[..Length]);
        file.Byte(CardLayout.Version);
        file.Byte((byte)Origin);
        file.UInt32(Programme);
        file.UInt48(CardNumber);
        file.UInt16(Generation);
        file.UInt16(CardTime.ToDays(Issued));
        file.UInt16(CardTime.ToDays(Expiry));
        file.UInt32(Batch);
        file.Next(Length - file.Length).Clear();
    }
}
