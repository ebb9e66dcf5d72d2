namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Something that the server or a bench does to a card through a reader, in many steps of which none
/// undoes another: after a tear it is run again.</summary>
/// <param name="Name">As the trade calls it.</param>
/// <param name="Prepare">A card as it is before.</param>
/// <param name="Run">One attempt.</param>
/// <param name="Check">Holds the card against what was meant. It stays on the reader.</param>
internal sealed record DrivenOperation(
    string Name, Func<ChipInReader> Prepare, Action<ICardChannel> Run, Action<ChipInReader> Check)
{
    /// <summary>A shop can sell to the card at every moment of it.</summary>
    public bool SellsMeanwhile { get; init; }

    public override string ToString() => Name;

    public static IReadOnlyList<DrivenOperation> All { get; } =
    [
        new("personalise", () => new ChipInReader(Example.Uid), Personalise, IsBorn),
        new("rotate keys", Example.BornCard, Rotate, HasNewKeys) { SellsMeanwhile = true },
    ];

    private static void Personalise(ICardChannel channel)
    {
        using var keys = Example.Keys();
        Personalisation.Run(channel, Example.Plan, keys, new CountingRandom(0x80).Fill);
    }

    private static void IsBorn(ChipInReader reader)
    {
        using var card = Example.Open(reader, CardKeyNumber.Enquiry);
        Assert.Equal(Example.Birth, card.ReadNewest());
        Assert.Equal(Example.Profile, card.ReadProfile());
        Assert.Equal(new CommitProof(1, Example.BirthTmv), card.ReadLastCommit());
    }

    private static void Rotate(ICardChannel channel)
    {
        using var target = HeldKeys.NewerKeys();
        using var earlier = Example.Keys();
        KeyRotation.Run(channel, target, [earlier], new CountingRandom(0x80).Fill);
    }

    private static void HasNewKeys(ChipInReader reader)
    {
        using var keys = HeldKeys.NewerKeys();
        for (var number = CardKeyNumber.Issuer; number <= CardKeyNumber.Spare5; number++)
        {
            new PlainChannel(reader).Execute(new SelectApplication(CardLayout.Application));
            using var session = Ev2Handshake.First(reader, keys[number], number, new CountingRandom(0).Fill);
            Assert.Equal(2, session.Execute(new GetKeyVersion(number)));
        }
    }
}
