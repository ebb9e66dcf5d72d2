namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>The keys of the example's chain in two versions, of which terminals hold both.</summary>
internal static class HeldKeys
{
    private const byte Newer = 2;

    /// <summary>Opens a card with the version of the key that it has.</summary>
    public static MemberCard Open(ICardChannel card, CardKeyNumber number)
    {
        try
        {
            return Open(card, Example.Key(number), number);
        }
        catch (CardRefusedException refused) when (refused.Status == CardStatus.AuthenticationError)
        {
            using var master = NewerMaster(number);
            return Open(card, master.DeriveFor(Example.Uid), number);
        }
    }

    /// <summary>All keys of the example's card in the newer version.</summary>
    public static PersonalisationKeys NewerKeys()
    {
        var masters = Enum.GetValues<CardKeyNumber>().Select(NewerMaster).ToList();
        var keys = new PersonalisationKeys(Example.Uid, masters);
        masters.ForEach(master => master.Dispose());
        return keys;
    }

    private static MasterKey NewerMaster(CardKeyNumber number) => number == CardKeyNumber.TransactionMac
        ? Example.Master(number, version: 1)
        : new MasterKey(
            number, Newer, [.. Enumerable.Repeat((byte)(0xA0 + (byte)number), CardKey.Length)]);

    private static MemberCard Open(ICardChannel card, CardKey key, CardKeyNumber number) =>
        MemberCard.Open(card, key, number, new CountingRandom(0x10).Fill);
}
