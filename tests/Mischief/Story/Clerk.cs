using System.Globalization;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Mischief.Chain;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.SyncContract;
using SmartCardCrm.World.Tests;

namespace SmartCardCrm.Mischief.Story;

/// <summary>Sells one purchase on one card at one terminal, as its fate has it, and writes the
/// journal.</summary>
internal sealed class Clerk(Office office, ShopTerminal terminal, PaperCard card, RealPurchase purchase)
{
    private const string Sortable = "yyyy-MM-dd'T'HH:mm:ss";
    private const int UnknownRules = 99;
    private static readonly TimeSpan FarOff = TimeSpan.FromDays(4_000);
    private static readonly DateTimeOffset BeforeAll = new(2020, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LogRecord _read = card.Newest;

    /// <summary>Whether this purchase can end so.</summary>
    public bool Can(Fate fate) =>
        fate != Fate.OverLimit || Terms(card.Points).Redeemed > Office.OperationMost;

    /// <param name="fate">What befalls it.</param>
    /// <param name="asked">Points that the customer wants to spend, within what the terminal may.</param>
    /// <param name="branch">Which of a copied card's.</param>
    public Deed Sell(Fate fate, int asked, int branch)
    {
        var record = RecordOf(Terms(fate == Fate.OverLimit ? card.Points : asked), fate);
        var by = fate == Fate.ForeignName
            ? office.SignFalsely(terminal, card.Uid, record.Counter)
            : terminal.Sign(card.Uid, record.Counter);
        var chip = fate is Fate.CommitLost or Fate.CommitMissed ? card.Copy() : card;
        var intent = Write(fate, chip.Sell(record, by));
        var deed = new Deed(fate, card.Uid, record.Counter, terminal)
        {
            Branch = branch,
            Intent = intent,
            Entries = terminal.Journal.Next - intent,
        };
        terminal.Deeds.Add(deed);
        return deed;
    }

    private SaleTerms Terms(int asked)
    {
        var occasion = new Occasion(0, [], purchase.Store, purchase.LocalTime);
        return Sale.Decide(
            new SaleRequest(purchase.Basket, occasion, asked), card.Points, ProgrammeBook.FirstRules)
            is SaleDecision.Approved(var terms)
                ? terms
                : throw new InvalidOperationException($"The rules decline {purchase}.");
    }

    private LogRecord RecordOf(SaleTerms terms, Fate fate)
    {
        var (now, earned) = (office.Clock.Now, terms.Earned + (fate == Fate.AgainstRules ? 7 : 0));
        return _read with
        {
            Counter = _read.Counter + 1,
            Time = fate switch
            {
                Fate.ClockAhead => now + FarOff,
                Fate.ClockBehind => BeforeAll,
                _ => now,
            },
            Terminal = terminal.Number,
            Sequence = terminal.Journal.Next,
            Kind = LogKind.Sale,
            Circumstances = Circumstances.Offline,
            RuleSetVersion = (ushort)(fate == Fate.UnknownRules ? UnknownRules : terms.RuleSetVersion),
            Earned = earned,
            Redeemed = terms.Redeemed,
            Amount = (int)purchase.Basket.Total.Minor,
            BalanceAfter = _read.BalanceAfter + earned - terms.Redeemed,
        };
    }

    // Its intent's place.
    private uint Write(Fate fate, PaperCommit commit)
    {
        var journal = terminal.Journal;
        var told = fate == Fate.Forged ? Richer(commit) : commit;
        var meant = PaperWire.IntentOf(card, _read, told, ContextOf(commit.Written));
        meant.PointsAsked = (uint)commit.Written.Redeemed;
        meant.Lines.AddRange(purchase.Basket.Lines.Select(line => new SyncContract.BasketLine
        {
            Sku = line.Sku,
            Category = line.Category,
            QuantityMilli = line.QuantityMilli,
            AmountMinor = line.AmountMinor,
            TaxMinor = line.TaxMinor,
            DiscountMinor = line.DiscountMinor,
        }));
        var intent = fate == Fate.UnreadableIntent
            ? journal.Add(Garbage)
            : journal.Add(new EntryBody { Intent = meant });
        WriteEnd(fate, intent, told);
        return intent;
    }

    private void WriteEnd(Fate fate, uint intent, PaperCommit commit)
    {
        var journal = terminal.Journal;
        switch (fate)
        {
            case Fate.AnswerLost or Fate.CommitLost:
                journal.Add(new EntryBody { Doubt = DoubtOf(intent, commit) });
                break;
            case Fate.AnswerFound or Fate.CommitMissed:
                journal.Add(new EntryBody { Doubt = DoubtOf(intent, commit) });
                journal.Add(new EntryBody { Settlement = SettlementOf(intent, commit, fate) });
                break;
            case Fate.UnreadableOutcome:
                journal.Add(Garbage);
                break;
            default:
                journal.Add(new EntryBody { Outcome = OutcomeOf(intent, commit, fate) });
                break;
        }
    }

    private Outcome OutcomeOf(uint intent, PaperCommit commit, Fate fate)
    {
        var outcome = PaperWire.OutcomeOf(card, intent, commit);
        if (fate == Fate.BadMac)
            outcome.Tmv = Flipped(outcome.Tmv);
        var record = outcome.Steps.Single(step => step.Header[0] == 0x8B);
        if (fate == Fate.BadSteps)
            record.Data = Flipped(record.Data);
        return outcome;
    }

    // A thief of a terminal puts more into his journal than on the card.
    private static PaperCommit Richer(PaperCommit commit)
    {
        var written = commit.Written with
        {
            Earned = commit.Written.Earned + 1000,
            BalanceAfter = commit.Written.BalanceAfter + 1000,
        };
        var bytes = new byte[LogRecord.Length];
        written.Encode(bytes);
        var steps = commit.Evidence.Steps.Select(step => step.Header.Span[0] switch
        {
            0x8B => new TransactionStep(step.Header, bytes),
            0x0C => new TransactionStep(step.Header, BitConverter.GetBytes(written.Earned)),
            _ => step,
        });
        return new PaperCommit(written, commit.Evidence with { Steps = [.. steps] });
    }

    private static Doubt DoubtOf(uint intent, PaperCommit commit)
    {
        var ids = commit.Evidence.Steps.Single(step => step.Header.Span[0] == 0xC8).Data;
        return new Doubt
        {
            IntentSequence = intent,
            EncryptedPreviousReaderId = ByteString.CopyFrom(ids.Span[ReaderId.Length..]),
        };
    }

    private Settlement SettlementOf(uint intent, PaperCommit commit, Fate fate)
    {
        var happened = fate == Fate.AnswerFound;
        var newest = new byte[LogRecord.Length];
        card.Newest.Encode(newest);
        return new Settlement
        {
            IntentSequence = intent,
            Happened = happened,
            Card = PaperWire.RefOf(card),
            NewestCounter = card.Newest.Counter,
            NewestRecord = ByteString.CopyFrom(newest),
            Tmc = happened ? commit.Evidence.Proof.Tmc : 0,
            Tmv = happened ? PaperWire.MacOf(commit) : ByteString.Empty,
        };
    }

    private SaleContext ContextOf(LogRecord written) => new()
    {
        Programme = 1,
        Currency = "USD",
        Store = purchase.Store,
        StoreZone = "UTC",
        BusinessDate = purchase.LocalTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        RuleSetVersion = written.RuleSetVersion,
        LocalTime = purchase.LocalTime.ToString(Sortable, CultureInfo.InvariantCulture),
    };

    private static ByteString Garbage => ByteString.CopyFrom(0xFF, 0x00, 0xFF);

    private static ByteString Flipped(ByteString bytes)
    {
        var flipped = bytes.ToByteArray();
        flipped[^1] ^= 1;
        return ByteString.CopyFrom(flipped);
    }
}
