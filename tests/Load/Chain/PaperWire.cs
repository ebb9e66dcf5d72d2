using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Load.Chain;

/// <summary>What a terminal writes in its journal of a card on paper.</summary>
internal static class PaperWire
{
    /// <summary>A sale as it is meant; its lines are the caller's.</summary>
    /// <param name="card">The card.</param>
    /// <param name="read">Its newest record before.</param>
    /// <param name="commit">What it is to commit.</param>
    /// <param name="context">Where, when, by which rules.</param>
    public static Intent IntentOf(PaperCard card, LogRecord read, PaperCommit commit, SaleContext context)
    {
        var (written, operation) = (commit.Written, new byte[16]);
        BitConverter.TryWriteBytes(operation, written.Terminal);
        BitConverter.TryWriteBytes(operation.AsSpan(8), written.Sequence);
        return new Intent
        {
            OperationId = ByteString.CopyFrom(operation),
            Card = RefOf(card),
            Context = context,
            Kind = (uint)written.Kind,
            CounterRead = read.Counter,
            BalanceBefore = read.BalanceAfter,
            BalanceAfter = written.BalanceAfter,
            Earned = (uint)written.Earned,
            Redeemed = (uint)written.Redeemed,
            AmountMinor = written.Amount,
            Steps = { commit.Evidence.Steps.Select(Planned) },
            Offline = true,
        };
    }

    public static Outcome OutcomeOf(PaperCard card, uint intent, PaperCommit commit) => new()
    {
        IntentSequence = intent,
        Card = RefOf(card),
        Tmc = commit.Evidence.Proof.Tmc,
        Tmv = MacOf(commit),
        Steps = { commit.Evidence.Steps.Select(Sent) },
    };

    public static ByteString MacOf(PaperCommit commit)
    {
        var tmv = new byte[TransactionMacValue.Length];
        commit.Evidence.Proof.Tmv.CopyTo(tmv);
        return ByteString.CopyFrom(tmv);
    }

    public static CardRef RefOf(PaperCard card)
    {
        var uid = new byte[Uid.Length];
        card.Uid.CopyTo(uid);
        return new CardRef
        {
            Uid = ByteString.CopyFrom(uid),
            Generation = 1,
            TmKeyVersion = 1,
            LayoutVersion = 1,
            CardNumber = card.Number,
        };
    }

    // Before the card has answered, CommitReaderID has the reader's id alone.
    private static Step Planned(TransactionStep step) => step.Header.Span is [0xC8]
        ? new Step { Header = Bytes(step.Header), Data = Bytes(step.Data[..ReaderId.Length]) }
        : Sent(step);

    private static Step Sent(TransactionStep step) =>
        new() { Header = Bytes(step.Header), Data = Bytes(step.Data) };

    private static ByteString Bytes(ReadOnlyMemory<byte> bytes) => ByteString.CopyFrom(bytes.Span);
}
