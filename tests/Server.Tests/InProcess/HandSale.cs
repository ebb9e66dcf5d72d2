using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.InProcess;

/// <summary>Sales on simulated cards with the keys that the server delivered, and what they leave in a
/// journal.</summary>
internal sealed class HandSale(CardKeysReply keys, uint terminal) : ICardChannel
{
    private SimulatedCard? _card;
    private byte[] _operation = [];

    /// <summary>Sells for whole dollars, one point each.</summary>
    /// <param name="card">Active.</param>
    /// <param name="journal">Gets the intent and the outcome.</param>
    /// <param name="dollars">What the basket costs.</param>
    /// <param name="version">Of the sale key that the card has.</param>
    /// <returns>The operation's id.</returns>
    public Guid Sell(SimulatedCard card, TestJournal journal, int dollars, byte version = 1)
    {
        var sequence = journal.Next;
        var operation = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        (_card, _operation) = (card, operation.ToByteArray(bigEndian: true));
        card.Insert();
        var uid = Uid.FromBytes(Convert.FromHexString(card.Uid));
        var sale = keys.Keys.Single(
            k => k.KeyNumber == (uint)CardKeyNumber.Sale && k.Version == version);
        using var master = new MasterKey(CardKeyNumber.Sale, (byte)sale.Version, sale.Key.Span);
        using var key = master.DeriveFor(uid);
        using var session = MemberCard.Open(this, key, CardKeyNumber.Sale, RandomNumberGenerator.Fill);

        var newest = session.ReadNewest();
        var record = newest with
        {
            Counter = newest.Counter + 1,
            Time = TimeProvider.System.GetUtcNow(),
            Terminal = terminal,
            Sequence = sequence,
            Kind = LogKind.Sale,
            Circumstances = Circumstances.Offline,
            Earned = dollars,
            Redeemed = 0,
            Amount = dollars * 100,
            BalanceAfter = session.ReadBalance() + dollars,
        };
        session.Credit(dollars);
        session.Append(record);
        journal.Add(new EntryBody { Intent = IntentOf(session, uid, record) });
        using var readerId = new ReaderIdKey(keys.ReaderIdKey.Span);
        session.CommitReaderId(readerId.Sign(uid, terminal, sequence, record.Counter));
        journal.Add(new EntryBody { Outcome = OutcomeOf(session, uid, sequence, session.Commit()) });
        return operation;
    }

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var bytes = _card!.Transmit(command) ?? throw new CardLostException("The card left.");
        bytes.CopyTo(answer);
        return bytes.Length;
    }

    private Intent IntentOf(MemberCard session, Uid uid, LogRecord record) =>
        new()
        {
            OperationId = ByteString.CopyFrom(_operation),
            Card = Wire(uid),
            Context = new SaleContext
            {
                Programme = 1,
                Currency = "USD",
                Store = 319,
                StoreZone = "UTC",
                LocalTime = "2026-01-05T12:00:00",
            },
            Lines = { new BasketLine { QuantityMilli = 1000, AmountMinor = record.Amount } },
            CounterRead = record.Counter - 1,
            BalanceBefore = record.BalanceAfter - record.Earned,
            BalanceAfter = record.BalanceAfter,
            Earned = (uint)record.Earned,
            AmountMinor = record.Amount,
            Kind = (uint)record.Kind,
            Steps = { Wire(session.Steps) },
        };

    private Outcome OutcomeOf(MemberCard session, Uid uid, uint sequence, CommitProof proof)
    {
        var tmv = new byte[TransactionMacValue.Length];
        proof.Tmv.CopyTo(tmv);
        return new Outcome
        {
            IntentSequence = sequence,
            OperationId = ByteString.CopyFrom(_operation),
            Card = Wire(uid),
            Tmc = proof.Tmc,
            Tmv = ByteString.CopyFrom(tmv),
            Steps = { Wire(session.Steps) },
        };
    }

    private static CardRef Wire(Uid uid)
    {
        var bytes = new byte[Uid.Length];
        uid.CopyTo(bytes);
        return new CardRef { Uid = ByteString.CopyFrom(bytes), LayoutVersion = 1 };
    }

    private static IEnumerable<Step> Wire(IEnumerable<TransactionStep> steps) =>
        steps.Select(step => new Step
        {
            Header = ByteString.CopyFrom(step.Header.Span),
            Data = ByteString.CopyFrom(step.Data.Span),
        });
}
