namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>What a till was told of an operation.</summary>
internal enum Told
{
    DidNotHappen,
    Happened,
    InDoubt,
    Refused,
}

/// <summary>One try of an operation, as a journal has it.</summary>
internal sealed class Try(CardOperation operation, UnansweredCommit commit, TransactionPlan plan)
{
    public CardOperation Operation { get; } = operation;

    public UnansweredCommit Commit { get; } = commit;

    public TransactionPlan Plan { get; } = plan;

    /// <summary>What the session had read before it was decided; part of the proof.</summary>
    public required IReadOnlyList<TransactionStep> Read { get; init; }

    public Told Told { get; set; } = Told.DidNotHappen;

    /// <summary>The card's, where it was seen.</summary>
    public CommitProof? Proof { get; set; }

    /// <summary>What the card signed, but for the answer to CommitReaderID where that was lost.</summary>
    public IReadOnlyList<TransactionStep> Steps { get; set; } = [];
}

/// <summary>A till as the design has it, on a card and nothing else: read, decided, written down, done,
/// confirmed; a doubt is settled from the card's log.</summary>
/// <param name="number">The terminal's number.</param>
internal sealed class PlainTill(uint number) : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ReaderIdKey _readerId =
        ReaderIdKey.Derive(Example.Vector.GetProperty("readerIdKey").Bytes("master"), number);

    private readonly List<Try> _journal = [];

    public IReadOnlyList<Try> Journal => _journal;

    /// <summary>Card actions that headquarters has queued, by number from 1: points each.</summary>
    public IReadOnlyList<int> Queued { get; set; } = [];

    /// <summary>Does an operation on the card on the reader.</summary>
    public Told Do(ICardChannel reader, CardOperation operation)
    {
        Try? begun = null;
        var isSent = false;
        try
        {
            using var card = HeldKeys.Open(reader, CardKeyNumber.Sale);
            var reading = new Reading(
                card.ReadNewest(), card.ReadBalance(), operation.Rewrite is null ? null : card.ReadProfile());
            Assert.Equal(reading.Newest.BalanceAfter, reading.Balance);
            if (reading.Newest.Blocked && !operation.ServesBlocked)
                return Told.Refused;

            _journal.Add(begun = Plan(operation, reading, card.Steps));
            begun.Plan.Stage(card);
            isSent = true;
            begun.Proof = card.Commit();
            begun.Steps = card.Steps;
            begun.Told = Told.Happened;
        }
        catch (CardException) when (isSent)
        {
            begun!.Told = Told.InDoubt;
        }
        catch (CardException)
        {
            return Told.DidNotHappen;
        }

        return begun.Told;
    }

    /// <summary>Asks the card about everything that is in doubt.</summary>
    public void Settle(ICardChannel reader)
    {
        foreach (var doubt in _journal.Where(one => one.Told == Told.InDoubt))
        {
            using var card = HeldKeys.Open(reader, CardKeyNumber.Enquiry);
            var newest = card.ReadNewest();
            var verdict = doubt.Commit.Judge(newest, card.ReadLog);
            Assert.True(verdict is DoubtVerdict.Happened or DoubtVerdict.DidNotHappen, $"{verdict}");
            if (verdict == DoubtVerdict.Happened)
                Happened(doubt, card.ReadLastCommit());
            doubt.Told = verdict == DoubtVerdict.Happened ? Told.Happened : Told.DidNotHappen;
        }
    }

    public void Dispose() => _readerId.Dispose();

    private Try Plan(CardOperation operation, Reading reading, IEnumerable<TransactionStep> read)
    {
        var sequence = (uint)_journal.Count + 1;
        var actions = Queued.Skip(reading.Newest.LastCardAction).ToList();
        var change = operation.Decide(reading, new CardChange
        {
            Kind = LogKind.Sale,
            Time = Noon,
            Terminal = number,
            Sequence = sequence,
            CardActionPoints = actions,
            LastCardAction = (ushort)(reading.Newest.LastCardAction + actions.Count),
        });
        var plan = TransactionPlan.Of(
            reading.Newest, change, n => _readerId.Sign(Example.Uid, number, sequence, n)) with
        {
            Profile = reading.Profile is { } profile ? operation.Rewrite!(profile) : null,
        };
        return new Try(operation, new UnansweredCommit(number, sequence, reading.Newest.Counter), plan)
        {
            Read = [.. read],
        };
    }

    // The proof is still there if nobody has committed since; the rest headquarters can work out.
    private static void Happened(Try doubt, CommitProof last)
    {
        if (last.Tmc == doubt.Plan.Record.Counter)
            doubt.Proof = last;
    }
}
