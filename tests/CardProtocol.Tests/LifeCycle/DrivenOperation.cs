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

    /// <summary>What else must be done before a shop can sell; null where nothing.</summary>
    public Action<ICardChannel>? Rest { get; init; }

    public override string ToString() => Name;

    public static IReadOnlyList<DrivenOperation> All { get; } =
    [
        new("pre-personalise", () => new ChipInReader(Example.Uid), PrePersonalise, IsOurs)
        {
            Rest = card =>
            {
                PrepareAtBench(card);
                Bind(card);
            },
        },
        new("prepare at the bench", CardFromTheBench, PrepareAtBench, IsNobodys) { Rest = Bind },
        new("bind", PreparedCard, Bind, IsBorn),
        new("personalise at a reader", () => new ChipInReader(Example.Uid), Personalise, IsBorn),
        new("rotate keys", Example.BornCard, Rotate, HasNewKeys) { SellsMeanwhile = true },
        new("give the address for phones", BornCardFromTheBench, GiveAddress, AnswersPhones)
        {
            SellsMeanwhile = true,
        },
        new("begin a new generation", RetiredCard, BeginAnew, IsNobodys) { Rest = Bind },
    ];

    private static void PrePersonalise(ICardChannel channel)
    {
        using var picc = Bench();
        PrePersonalisation.Run(channel, picc, Random());
    }

    private static void IsOurs(ChipInReader reader)
    {
        using var picc = Bench();
        new PlainChannel(reader).Execute(new SelectApplication(Aid.Picc));
        using var master = Ev2Handshake.First(reader, picc.Master, KeyNumber.PiccMaster, Random());
        Assert.Equal(0x09, master.Execute(new GetKeySettings()).Rules);
    }

    private static ChipInReader CardFromTheBench()
    {
        using var picc = Bench();
        return ChipInReader.FromTheBench(Example.Uid, picc);
    }

    private static void PrepareAtBench(ICardChannel channel)
    {
        using var keys = KeysWithBench();
        Personalisation.Prepare(channel, Example.Plan.Preparation, keys, Random());
    }

    private static ChipInReader PreparedCard() => After(CardFromTheBench(), PrepareAtBench);

    private static void IsNobodys(ChipInReader reader)
    {
        using var card = Example.Open(reader, CardKeyNumber.Enquiry);
        Assert.Equal(new CommitProof(0, default), card.ReadLastCommit());
        Assert.Equal(0, card.ReadBalance());
    }

    private static void Bind(ICardChannel channel)
    {
        using var enquiry = Example.Key(CardKeyNumber.Enquiry);
        using var sale = Example.Key(CardKeyNumber.Sale);
        Binding.Run(channel, Example.Plan.Binding, enquiry, sale, Random());
    }

    private static ChipInReader BornCardFromTheBench() => After(PreparedCard(), Bind);

    private static void GiveAddress(ICardChannel channel)
    {
        using var root = new RootKey(1, new byte[CardKey.Length]);
        using var bench = BenchRoot();
        using var keys = new TapKeys(Example.Uid, root, root, bench);
        TapPersonalisation.Run(channel, TapTemplate.Encrypted("https://tap.example/m"), keys, Random());
    }

    private static void AnswersPhones(ChipInReader reader) =>
        Assert.True(new PlainChannel(reader).TrySelect(TapLayout.Name));

    // A generation has ended: points gone, blocked, and the record says so.
    private static ChipInReader RetiredCard()
    {
        var card = BornCardFromTheBench();
        using var till = new PlainTill(9);
        Assert.Equal(Told.Happened, till.Do(card, CardOperation.Retire));
        card.PutBack();
        return card;
    }

    private static void BeginAnew(ICardChannel channel)
    {
        using var old = Example.Keys();
        using var keys = KeysWithBench();
        var next = Example.Plan.Preparation with { Identity = Example.Identity with { Generation = 2 } };
        NewGeneration.Prepare(channel, next, old, keys, Random());
    }

    private static ChipInReader After(ChipInReader card, Action<ICardChannel> step)
    {
        step(card);
        card.PutBack();
        return card;
    }

    private static FillRandom Random() => new CountingRandom(0x80).Fill;

    private static RootKey BenchRoot() => new(1, Example.Vector.GetProperty("piccKeys").Bytes("root"));

    private static PiccKeys Bench()
    {
        using var root = BenchRoot();
        return new PiccKeys(Example.Uid, root);
    }

    private static PersonalisationKeys KeysWithBench()
    {
        using var root = BenchRoot();
        var masters = Enum.GetValues<CardKeyNumber>().Select(number => Example.Master(number, version: 1));
        return new PersonalisationKeys(Example.Uid, masters, root);
    }

    private static void Personalise(ICardChannel channel)
    {
        using var keys = Example.Keys();
        Personalisation.Run(channel, Example.Plan, keys, Random());
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
