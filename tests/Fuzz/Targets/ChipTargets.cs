using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;
using CardProfile = SmartCardCrm.Simulator.Chip.Memory.CardProfile;

namespace SmartCardCrm.Fuzz.Targets;

/// <summary>The chip answers whatever a reader may send with two status bytes at least, and a native frame
/// with one.</summary>
internal static class ChipTargets
{
    public static IEnumerable<Target> All =>
    [
        .. CardProfile.All.Select(profile => new Target(
            $"chip-{profile.Name}", Seeds, input => Send(TestCards.Blank(profile.Name), input))),
        new Target("chip-born", Seeds, input => Send(TestCards.Born(), input)),
        new Target("chip-in-session", SessionSeeds, InSession),
    ];

    /// <summary>The exchanges of personalising a card, of a sale and of phones.</summary>
    private static IReadOnlyList<byte[]> Seeds { get; } =
    [
        Recorded(Personalise), Recorded(Sell), Recorded(GiveAddress), Recorded(GiveAddress, "ntag424"),
        [], [4, 0x90], [1, 0x60, 1, 0xAF, 2, 0x0A, 0],
    ];

    private static IReadOnlyList<string> PhoneReads =>
    [
        "00A4040007D276000085010100", "00A4000C02E103", "00B000000F", "00A4000C02E104", "00B0000002",
        "00B0000200", "00D6000001AA", "00B2010400", "00E2000001AA", "90F60000010200", "903C0000010000",
    ];

    /// <summary>Commands as a session takes them: mode, opcode, length of the header, header, data.</summary>
    private static IReadOnlyList<byte[]> SessionSeeds { get; } =
    [
        Pieces.Join(
        [
            [0, 3, 0x6C, 1, 3],
            [1, 3, 0x0C, 1, 3, 10, 0, 0, 0],
            [2, 3, 0xAB, 7, 4, 0, 0, 0, 1, 0, 0],
            [2, 1, 0x6F, 0],
            [2, 1, 0xF5, 1, 3],
            [2, 3, 0xAD, 7, 2, 0, 0, 0, 16, 0, 0],
            [0, 1, 0x64, 1, 1],
            [2, 1, 0xC7, 1, 1],
        ]),
    ];

    private static Behaviour Send(SimulatedCard card, byte[] input)
    {
        var seen = Behaviour.None;
        foreach (var apdu in Pieces.Of(input))
        {
            var answer = card.Transmit(apdu)
                ?? throw new InvalidOperationException("The chip left its reader by itself.");
            var isApdu = apdu is [] or [0x00 or 0x90 or 0xFF, ..];
            if (answer.Length < (isApdu ? 2 : 1) || answer.Length > 258)
                throw new InvalidOperationException($"An answer of {answer.Length} bytes.");
            seen = isApdu
                ? seen.And(apdu is [_, var ins, ..] ? ins : -1).And(answer[^2]).And(answer[^1])
                : seen.And(apdu[0]).And(answer[0]);
        }

        return seen;
    }

    // Everything that is authenticated is refused at its MAC unless somebody holds the key.
    private static Behaviour InSession(byte[] input)
    {
        var seen = Behaviour.None;
        var card = new CardOnReader(TestCards.Born());
        Ev2Channel? session = null;
        foreach (var piece in Pieces.Of(input))
        {
            if (piece is not [var key, var mode, var ins, var header, .. var rest])
                continue;
            try
            {
                session ??= Open(card, (CardKeyNumber)(key % 6));
                var at = Math.Min((int)header, rest.Length);
                seen = seen.And(ins).And(session.Execute(
                    new AnyCommand(ins, ModeOf(mode), rest[..at], rest[at..])));
            }
            catch (CardException refused)
            {
                seen = seen.And(refused.Message);
                session?.Dispose();
                session = null;
            }
        }

        session?.Dispose();
        return seen;
    }

    private static CommMode ModeOf(byte value) =>
        value % 4 == 0 ? CommMode.Plain : value % 4 == 1 ? CommMode.Mac : CommMode.Full;

    private static Ev2Channel Open(ICardChannel card, CardKeyNumber number)
    {
        new PlainChannel(card).Execute(new SelectApplication(CardLayout.Application));
        using var key = TestCards.Key(number);
        return Ev2Handshake.First(card, key, number, TestCards.Fill);
    }

    private static void Personalise(ICardChannel channel)
    {
        using var keys = TestCards.Keys();
        Personalisation.Run(channel, TestCards.Plan, keys, TestCards.Fill);
    }

    private static void Sell(ICardChannel channel)
    {
        Personalise(channel);
        using var key = TestCards.Key(CardKeyNumber.Sale);
        using var card = MemberCard.Open(channel, key, CardKeyNumber.Sale, TestCards.Fill);
        card.ReadNewest();
        card.Credit(5);
        card.CommitReaderId(default);
        card.Commit();
    }

    private static void GiveAddress(ICardChannel channel)
    {
        using var keys = TestCards.TapKeys();
        var template = TapTemplate.Encrypted("https://example.org/t", "sixteen letters!");
        TapPersonalisation.Run(channel, template, keys, TestCards.Fill);
        var answer = new byte[258];
        foreach (var apdu in PhoneReads)
            channel.Transmit(Convert.FromHexString(apdu), answer);
    }

    private static byte[] Recorded(Action<ICardChannel> use, string profile = "ev3-4k")
    {
        var channel = new RecordingChannel(new CardOnReader(TestCards.Blank(profile)));
        use(channel);
        return Pieces.Join(channel.Commands);
    }

    private sealed class RecordingChannel(ICardChannel card) : ICardChannel
    {
        public List<byte[]> Commands { get; } = [];

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
        {
            Commands.Add(command.ToArray());
            return card.Transmit(command, answer);
        }
    }

    /// <summary>Any command; answers how many bytes came back.</summary>
    private sealed record AnyCommand(byte Ins, CommMode Mode, byte[] Header, byte[] Content) : ICommand<int>
    {
        // With padding and MAC it must fit one frame.
        private const int HeaderMost = 20;
        private const int ContentMost = 200;

        public void WriteHeader(ref ByteWriter to) => to.Bytes([.. Header.Take(HeaderMost)]);
        public void WriteData(ref ByteWriter to) => to.Bytes([.. Content.Take(ContentMost)]);
        public int Read(ReadOnlySpan<byte> data) => data.Length;
    }
}
