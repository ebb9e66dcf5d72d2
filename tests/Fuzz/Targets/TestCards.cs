using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.Fuzz.Targets;

/// <summary>Cards of a chain whose keys everybody knows.</summary>
internal static class TestCards
{
    private static readonly byte[] UidBytes = [0x04, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66];

    private static readonly DateTimeOffset Day = new(2026, 11, 23, 15, 0, 0, TimeSpan.Zero);

    public static Uid Uid { get; } = Uid.FromBytes(UidBytes);

    public static PersonalisationPlan Plan { get; } = new(
        new Identity { Programme = 1, CardNumber = 1_000_001, Generation = 1 },
        new MemberProfile { Language = "en", Alias = "Anna" },
        new LogRecord
        {
            Counter = 1,
            Time = Day,
            Terminal = 7,
            Sequence = 41,
            Kind = LogKind.Birth,
            CardNumber = 1_000_001,
        },
        BalanceMost: 1_000_000, default);

    private static string SavedBorn { get; } = MakeBorn().Save();

    /// <summary>Numbers in order, so that each session of a run is the same.</summary>
    public static void Fill(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(i + 1);
    }

    /// <summary>As it leaves the factory, on the reader.</summary>
    public static SimulatedCard Blank(string profile = "ev3-4k")
    {
        var card = SimulatedCard.Factory(profile, UidBytes, Fill);
        card.Insert();
        return card;
    }

    /// <summary>A member's, on the reader.</summary>
    public static SimulatedCard Born()
    {
        var card = SimulatedCard.Load(SavedBorn, Fill);
        card.Insert();
        return card;
    }

    public static RootKey Root() => new(1, Enumerable.Repeat((byte)0x77, CardKey.Length).ToArray());

    public static CardKey Key(CardKeyNumber number)
    {
        using var master = Master(number, version: 1);
        return master.DeriveFor(Uid);
    }

    public static PersonalisationKeys Keys(byte version = 1)
    {
        var masters = Enum.GetValues<CardKeyNumber>().Select(number => Master(number, version)).ToList();
        var keys = new PersonalisationKeys(Uid, masters);
        masters.ForEach(master => master.Dispose());
        return keys;
    }

    public static TapKeys TapKeys()
    {
        using var owner = new RootKey(1, [.. Enumerable.Repeat((byte)1, CardKey.Length)]);
        using var reading = new RootKey(1, [.. Enumerable.Repeat((byte)2, CardKey.Length)]);
        return new TapKeys(Uid, owner, reading);
    }

    private static SimulatedCard MakeBorn()
    {
        var card = Blank();
        using var keys = Keys();
        Personalisation.Run(new CardOnReader(card), Plan, keys, Fill);
        return card;
    }

    private static MasterKey Master(CardKeyNumber number, byte version) =>
        new(number, version, [.. Enumerable.Repeat((byte)((byte)number + version), CardKey.Length)]);
}

/// <summary>A simulated card as the terminal's code sees it.</summary>
internal sealed class CardOnReader(SimulatedCard card) : ICardChannel
{
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var bytes = card.Transmit(command) ?? throw new CardLostException("The card left.");
        bytes.CopyTo(answer);
        return bytes.Length;
    }
}
