namespace SmartCardCrm.CardProtocol;

/// <summary>The products we can tell apart.</summary>
public enum ChipFamily
{
    /// <summary>None of those below, or one played by a phone or a microcontroller.</summary>
    Unknown = 0,

    DesfireEv1 = 1,
    DesfireEv2 = 2,
    DesfireEv3 = 3,
    DesfireLight = 4,
    Ntag424Dna = 5,
}

/// <summary>What a chip says it is. For the moment of issuing only: it costs three APDUs and proves nothing,
/// which is what <see cref="Originality"/> is for.</summary>
/// <param name="Family">By hardware type and hardware major version.</param>
/// <param name="StorageBytes">Nominal size, 0 to 32,768; of a size between two powers of two the lower.
/// </param>
/// <param name="Uid">The card; the default where the chip shows random ids.</param>
/// <remarks>Source: NXP AN12343, AN12196, AN12752; proxmark3 client for the versions.</remarks>
public sealed record ChipVersion(ChipFamily Family, int StorageBytes, Uid Uid)
{
    private const byte Nxp = 0x04;
    private const int UidAt = 14;

    // Storage is given as twice the exponent of two; 30 is the largest made so far.
    private const byte StorageMost = 30;

    /// <summary>Whether the chip can hold points: AES sessions of the second kind, and a transaction
    /// MAC.</summary>
    public bool HoldsValue => Family is ChipFamily.DesfireEv2 or ChipFamily.DesfireEv3;

    /// <summary>Whether the chip can sign the address that a phone opens.</summary>
    public bool AnswersPhones => Family is ChipFamily.DesfireEv3 or ChipFamily.Ntag424Dna;

    /// <summary>Asks the card: 3 APDUs, without a session.</summary>
    /// <exception cref="CardForeignException">No DESFire answers like that.</exception>
    public static ChipVersion Read(ICardChannel channel) =>
        new PlainChannel(channel).ExecuteChained(new GetVersion());

    /// <summary>Refuses a chip that cannot keep points safely, before anything is written on it.</summary>
    /// <exception cref="CardForeignException">Unsuitable: <see cref="HoldsValue"/> is false.</exception>
    public void MustHoldValue() => Must(HoldsValue, "points");

    /// <summary>Refuses a chip that cannot sign what a phone reads.</summary>
    /// <exception cref="CardForeignException">Unsuitable: <see cref="AnswersPhones"/> is false.</exception>
    public void MustAnswerPhones() => Must(AnswersPhones, "a signed address for phones");

    /// <param name="data">Hardware (7) ‖ software (7) ‖ production (14).</param>
    internal static ChipVersion Decode(ReadOnlySpan<byte> data)
    {
        var storage = data[5] <= StorageMost ? 1 << (data[5] >> 1) : 0;
        return new ChipVersion(FamilyOf(data), storage, Uid.FromBytes(data.Slice(UidAt, Uid.Length)));
    }

    private static ChipFamily FamilyOf(ReadOnlySpan<byte> hardware) => hardware switch
    {
        [Nxp, 0x01, _, 0x00 or 0x01, ..] => ChipFamily.DesfireEv1,
        [Nxp, 0x01, _, 0x12 or 0x22, ..] => ChipFamily.DesfireEv2,
        [Nxp, 0x01, _, 0x33, ..] => ChipFamily.DesfireEv3,
        [Nxp, 0x08, _, 0x30, ..] => ChipFamily.DesfireLight,
        [Nxp, 0x04, _, 0x30, ..] => ChipFamily.Ntag424Dna,
        _ => ChipFamily.Unknown,
    };

    private void Must(bool can, string what)
    {
        if (!can)
        {
            throw new CardForeignException(
                CardForeignReason.UnsuitableProduct, $"A chip of family {Family} cannot hold {what}.");
        }
    }
}
