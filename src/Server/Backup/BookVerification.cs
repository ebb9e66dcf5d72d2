using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Backup;

/// <summary>What a verification has found.</summary>
internal sealed record VerificationResult
{
    public int Terminals { get; init; }
    public long Entries { get; init; }

    /// <summary>Transactions whose MAC was computed again, from what the terminal reported.</summary>
    public long Proven { get; init; }

    /// <summary>Births, whose commands are not kept, and transactions whose MAC is lost: both stand between
    /// others that name them.</summary>
    public long Unsigned { get; init; }

    /// <summary>What is not as it must be, each in a line; empty where the book is right.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}

/// <summary>
/// Verifies a book from the ground: that the journals are what terminals wrote, that what was posted is what
/// cards have signed, and that the ledger is what was posted. Whoever changes a row in the database is found,
/// unless he has the chain's keys.
/// </summary>
/// <param name="database">The book, of this release.</param>
/// <param name="secrets">The chain's keys.</param>
internal sealed class BookVerification(Database database, ICardSecrets secrets)
{
    private const int EntriesAtOnce = 1_000;

    // More of the same kind say no more.
    private const int FaultsMost = 100;

    private readonly List<string> _faults = [];
    private long _entries;
    private long _proven;
    private long _unsigned;

    /// <param name="progress">Told how many entries have been looked at.</param>
    public VerificationResult Run(Action<long> progress) => database.Read(db =>
    {
        var heads = db.List<JournalHead>(
            "SELECT terminal, sequence, chain_hash FROM journal_head ORDER BY terminal");
        foreach (var head in heads)
            Guarded($"the journal of terminal {head.Terminal}", () => VerifyTerminal(db, head, progress));
        VerifyOrphans(db);
        Guarded("the audit log", () => VerifyAudit(db));
        foreach (var month in Periods.Changed(db))
            Fault($"what was posted through {month} is not what it was when the month was closed");
        foreach (var check in BookChecks.All)
            Guarded(check.Code, () => VerifyCheck(db, check));

        return ResultOf(heads);
    });

    /// <summary>Verifies journals, and the transactions that they prove, from where they ended once. It reads
    /// a page at a time, so that nobody waits for it.</summary>
    /// <param name="from">Where they ended then; one that is not among them was not begun.</param>
    /// <param name="through">Where they end now.</param>
    public VerificationResult RunSince(IReadOnlyList<JournalHead> from, IReadOnlyList<JournalHead> through)
    {
        foreach (var head in through)
        {
            var begun = from.SingleOrDefault(one => one.Terminal == head.Terminal)
                ?? new JournalHead { Terminal = head.Terminal };
            Guarded($"the journal of terminal {head.Terminal}", () => VerifySince(begun, head));
        }

        return ResultOf(through);
    }

    private VerificationResult ResultOf(IReadOnlyList<JournalHead> heads) => new()
    {
        Terminals = heads.Count,
        Entries = _entries,
        Proven = _proven,
        Unsigned = _unsigned,
        Faults = _faults,
    };

    private void VerifySince(JournalHead from, JournalHead through)
    {
        var (end, before) = (from, from.Sequence - 1);
        while (end.Sequence < through.Sequence && end.Sequence > before)
        {
            before = end.Sequence;
            end = database.Read(db =>
            {
                var entries = Page(db, through.Terminal, before + 1, through.Sequence);
                var posted = entries is [var first, .., var last]
                    ? PostedFrom(db, through.Terminal, first.Sequence - 1, last.Sequence)
                    : [];
                return VerifyPage(db, end, entries, posted);
            });
        }

        VerifyEnd(end, through);
    }

    private void VerifyTerminal(DbSession db, JournalHead head, Action<long> progress)
    {
        var posted = PostedFrom(db, head.Terminal);
        var end = new JournalHead { Terminal = head.Terminal };
        while (Page(db, head.Terminal, end.Sequence + 1) is { Count: > 0 } entries)
        {
            end = VerifyPage(db, end, entries, posted);
            progress(_entries);
        }

        VerifyEnd(end, head);
        foreach (var transaction in posted.Values)
            VerifyOtherwise(db, transaction);
    }

    // Where the journal then ends.
    private JournalHead VerifyPage(
        DbSession db, JournalHead end, IReadOnlyList<KeptEntry> entries, Dictionary<long, PostedRow> posted)
    {
        foreach (var entry in entries)
        {
            var hash = JournalChain.After(end.ChainHash, (uint)entry.Sequence, entry.Body);
            if (entry.Sequence != end.Sequence + 1 || !hash.AsSpan().SequenceEqual(entry.ChainHash))
                Fault($"entry {entry.Place} is not what its terminal wrote after {end.Sequence}");
            end = end with { Sequence = entry.Sequence, ChainHash = entry.ChainHash };
            VerifyOutcome(db, entry, posted);
        }

        _entries += entries.Count;
        return end;
    }

    private void VerifyEnd(JournalHead end, JournalHead head)
    {
        if (end.Sequence != head.Sequence || !end.ChainHash.AsSpan().SequenceEqual(head.ChainHash))
        {
            Fault($"the journal of terminal {head.Terminal} ends with {end.Sequence}, "
                + $"not with {head.Sequence}");
        }
    }

    // An outcome that the book has taken proves a transaction, and that one is what the book has.
    private void VerifyOutcome(DbSession db, KeptEntry entry, Dictionary<long, PostedRow> posted)
    {
        if (entry.Verdict != Journals.Accepted
            || JournalReading.TryRead(entry.Wire()) is not { Outcome: { } outcome })
        {
            return;
        }

        var place = entry.Place with { Sequence = outcome.IntentSequence };
        if (!posted.Remove(place.Sequence, out var row)
            && (row = PostedFrom(db, place.Terminal, place.Sequence, place.Sequence)
                .GetValueOrDefault(place.Sequence)) is null)
        {
            Fault($"what entry {entry.Place} proves is not in the book");
            return;
        }

        Compare(db, row, card => new ReportedCommit(place, card.ChipUid, new CommitEvidence(
            new CommitProof(outcome.Tmc, TransactionMacValue.FromBytes(outcome.Tmv.Span)),
            JournalReading.StepsOf(outcome.Steps))));
    }

    // Headquarters found out about it from another's word.
    private void VerifyOtherwise(DbSession db, PostedRow row)
    {
        if (row is not { Proof: ProofState.Proven, Tmv: { } tmv }
            || Intents.Find(db, row.Place) is not { } intent)
        {
            _unsigned++;
            return;
        }

        Compare(db, row, card =>
        {
            using var tmKey = secrets.TransactionMacKey(card.ChipUid, card.TmKeyVersion);
            var previous = TransactionMac.EncryptPrevious(
                tmKey, card.ChipUid, (uint)row.Counter, ReaderId.FromBytes(row.PreviousReaderId));
            return intent.Reported(card, TransactionMacValue.FromBytes(tmv), previous);
        });
    }

    private void Compare(DbSession db, PostedRow row, Func<Card, ReportedCommit> reported)
    {
        if (Card.Find(db, row.Uid, row.Generation) is not { } card)
        {
            Fault($"transaction {row.Place} is of card {row.Uid}, which the book has not");
            return;
        }

        using var tmKey = secrets.TransactionMacKey(card.ChipUid, card.TmKeyVersion);
        using var readerKey = secrets.ReaderIdKey(checked((uint)row.Terminal));
        switch (Proof.Check(reported(card), card.Number, tmKey, readerKey))
        {
            case ProofResult.Proven(var commit) when row.Is(commit):
                _proven++;
                break;
            case ProofResult.Proven:
                Fault($"transaction {row.Place} in the book is not what the card has signed");
                break;
            case ProofResult.Refuted(_, var detail):
                Fault($"no card has signed transaction {row.Place}: {detail}");
                break;
        }
    }

    // Births are headquarters' own, and no terminal's journal has them.
    private void VerifyOrphans(DbSession db)
    {
        _unsigned += db.Value<long>("SELECT COUNT(*) FROM card_transaction WHERE kind = 1");
        var orphans = db.Value<long>(
            """
            SELECT COUNT(*) FROM card_transaction t WHERE kind <> 1
                AND NOT EXISTS (SELECT 1 FROM journal_head h WHERE h.terminal = t.terminal)
            """);
        if (orphans > 0)
            Fault($"{orphans} transactions are of terminals that never wrote a line");
    }

    private void VerifyCheck(DbSession db, BookCheck check)
    {
        if (check.Broken(db, Stretch.All) is > 0 and var broken)
            Fault($"{check.Invariant}, {check.Says}: broken {broken} times");
    }

    private void VerifyAudit(DbSession db)
    {
        if (AuditLog.FirstFault(db) is { } changed)
            Fault($"entry {changed} of the audit log is not as it was written");
        foreach (var (told, verdict) in AuditWitnesses.All(db))
        {
            if (verdict == WitnessVerdict.Contradicts)
                Fault($"terminal {told.Terminal} was told of another entry {told.Number} of the audit log");
        }
    }

    // Whoever writes into a database may write what no program has.
    private void Guarded(string what, Action verify)
    {
        try
        {
            verify();
        }
        catch (Exception unreadable) when (BookCheck.IsUnreadable(unreadable))
        {
            Fault($"{what} cannot be read: {unreadable.Message}");
        }
    }

    private void Fault(string fault)
    {
        if (_faults.Count < FaultsMost)
            _faults.Add(fault);
    }

    private static IReadOnlyList<KeptEntry> Page(
        DbSession db, long terminal, long from, long through = long.MaxValue) =>
        db.List<KeptEntry>(
            """
            SELECT terminal, sequence, body, chain_hash, verdict FROM journal_entry
            WHERE terminal = @terminal AND sequence >= @from AND sequence <= @through
            ORDER BY sequence LIMIT @EntriesAtOnce
            """,
            new { terminal, from, through, EntriesAtOnce });

    private static Dictionary<long, PostedRow> PostedFrom(
        DbSession db, long terminal, long from = 0, long through = long.MaxValue) => db.List<PostedRow>(
        """
        SELECT uid, generation, counter, terminal, sequence, proof, tmv, record_read, record_written,
            reader_id, previous_reader_id, balance_before, balance_after, earned, redeemed, amount_minor
        FROM card_transaction
        WHERE terminal = @terminal AND sequence >= @from AND sequence <= @through AND kind <> 1
        """,
        new { terminal, from, through }).ToDictionary(row => row.Sequence);

    private sealed record KeptEntry
    {
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public byte[] Body { get; init; } = [];
        public byte[] ChainHash { get; init; } = [];
        public string Verdict { get; init; } = "";

        public JournalPlace Place => new(Terminal, Sequence);

        public JournalEntry Wire() =>
            new() { Sequence = (uint)Sequence, Body = Google.Protobuf.ByteString.CopyFrom(Body) };
    }

    private sealed record PostedRow : CardTransaction
    {
        public string Uid { get; init; } = "";
        public long Generation { get; init; }
        public long AmountMinor { get; init; }

        public bool Is(ProvenCommit commit) =>
            (Place, Counter, BalanceBefore, BalanceAfter, Earned, Redeemed, AmountMinor) == (
                commit.Place, commit.Counter, commit.BalanceBefore, commit.Written.BalanceAfter,
                commit.Written.Earned, commit.Written.Redeemed, commit.Written.Amount)
            && Same(Tmv, commit.Tmv is { } tmv ? Bytes.Of(tmv) : null)
            && Same(RecordRead, commit.Read is { } read ? Bytes.Of(read) : null)
            && Same(RecordWritten, Bytes.Of(commit.Written))
            && Same(ReaderId, Bytes.Of(commit.ReaderId))
            && Same(PreviousReaderId, Bytes.Of(commit.Previous));

        private static bool Same(byte[]? one, byte[]? other) =>
            one is null || other is null ? one == other : one.AsSpan().SequenceEqual(other);
    }
}
