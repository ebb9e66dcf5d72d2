using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Chip;

namespace SmartCardCrm.Benchmarks.Session;

/// <summary>One sale, again and again, to a card that has been recorded once: nothing but our own code
/// runs.</summary>
internal sealed class ReplayedSale : IDisposable
{
    private const uint Terminal = 1;
    private const int HandshakeExchanges = 3;

    private static readonly DateTimeOffset Time = new(2026, 11, 24, 9, 30, 0, TimeSpan.Zero);

    private readonly Uid _uid = Uid.FromBytes([4, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66]);
    private readonly MasterKey _sale = Master(CardKeyNumber.Sale);
    private readonly ReaderIdKey _readerIds = ReaderIdKey.Derive(new byte[16], Terminal);
    private readonly ReplayingCard _card;

    public ReplayedSale()
    {
        var chip = new RecordingCard(_uid);
        Personalise(chip);
        chip.Exchanges.Clear();
        Sell(chip);
        _card = new ReplayingCard(chip.Exchanges);
        // The reader's own MAC over the card's next counter: its key is kept, its 19 bytes are two blocks.
        Work = chip.Exchanges.Skip(HandshakeExchanges)
            .Select(exchange => AesWork.Of(exchange.Command, exchange.Answer.Length))
            .Aggregate(AesWork.OfOpening + new AesWork(0, 1, 2), (sum, one) => sum + one);
    }

    public AesWork Work { get; }

    public void Open()
    {
        _card.Rewind();
        using var key = _sale.DeriveFor(_uid);
        MemberCard.Open(_card, key, CardKeyNumber.Sale, Fill).Dispose();
    }

    public void Sell()
    {
        _card.Rewind();
        Sell(_card);
    }

    public long AllocatedByASale()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Sell();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public void Dispose()
    {
        _sale.Dispose();
        _readerIds.Dispose();
    }

    private static void Fill(Span<byte> bytes) => bytes.Fill(0x5A);

    private static MasterKey Master(CardKeyNumber number) =>
        new(number, 1, SHA256.HashData([(byte)number]).AsSpan(0, 16));

    private void Sell(ICardChannel channel)
    {
        using var key = _sale.DeriveFor(_uid);
        using var card = MemberCard.Open(channel, key, CardKeyNumber.Sale, Fill);
        var newest = card.ReadNewest();
        var balance = card.ReadBalance();
        card.Credit(12);
        card.Append(newest with
        {
            Counter = newest.Counter + 1,
            Kind = LogKind.Sale,
            Earned = 12,
            Amount = 1234,
            BalanceAfter = balance + 12,
        });
        card.CommitReaderId(_readerIds.Sign(_uid, Terminal, 1, newest.Counter + 1));
        card.Commit();
    }

    private void Personalise(ICardChannel channel)
    {
        var birth = new LogRecord
        {
            Counter = 1,
            Time = Time,
            Terminal = Terminal,
            Sequence = 0,
            Kind = LogKind.Birth,
            CardNumber = 1,
        };
        var plan = new PersonalisationPlan(
            new Identity { Programme = 1, CardNumber = 1, Generation = 1 },
            new MemberProfile { Language = "en" }, birth, int.MaxValue,
            _readerIds.Sign(_uid, Terminal, 0, 1));
        using var keys = new PersonalisationKeys(_uid, Enum.GetValues<CardKeyNumber>().Select(Master));
        Personalisation.Run(channel, plan, keys, Fill);
    }

    private sealed class Exchange(byte[] command, byte[] answer)
    {
        public byte[] Command => command;

        public byte[] Answer => answer;
    }

    private sealed class RecordingCard : ICardChannel
    {
        private readonly DesfireChip _chip;

        public RecordingCard(Uid uid)
        {
            Span<byte> bytes = stackalloc byte[Uid.Length];
            uid.CopyTo(bytes);
            _chip = DesfireChip.Factory("ev3-4k", bytes, RandomNumberGenerator.Fill);
        }

        public List<Exchange> Exchanges { get; } = [];

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
        {
            var bytes = _chip.Transmit(command);
            Exchanges.Add(new Exchange(command.ToArray(), bytes));
            bytes.CopyTo(answer);
            return bytes.Length;
        }
    }

    private sealed class ReplayingCard(List<Exchange> exchanges) : ICardChannel
    {
        private int _next;

        public void Rewind() => _next = 0;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
        {
            var exchange = exchanges[_next++];
            if (!command.SequenceEqual(exchange.Command))
                throw new InvalidDataException("The sale is not the one recorded.");
            exchange.Answer.CopyTo(answer);
            return exchange.Answer.Length;
        }
    }
}
