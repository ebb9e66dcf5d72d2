using System.Text.Json;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>The card of docs/card.md and tests/vectors/member-card.json.</summary>
internal static class Example
{
    public const ulong CardNumber = 1_000_001;

    private static readonly DateOnly Expiry = new(2031, 12, 31);

    public static JsonElement Vector { get; } = Vectors.Open("member-card.json");

    public static Uid Uid { get; } = Uid.FromBytes(Vector.Bytes("uid"));

    public static Identity Identity { get; } = new()
    {
        Origin = Origin.ShopReader,
        Programme = 1,
        CardNumber = CardNumber,
        Generation = 1,
        Issued = new DateOnly(2026, 11, 23),
        Expiry = Expiry,
        Batch = 7,
    };

    public static MemberProfile Profile { get; } = new()
    {
        Language = "ru",
        Consents = 5,
        Alias = "Анна",
        Offers = [new Offer(1001, new DateOnly(2026, 12, 31), 1, 2), new Offer(1002, null, 255, 1)],
    };

    public static LogRecord Birth { get; } = new()
    {
        Counter = 1,
        Time = new DateTimeOffset(2026, 11, 23, 15, 0, 0, TimeSpan.Zero),
        Terminal = 7,
        Sequence = 41,
        Kind = LogKind.Birth,
        CardNumber = CardNumber,
        CardExpiry = Expiry,
    };

    public static LogRecord Sale { get; } = new()
    {
        Counter = 2,
        Time = new DateTimeOffset(2026, 11, 24, 9, 30, 15, TimeSpan.Zero),
        Terminal = 9,
        Sequence = 1234,
        Kind = LogKind.Sale,
        Circumstances = Circumstances.Offline,
        RuleSetVersion = 3,
        Earned = 57,
        Redeemed = 20,
        Amount = 5799,
        BalanceAfter = 1037,
        CardNumber = CardNumber,
        Tier = 2,
        OfflineOperations = 1,
        CardExpiry = Expiry,
        LastCardAction = 4,
        OfflinePoints = 20,
        AcknowledgedCounter = 1,
        NextExpiry = new DateOnly(2027, 3, 31),
        NextExpiryPoints = 25,
    };

    public static PersonalisationPlan Plan { get; } = new(
        Identity, Profile, Birth, BalanceMost: 1_000_000,
        ReaderId.FromBytes(Vector.GetProperty("birthProof").Bytes("readerId")));

    public static TransactionMacValue BirthTmv { get; } =
        TransactionMacValue.FromBytes(Vector.GetProperty("birthProof").Bytes("tmv"));

    /// <summary>All keys of the card, from the masters of the vectors, in version 1.</summary>
    public static PersonalisationKeys Keys(byte version = 1) =>
        new(Uid, [.. Enum.GetValues<CardKeyNumber>().Select(number => Master(number, version))]);

    public static CardKey Key(CardKeyNumber number)
    {
        using var master = Master(number, version: 1);
        return master.DeriveFor(Uid);
    }

    /// <summary>A card that has been born, and nothing else.</summary>
    public static ChipInReader BornCard()
    {
        var card = new ChipInReader(Uid);
        using var keys = Keys();
        Personalisation.Run(card, Plan, keys, new CountingRandom(0x80).Fill);
        card.PutBack();
        return card;
    }

    public static MemberCard Open(ICardChannel card, CardKeyNumber number)
    {
        // The session needs its key until it is restarted: the test's end is soon enough to lose it.
        return MemberCard.Open(card, Key(number), number, new CountingRandom(0x10).Fill);
    }

    /// <summary>The sale of a checkout: 8 APDUs and 1 more each for points earned and points
    /// redeemed.</summary>
    public static (CommitProof Proof, IReadOnlyList<TransactionStep> Steps) Sell(
        ChipInReader reader, int earned, int redeemed)
    {
        using var card = Open(reader, CardKeyNumber.Sale);
        var before = card.ReadNewest();
        var balance = card.ReadBalance();
        if (redeemed > 0)
            card.Debit(redeemed);
        if (earned > 0)
            card.Credit(earned);
        card.Append(Sale with
        {
            Counter = before.Counter + 1,
            Earned = earned,
            Redeemed = redeemed,
            BalanceAfter = balance + earned - redeemed,
        });
        using var terminal = ReaderIdKey.Derive(Vector.GetProperty("readerIdKey").Bytes("master"), 9);
        card.CommitReaderId(terminal.Sign(Uid, 9, 1234, before.Counter + 1));
        return (card.Commit(), card.Steps);
    }

    public static MasterKey Master(CardKeyNumber number, byte version)
    {
        var vector = Vector.GetProperty("keys").EnumerateArray()
            .Single(key => key.GetProperty("number").GetByte() == (byte)number);
        return new MasterKey(number, version, vector.Bytes("master"));
    }
}
