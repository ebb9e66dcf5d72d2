using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.Benchmarks.Sale;

/// <summary>Personalises the card once and then sells to it: each sale is nine commands.</summary>
internal sealed class Seller : IDisposable
{
    private const uint Terminal = 1;

    private readonly TimedChannel _card;
    private readonly Uid _uid = Uid.FromBytes(Convert.FromHexString(Cards.MemberUid));
    private readonly MasterKey _sale = Master(CardKeyNumber.Sale);
    private readonly ReaderIdKey _readerIds = ReaderIdKey.Derive(new byte[16], Terminal);
    private uint _sequence;

    public Seller(TimedChannel card)
    {
        _card = card;
        var plan = new PersonalisationPlan(
            new Identity { Programme = 1, CardNumber = 1, Generation = 1 },
            new MemberProfile { Language = "en" },
            new LogRecord
            {
                Counter = 1,
                Time = Now,
                Terminal = Terminal,
                Sequence = 0,
                Kind = LogKind.Birth,
                CardNumber = 1,
            },
            int.MaxValue, _readerIds.Sign(_uid, Terminal, 0, 1));
        using var keys = new PersonalisationKeys(_uid, Enum.GetValues<CardKeyNumber>().Select(Master));
        Personalisation.Run(card, plan, keys, RandomNumberGenerator.Fill);
        Sell();
    }

    /// <summary>What the last sale's proof is over.</summary>
    public IReadOnlyList<TransactionStep> Steps { get; private set; } = [];

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>The lengths of the last sale's exchanges.</summary>
    public IReadOnlyList<ExchangeLength> LengthsOfASale() => [.. _card.Lengths];

    public void Sell()
    {
        _card.Lengths.Clear();
        using var key = _sale.DeriveFor(_uid);
        using var card = MemberCard.Open(_card, key, CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        var newest = card.ReadNewest();
        var balance = card.ReadBalance();
        var record = newest with
        {
            Counter = newest.Counter + 1,
            Time = Now,
            Sequence = ++_sequence,
            Kind = LogKind.Sale,
            Earned = 12,
            Amount = 1234,
            BalanceAfter = balance + 12,
        };
        card.Credit(12);
        card.Append(record);
        card.CommitReaderId(_readerIds.Sign(_uid, Terminal, _sequence, record.Counter));
        card.Commit();
        Steps = card.Steps;
    }

    public void Dispose()
    {
        _sale.Dispose();
        _readerIds.Dispose();
    }

    private static MasterKey Master(CardKeyNumber number) =>
        new(number, 1, SHA256.HashData([(byte)number]).AsSpan(0, 16));
}

/// <summary>Intent and outcome of a sale as the terminal writes them: two durable commits.</summary>
internal sealed class TwoCommits(Journal journal, IReadOnlyList<TransactionStep> steps)
{
    private readonly CardRef _card = new()
    {
        Uid = ByteString.CopyFrom(new byte[7]),
        Generation = 1,
        CardNumber = 1,
    };

    public void Write()
    {
        var sequence = journal.Begin(next => next, _ => new Intent
        {
            OperationId = ByteString.CopyFrom(new byte[16]),
            Card = _card,
            Steps = { steps.Select(Entries.ToStep) },
        });
        journal.Append(new EntryBody
        {
            Outcome = new Outcome
            {
                IntentSequence = sequence,
                Card = _card,
                Tmc = sequence,
                Tmv = ByteString.CopyFrom(new byte[8]),
                Steps = { steps.Select(Entries.ToStep) },
            },
        });
    }
}
