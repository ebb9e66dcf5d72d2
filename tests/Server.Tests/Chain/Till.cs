using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Tests.Chain;

/// <summary>How a tap ends, for card and journal.</summary>
public enum Fate
{
    /// <summary>The card commits and the terminal sees it.</summary>
    Answered,

    /// <summary>Torn before CommitTransaction: nothing happened, and the terminal knows.</summary>
    TornBeforeCommit,

    /// <summary>The card commits; its answer is lost.</summary>
    AnswerLost,

    /// <summary>CommitTransaction is lost on its way; the terminal cannot know.</summary>
    CommitLost,

    /// <summary>The card commits; the terminal dies and never writes another line about it.</summary>
    Died,
}

/// <summary>What one sale is to do.</summary>
internal sealed record TestSale(int Amount)
{
    public int Redeem { get; init; }

    /// <summary>What is bought, where it is more than one piece of something.</summary>
    public Basket? Basket { get; init; }

    /// <summary>Points of the card that have expired.</summary>
    public int Withheld { get; init; }
    public Fate Fate { get; init; } = Fate.Answered;

    /// <summary>What comes back, where it is no sale; <see cref="Amount"/> is what it cost.</summary>
    public TestReturn? Return { get; init; }

    /// <summary>Whether the record is written without the value commands that it speaks of.</summary>
    public bool RecordOnly { get; init; }

    /// <summary>Another operation id than the intent's own.</summary>
    public ByteString? Operation { get; init; }

    /// <summary>Who is at the till.</summary>
    public string Cashier { get; init; } = "";

    /// <summary>The tier that a dishonest terminal says the rules were asked for.</summary>
    public byte? SaysTier { get; init; }

    /// <summary>Card actions that the terminal knows.</summary>
    public IReadOnlyList<CardAction> Pending { get; init; } = [];

    /// <summary>Whether a dishonest terminal leaves the member file as it is, whatever card actions
    /// say.</summary>
    public bool KeepsFile { get; init; }

    /// <summary>What a dishonest terminal writes into the member file.</summary>
    public MemberFile? WritesFile { get; init; }

    /// <summary>A dishonest terminal's way with what it writes on the card; value commands follow the
    /// record.</summary>
    public Func<LogRecord, LogRecord> Forge { get; init; } = record => record;
}

/// <summary>Goods that come back, in figures reckoned by hand.</summary>
/// <param name="Sale">The sale's operation id.</param>
/// <param name="Given">Points put back on the card.</param>
/// <param name="Taken">Points taken back off it.</param>
/// <param name="Milli">Thousandths of the basket that come back.</param>
/// <param name="BeforeMilli">Thousandths that had come back, as the till knows.</param>
internal sealed record TestReturn(
    ByteString Sale, int Given, int Taken, long Milli = 1000, long BeforeMilli = 0)
{
    /// <summary>The sale's rules, where they are no longer in force.</summary>
    public int? RuleSet { get; init; }

    /// <summary>Points that are paid out of the refund, as the till says.</summary>
    public int FromRefund { get; init; }

    /// <summary>What the till pays back, below zero; it need not say so.</summary>
    public long DueMinor { get; init; }

    public IReadOnlyList<Loyalty.Programme.ReturnedLine> Now { get; init; } = LinesOf(Milli);

    public IReadOnlyList<Loyalty.Programme.ReturnedLine> Before { get; init; } = LinesOf(BeforeMilli);

    private static IReadOnlyList<Loyalty.Programme.ReturnedLine> LinesOf(long milli) =>
        milli == 0 ? [] : [new Loyalty.Programme.ReturnedLine(0, milli)];
}

/// <summary>A small terminal: real sales on a simulated card, and a journal of them as the wire has
/// it.</summary>
internal sealed class Till(uint number, TestSecrets secrets, TimeProvider clock)
{
    public uint Number { get; } = number;

    public TestJournal Journal { get; } = new();

    /// <summary>The rules it decides by.</summary>
    public RuleSet Rules { get; set; } = ProgrammeBook.FirstRules;

    /// <summary>Reader ids are signed with this terminal's key, unless it pretends.</summary>
    public uint SignsAs { get; init; } = number;

    /// <summary>A sale; the sequence of its intent.</summary>
    public uint Sell(Chip chip, TestSale sale)
    {
        using var key = TestSecrets.SaleKey(chip.Uid);
        using var card = MemberCard.Open(chip, key, CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        var (read, balance) = (card.ReadNewest(), card.ReadBalance());
        var actions = PendingCardActions.Apply(
            read.LastCardAction, balance, Rules.CardBalanceMost, sale.Pending);
        var record = sale.Forge(Decide(read, balance, actions, sale));
        var readerId = Sign(chip.Uid, record.Counter);
        foreach (var action in actions)
            Change(card, action.Points);
        var (earned, redeemed) = sale.RecordOnly ? (0, 0) : (record.Earned, record.Redeemed);
        if (sale.Return is not null)
            Change(card, earned);
        Change(card, -redeemed);
        if (sale.Return is null)
            Change(card, earned);
        if ((sale.KeepsFile ? null : PendingCardActions.FileAfter(actions) ?? sale.WritesFile) is { } file)
            card.Write(MemberFiles.ToProfile(file));
        card.Append(record);
        Step[] steps = [.. card.Steps.Select(WireStep), Wire(readerId)];
        var intent = Journal.Add(new EntryBody
        {
            Intent = IntentOf(chip, sale, (read, balance), record, steps),
        });
        var answered = card.CommitReaderId(readerId);
        End(chip, sale.Fate, card, intent, answered);
        return intent;
    }

    /// <summary>Looks at the card's log, as a terminal does with a card it has a doubt about.</summary>
    /// <param name="chip">The card.</param>
    /// <param name="intent">Sequence of the doubtful intent.</param>
    public void Settle(Chip chip, uint intent)
    {
        using var key = TestSecrets.SaleKey(chip.Uid);
        using var card = MemberCard.Open(chip, key, CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        var log = card.ReadLog(10);
        var ours = log.FirstOrDefault(record => (record.Terminal, record.Sequence) == (Number, intent));
        var settlement = new Settlement
        {
            IntentSequence = intent,
            Happened = ours is not null,
            Card = CardRefOf(chip.Uid),
            NewestCounter = log[0].Counter,
        };
        if (ours == log[0])
        {
            var last = card.ReadLastCommit();
            settlement.Tmc = last.Tmc;
            settlement.Tmv = Wire(last.Tmv);
        }

        Journal.Add(new EntryBody { Settlement = settlement });
    }

    /// <summary>Writes down a part of the card's log; the sequence of that entry.</summary>
    /// <param name="chip">The card.</param>
    /// <param name="from">The highest n.</param>
    /// <param name="through">The lowest.</param>
    public uint CarryLog(Chip chip, uint from, uint through)
    {
        using var key = TestSecrets.SaleKey(chip.Uid);
        using var card = MemberCard.Open(chip, key, CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        var records = card.ReadLog(10).Where(record => record.Counter >= through && record.Counter <= from);
        return Journal.Add(new EntryBody
        {
            CardLog = new CardLog { Card = CardRefOf(chip.Uid), Records = { records.Select(Wire) } },
        });
    }

    public void Abandon(uint intent) =>
        Journal.Add(new EntryBody { Abandonment = new Abandonment { IntentSequence = intent } });

    /// <summary>The operation id of an intent.</summary>
    public ByteString OperationOf(uint intent) => ByteString.CopyFrom(
        [.. BitConverter.GetBytes((ulong)Number), .. BitConverter.GetBytes((ulong)intent)]);

    private static void Change(MemberCard card, int points)
    {
        if (points > 0)
            card.Credit(points);
        if (points < 0)
            card.Debit(-points);
    }

    private static CardRef CardRefOf(Uid uid) => new() { Uid = Wire(uid), LayoutVersion = 1 };

    private LogRecord Decide(
        LogRecord read, int balance, IReadOnlyList<AppliedCardAction> actions, TestSale sale)
    {
        var rules = Rules;
        var spendable = balance + actions.Sum(action => action.Points);
        var request = new SaleRequest(
            sale.Basket ?? Basket.Of(new Money(sale.Amount, rules.Currency)),
            new Occasion(
                PendingCardActions.TierAfter(read.Tier, actions), [], 319,
                new DateTime(2026, 1, 5, 12, 0, 0, DateTimeKind.Unspecified)),
            sale.Redeem);
        var terms = ((SaleDecision.Approved)Sale.Decide(request, spendable, rules, sale.Withheld)).Terms;
        var (earned, redeemed) = sale.Return is { } back
            ? (back.Given, back.Taken)
            : (terms.Earned, terms.Redeemed);
        return read with
        {
            Counter = read.Counter + 1,
            Time = clock.GetUtcNow(),
            Terminal = Number,
            Sequence = Journal.Next,
            Kind = sale.Return is null ? LogKind.Sale : LogKind.Return,
            Circumstances = actions.Count > 0
                ? Circumstances.Offline | Circumstances.CardActionApplied
                : Circumstances.Offline,
            RuleSetVersion = (ushort)(sale.Return?.RuleSet ?? rules.Version),
            Earned = earned,
            Redeemed = redeemed,
            Amount = sale.Return is null ? sale.Amount : -sale.Amount,
            BalanceAfter = spendable + earned - redeemed,
            Tier = (byte)request.Occasion.Tier,
            Blocked = PendingCardActions.BlockedAfter(read.Blocked, actions),
            LastCardAction = (ushort)(read.LastCardAction + actions.Count),
        };
    }

    private ReaderId Sign(Uid uid, uint counter)
    {
        using var key = secrets.ReaderIdKey(SignsAs);
        return key.Sign(uid, Number, Journal.Next, counter);
    }

    private void End(Chip chip, Fate fate, MemberCard card, uint intent, EncryptedReaderId answered)
    {
        var proof = fate is Fate.TornBeforeCommit or Fate.CommitLost ? default : card.Commit();
        EntryBody? entry = fate switch
        {
            Fate.Answered => new EntryBody { Outcome = OutcomeOf(chip, card, intent, proof) },
            Fate.TornBeforeCommit => new EntryBody
            {
                Failure = new Failure { IntentSequence = intent, Code = "card-lost" },
            },
            Fate.AnswerLost or Fate.CommitLost => new EntryBody
            {
                Doubt = new Doubt { IntentSequence = intent, EncryptedPreviousReaderId = Wire(answered) },
            },
            _ => null,
        };
        if (entry is not null)
            Journal.Add(entry);
    }

    private static Outcome OutcomeOf(Chip chip, MemberCard card, uint intent, CommitProof proof) =>
        new()
        {
            IntentSequence = intent,
            Card = CardRefOf(chip.Uid),
            Tmc = proof.Tmc,
            Tmv = Wire(proof.Tmv),
            Steps = { card.Steps.Select(WireStep) },
        };

    private static IEnumerable<SyncContract.ReturnedLine> Wire(
        IEnumerable<Loyalty.Programme.ReturnedLine>? lines) =>
        (lines ?? []).Select(line => new SyncContract.ReturnedLine
        {
            Line = (uint)line.Line,
            QuantityMilli = line.QuantityMilli,
        });

    private static SyncContract.BasketLine Wire(Loyalty.Programme.BasketLine line) => new()
    {
        Sku = line.Sku,
        Category = line.Category,
        QuantityMilli = line.QuantityMilli,
        AmountMinor = line.AmountMinor,
        TaxMinor = line.TaxMinor,
        DiscountMinor = line.DiscountMinor,
    };

    private Intent IntentOf(
        Chip chip, TestSale sale, (LogRecord Record, int Balance) read, LogRecord written, Step[] steps) =>
        new()
        {
            OperationId = sale.Operation ?? OperationOf(Journal.Next),
            SaleOperationId = sale.Return?.Sale ?? ByteString.Empty,
            Returned = { Wire(sale.Return?.Now) },
            ReturnedBefore = { Wire(sale.Return?.Before) },
            Card = CardRefOf(chip.Uid),
            Context = new SaleContext
            {
                Programme = 1,
                Currency = "USD",
                Store = 319,
                StoreZone = "America/New_York",
                BusinessDate = clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                RuleSetVersion = written.RuleSetVersion,
                LocalTime = "2026-01-05T12:00:00",
                Tier = sale.SaysTier ?? written.Tier,
                Cashier = sale.Cashier,
            },
            Lines = { (sale.Basket ?? Basket.Of(new Money(sale.Amount, "USD"))).Lines.Select(Wire) },
            PointsAsked = (uint)sale.Redeem,
            Kind = (uint)written.Kind,
            CounterRead = read.Record.Counter,
            BalanceBefore = read.Balance,
            BalanceAfter = written.BalanceAfter,
            Earned = (uint)written.Earned,
            Redeemed = (uint)written.Redeemed,
            AmountMinor = written.Amount,
            DueMinor = sale.Return?.DueMinor ?? 0,
            FromRefund = (uint)(sale.Return?.FromRefund ?? 0),
            Steps = { steps },
            Offline = true,
            CardActions =
            {
                Enumerable.Range(1, written.LastCardAction)
                    .Skip(read.Record.LastCardAction)
                    .Select(number => (uint)number),
            },
        };

    private static Step WireStep(TransactionStep step) =>
        new() { Header = ByteString.CopyFrom(step.Header.Span), Data = ByteString.CopyFrom(step.Data.Span) };

    // CommitReaderID before the card has answered it.
    private static Step Wire(ReaderId id)
    {
        var bytes = new byte[ReaderId.Length];
        id.CopyTo(bytes);
        return new Step { Header = ByteString.CopyFrom(0xC8), Data = ByteString.CopyFrom(bytes) };
    }

    public static ByteString Wire(LogRecord record)
    {
        var bytes = new byte[LogRecord.Length];
        record.Encode(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString Wire(Uid uid)
    {
        var bytes = new byte[Uid.Length];
        uid.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString Wire(TransactionMacValue tmv)
    {
        var bytes = new byte[TransactionMacValue.Length];
        tmv.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString Wire(EncryptedReaderId id)
    {
        var bytes = new byte[EncryptedReaderId.Length];
        id.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
