namespace SmartCardCrm.CardProtocol;

/// <summary>The keys of a card itself, above its applications, as the bench gives them.</summary>
/// <remarks>AN10922 over <c>UID(7) ‖ 00 00 00 ‖ number(1) ‖ "SCCRM"</c>: number 00 for the master key, FF
/// for the key with which new applications begin.</remarks>
public sealed class PiccKeys : IDisposable
{
    private const byte MasterNumber = 0x00;
    private const byte DefaultNumber = 0xFF;

    /// <param name="uid">The card.</param>
    /// <param name="bench">The bench's root. Read, not kept.</param>
    public PiccKeys(Uid uid, RootKey bench)
    {
        Master = bench.Derive(uid, Aid.Picc, MasterNumber);
        // Ours have versions from 1, so version 0 marks a key of an application that is not changed yet.
        Default = bench.Derive(uid, Aid.Picc, DefaultNumber, version: 0);
    }

    /// <summary>Creates applications.</summary>
    internal CardKey Master { get; }

    /// <summary>What every key of a new application is; version 0.</summary>
    internal CardKey Default { get; }

    public void Dispose()
    {
        Master.Dispose();
        Default.Dispose();
    }
}

/// <summary>A card on which applications are still to be made: from the factory, or from our bench.</summary>
internal static class BlankCard
{
    /// <summary>Creates an application: under the card's master key where the bench has set it, else freely,
    /// as a factory card allows.</summary>
    public static void Create(
        ICardChannel channel, CreateApplication application, PiccKeys? picc, FillRandom random)
    {
        var card = new PlainChannel(channel);
        card.Execute(new SelectApplication(Aid.Picc));
        if (picc is null || TryOpenPicc(channel, picc.Master, random) is not { } session)
        {
            // A refused authentication has left the selection as it was.
            card.Execute(application);
            return;
        }

        using (session)
            session.Execute(application);
    }

    /// <summary>A session under the card's master key; null when that is another key, or none of
    /// AES.</summary>
    public static Ev2Channel? TryOpenPicc(ICardChannel channel, CardKey master, FillRandom random)
    {
        try
        {
            return Ev2Handshake.TryFirst(channel, master, KeyNumber.PiccMaster, random);
        }
        catch (CardRefusedException refused) when (refused.Status is CardStatus.PermissionDenied)
        {
            return null; // the factory's, which is DES
        }
    }

    /// <summary>A session under the factory's master key: DES as delivered; or AES, where somebody before us
    /// has only changed the type.</summary>
    /// <exception cref="CardForeignException">UnknownKeys: the card has another.</exception>
    public static Ev1Channel OpenFactory(ICardChannel channel, FillRandom random)
    {
        var select = new SelectApplication(Aid.Picc);
        new PlainChannel(channel).Execute(select);
        if (Ev1Handshake.TryFactoryDes(channel, KeyNumber.PiccMaster, random) is { } des)
            return des;

        using var zero = CardKey.Factory();
        new PlainChannel(channel).Execute(select);
        return Ev1Handshake.TryAes(channel, zero, KeyNumber.PiccMaster, random)
            ?? throw new CardForeignException(
                CardForeignReason.UnknownKeys, "The card's master key is neither ours nor the factory's.");
    }
}
