using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Fuzz.Targets;

/// <summary>Whatever a card answers, the terminal's code ends with a <see cref="CardException"/> at
/// worst.</summary>
internal static class TerminalTargets
{
    private static readonly Action<ICardChannel>[] Uses =
    [
        Sell, ReadAll, Personalise, PersonaliseBlank, Rotate, PrePersonaliseBlank, GiveAddress,
        CheckOriginality,
    ];

    public static IEnumerable<Target> All =>
    [
        new Target("answers", AnswerSeeds, WithAnswersChanged),
        new Target("content", ContentSeeds, WithContent),
    ];

    private static IReadOnlyList<byte[]> AnswerSeeds { get; } =
    [
        .. Enumerable.Range(0, Uses.Length).SelectMany(use => new byte[][]
        {
            [(byte)use],
            [(byte)use, 3, 2, 0, 1],
            [(byte)use, 4, 5, 1, 3, 0x91],
            [(byte)use, 5, 4, 2, 0, 0x91, 0xAE],
        }),
    ];

    private static IReadOnlyList<byte[]> ContentSeeds { get; } =
        [Pieces.Join([Bytes(TestCards.Plan.Birth with { Counter = 2 }), Bytes(TestCards.Plan.Profile)])];

    // First what is done, then changes: which exchange, how, and with what.
    private static Behaviour WithAnswersChanged(byte[] input)
    {
        if (input.Length == 0)
            return Behaviour.None;
        var use = input[0] % Uses.Length;
        var isBlank = Uses[use] == PersonaliseBlank || Uses[use] == PrePersonaliseBlank;
        var card = isBlank ? TestCards.Blank() : TestCards.Born();
        var channel = new ChangingChannel(new CardOnReader(card), [.. Pieces.Of(input[1..])]);
        return Outcome(() => Uses[use](channel)).And(use).And(channel.Exchanges);
    }

    // Somebody with the sale key has written it: record, member file, points.
    private static Behaviour WithContent(byte[] input)
    {
        var pieces = Pieces.Of(input).ToList();
        var card = TestCards.Born();
        using (var session = Open(card))
        {
            session.Execute(new WriteRecord(
                CardLayout.Log, Sized(pieces.ElementAtOrDefault(0), LogRecord.Length)));
            session.Execute(new WriteData(
                CardLayout.MemberFile, 0, Sized(pieces.ElementAtOrDefault(1), MemberProfile.Length)));
            session.Execute(new CommitReaderID(default));
            session.Execute(new CommitTransaction());
        }

        return Outcome(() => ReadAll(new CardOnReader(card)));
    }

    private static Behaviour Outcome(Action use)
    {
        try
        {
            use();
            return Behaviour.None.And("ok");
        }
        catch (CardException ended)
        {
            return Behaviour.None.And(ended.GetType().Name).And(ended.Message);
        }
    }

    private static void Sell(ICardChannel channel)
    {
        using var key = TestCards.Key(CardKeyNumber.Sale);
        using var card = MemberCard.Open(channel, key, CardKeyNumber.Sale, TestCards.Fill);
        var newest = card.ReadNewest();
        card.ReadBalance();
        TransactionPlan.Of(newest with { Counter = 1, BalanceAfter = 0 }, Change, _ => default).Stage(card);
        card.Commit();
    }

    private static void ReadAll(ICardChannel channel)
    {
        using var key = TestCards.Key(CardKeyNumber.Enquiry);
        using var card = MemberCard.Open(channel, key, CardKeyNumber.Enquiry, TestCards.Fill);
        card.ReadLastCommit();
        card.ReadBalance();
        card.ReadProfile();
        var newest = card.ReadNewest();
        new UnansweredCommit(1, 1, newest.Counter - Math.Min(newest.Counter, 3)).Judge(newest, card.ReadLog);
    }

    private static void Personalise(ICardChannel channel)
    {
        using var keys = TestCards.Keys();
        Personalisation.Run(channel, TestCards.Plan, keys, TestCards.Fill);
    }

    private static void PersonaliseBlank(ICardChannel channel) => Personalise(channel);

    private static void PrePersonaliseBlank(ICardChannel channel)
    {
        using var bench = TestCards.Root();
        using var keys = new PiccKeys(TestCards.Uid, bench);
        PrePersonalisation.Run(channel, keys, TestCards.Fill);
    }

    private static void GiveAddress(ICardChannel channel)
    {
        using var root = TestCards.Root();
        using var keys = new TapKeys(TestCards.Uid, root, root);
        TapPersonalisation.Run(channel, TapTemplate.Encrypted("https://tap.example/m"), keys, TestCards.Fill);
    }

    private static void CheckOriginality(ICardChannel channel)
    {
        ChipVersion.Read(channel);
        Originality.Check(channel, TestCards.Uid, Originality.NxpKeys);
    }

    private static void Rotate(ICardChannel channel)
    {
        using var target = TestCards.Keys(version: 2);
        using var earlier = TestCards.Keys();
        KeyRotation.Run(channel, target, [earlier], TestCards.Fill);
    }

    private static CardChange Change { get; } = new()
    {
        Kind = LogKind.Sale,
        Time = TestCards.Plan.Birth.Time,
        Terminal = 9,
        Sequence = 1,
        Earned = 5,
    };

    private static Ev2Channel Open(Simulator.Faults.SimulatedCard card)
    {
        var channel = new CardOnReader(card);
        new PlainChannel(channel).Execute(new SelectApplication(CardLayout.Application));
        using var key = TestCards.Key(CardKeyNumber.Sale);
        return Ev2Handshake.First(channel, key, CardKeyNumber.Sale, TestCards.Fill);
    }

    private static byte[] Sized(byte[]? bytes, int length)
    {
        var sized = new byte[length];
        (bytes ?? []).AsSpan(0, Math.Min(bytes?.Length ?? 0, length)).CopyTo(sized);
        return sized;
    }

    private static byte[] Bytes(LogRecord record)
    {
        var bytes = new byte[LogRecord.Length];
        record.Encode(bytes);
        return bytes;
    }

    private static byte[] Bytes(MemberProfile profile)
    {
        var bytes = new byte[MemberProfile.Length];
        profile.Encode(bytes);
        return bytes;
    }

    /// <summary>A card whose answers arrive otherwise than it gave them.</summary>
    /// <param name="changes">Exchange, kind and place, then bytes.</param>
    private sealed class ChangingChannel(ICardChannel card, IReadOnlyList<byte[]> changes) : ICardChannel
    {
        public int Exchanges { get; private set; }

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
        {
            var length = card.Transmit(command, answer);
            foreach (var change in changes.Where(change => change.Length >= 3 && change[0] == Exchanges))
                length = Change(answer, length, change[1], change[2], change.AsSpan(3));
            Exchanges++;
            return length;
        }

        private static int Change(
            Span<byte> answer, int length, byte kind, byte place, ReadOnlySpan<byte> bytes)
        {
            var at = length == 0 ? 0 : place % length;
            switch (kind % 4)
            {
                case 0 when length > 0:
                    answer[at] ^= (byte)(bytes.IsEmpty ? 1 : bytes[0]);
                    return length;
                case 1:
                    return at;
                case 2:
                    bytes.CopyTo(answer);
                    return bytes.Length;
                default:
                    var fits = Math.Min(bytes.Length, length - at);
                    bytes[..fits].CopyTo(answer[at..]);
                    return length;
            }
        }
    }
}
