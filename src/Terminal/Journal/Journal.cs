using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>
/// What this terminal did, in order and hash-chained: intents before the card is touched, outcomes after, and
/// the outbox that sync sends from. Each append is one fsync on the caller's thread. Safe for many threads.
/// </summary>
internal sealed class Journal : ITapJournal
{
    private readonly TerminalDatabase _database;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, Intent> _begun = [];
    private readonly SortedDictionary<uint, OpenDoubt> _doubts = [];
    private readonly ServedCards _served = new();
    private readonly PointsTally _redeemed = new();
    private readonly PointsTally _adjusted = new();
    private readonly List<uint> _days = [];
    private readonly HashSet<uint> _countedByWord = [];
    private JournalHead _head;
    private uint _base;
    private uint _firstDay = 1;

    private Journal(TerminalDatabase database, TimeProvider clock)
    {
        _database = database;
        _clock = clock;
        _base = database.Read(JournalRows.Base).Sequence;
        _head = database.Read(c => JournalRows.Walk(c, Follow));
        foreach (var (intent, happened) in database.Read(JournalRows.DoubtsClosed))
            Forget(intent, happened);
    }

    /// <summary>Raised after each append, on the thread that made it: there is something to send.</summary>
    public event Action? Grew;

    /// <summary>The newest entry; sequence 0 and a zero hash where there is none.</summary>
    public JournalHead Head
    {
        get
        {
            lock (_gate)
                return _head;
        }
    }

    /// <summary>The card of the last operation, where it is known to have happened; else null.</summary>
    public Uid? LastServed
    {
        get
        {
            lock (_gate)
                return _served.Last;
        }
    }

    /// <summary>Verifies all of the chain that is kept and turns intents that nothing closed, as a crash
    /// leaves them, into doubts.</summary>
    /// <exception cref="JournalFailedException">The chain is broken, or the disk fails.</exception>
    public static Journal Open(TerminalDatabase database, TimeProvider clock)
    {
        var journal = new Journal(database, clock);
        foreach (var sequence in journal._begun.Keys.Order().ToList())
            journal.Append(new EntryBody { Doubt = new Doubt { IntentSequence = sequence } });

        return journal;
    }

    /// <summary>Writes down what is about to happen. When it returns, it is on disk.</summary>
    /// <param name="plan">Makes the plan from the sequence that its intent will have.</param>
    /// <param name="intentOf">The plan's intent.</param>
    /// <exception cref="JournalFailedException">The card must not be touched.</exception>
    public TPlan Begin<TPlan>(Func<uint, TPlan> plan, Func<TPlan, Intent> intentOf)
    {
        TPlan planned;
        lock (_gate)
        {
            planned = plan(_head.Sequence + 1);
            Write(new EntryBody { Intent = intentOf(planned) });
        }

        Grew?.Invoke();
        return planned;
    }

    /// <summary>Writes down anything but an intent. When it returns, it is on disk.</summary>
    /// <exception cref="JournalFailedException">Whether it is on disk is unknown.</exception>
    public void Append(EntryBody entry)
    {
        lock (_gate)
            Write(entry);
        Grew?.Invoke();
    }

    /// <summary>Writes down what is made from the sequence that it will have. When it returns, it is on
    /// disk.</summary>
    /// <exception cref="JournalFailedException">Whether it is on disk is unknown.</exception>
    public EntryBody Append(Func<uint, EntryBody> make)
    {
        EntryBody entry;
        lock (_gate)
        {
            entry = make(_head.Sequence + 1);
            Write(entry);
        }

        Grew?.Invoke();
        return entry;
    }

    /// <summary>Writes an entry down only as this one. When it returns, it is on disk.</summary>
    /// <param name="sequence">What it must become.</param>
    /// <param name="entry">Anything.</param>
    /// <returns>False where another entry was faster: nothing is written.</returns>
    /// <exception cref="JournalFailedException">Whether it is on disk is unknown.</exception>
    public bool TryAppend(uint sequence, EntryBody entry)
    {
        lock (_gate)
        {
            if (_head.Sequence + 1 != sequence)
                return false;
            Write(entry);
        }

        Grew?.Invoke();
        return true;
    }

    /// <summary>Looks while nothing is written.</summary>
    /// <param name="look">Told the sequence that the next entry will have.</param>
    public T While<T>(Func<uint, T> look)
    {
        lock (_gate)
            return look(_head.Sequence + 1);
    }

    /// <summary>Entries after a sequence, of those that are kept, oldest first; at least one, if there is
    /// one, however large it is.</summary>
    public IReadOnlyList<JournalEntry> Unsent(uint after, int entriesMost, int bytesMost) =>
        _database.Read(c => JournalRows.After(c, after, entriesMost, bytesMost));

    /// <summary>The chain hash of an entry, 32 bytes, zero for sequence 0; null where there is no such
    /// entry, or none any more.</summary>
    public byte[]? HashOf(uint sequence) => _database.Read(c => JournalRows.HashOf(c, sequence));

    /// <summary>How far headquarters holds this journal durably, as far as it has told us.</summary>
    public uint AcknowledgedThrough =>
        _database.Read(c => (uint)c.Number("SELECT position FROM cursor WHERE name = 'acknowledged'"));

    /// <summary>Notes what headquarters holds. Lazily: losing it only means sending again. It may go
    /// backwards, after headquarters was restored from a backup.</summary>
    public void AcknowledgeThrough(uint sequence) =>
        _database.Lazily(c =>
        {
            c.Run("UPDATE cursor SET position = ? WHERE name = 'acknowledged'", (long)sequence);
            CompactionRows.ForgetMarks(c, sequence);
        });

    /// <summary>Drops the oldest entries, lazily, for losing it only means doing it again. What headquarters
    /// lacks stays, and so do the newest close of a day and all since, and what open checkouts may ask for.
    /// Intents of which it is unknown whether they happened, or that no closed day has counted, are set
    /// aside.</summary>
    /// <param name="through">No entry after it.</param>
    /// <param name="entriesMost">No more than so many.</param>
    /// <returns>Whether it dropped any.</returns>
    public bool Drop(uint through, int entriesMost)
    {
        lock (_gate)
        {
            var last = (uint)Math.Min(Droppable(through), _base + (long)entriesMost);
            if (last <= _base)
                return false;
            var closes = _days.Count(close => close <= last);
            var kept = Wanted(last);
            _database.Lazily(c =>
            {
                CompactionRows.Drop(c, last, kept);
                CompactionRows.DropDays(c, _firstDay + (uint)closes);
            });
            _base = last;
            _firstDay += (uint)closes;
            _days.RemoveRange(0, closes);
            _served.Drop(last);
            _countedByWord.RemoveWhere(intent => intent <= last && !kept.Contains(intent));
            return true;
        }
    }

    /// <summary>How the newest operation that is kept here left a card; null where there is none.</summary>
    public CardLeft? Left(Uid uid)
    {
        lock (_gate)
            return _served.Left(uid);
    }

    /// <summary>Everything nobody has settled, oldest first.</summary>
    public IReadOnlyList<OpenDoubt> OpenDoubts()
    {
        lock (_gate)
            return [.. _doubts.Values];
    }

    /// <summary>What a look at this card's log may settle, oldest first.</summary>
    public IReadOnlyList<OpenDoubt> DoubtsToSettle(Uid uid)
    {
        lock (_gate)
            return [.. _doubts.Values.Where(d => d.Uid == uid && !d.LeftToHeadquarters)];
    }

    /// <summary>The card's log does not tell any more: no use looking again before the next start.</summary>
    public void LeaveToHeadquarters(uint sequence)
    {
        lock (_gate)
        {
            if (_doubts.TryGetValue(sequence, out var doubt))
                _doubts[sequence] = doubt with { LeftToHeadquarters = true };
        }
    }

    /// <summary>Headquarters has settled a doubt; the replica has noted how.</summary>
    /// <returns>The doubt, or null where it was not open.</returns>
    public OpenDoubt? Forget(uint sequence, bool happened)
    {
        lock (_gate)
        {
            if (!happened)
                TakeBack(sequence);
            return _doubts.Remove(sequence, out var doubt) ? doubt : null;
        }
    }

    /// <summary>Points that customers redeemed here since then; what is in doubt counts.</summary>
    /// <param name="from">A full quarter of an hour, as every zone's midnight is.</param>
    public long RedeemedSince(DateTimeOffset from)
    {
        lock (_gate)
            return _redeemed.Since(from);
    }

    /// <summary>Points that supervisors put on cards here since then, or took off; what is in doubt
    /// counts.</summary>
    /// <param name="from">A full quarter of an hour.</param>
    public long AdjustedSince(DateTimeOffset from)
    {
        lock (_gate)
            return _adjusted.Since(from);
    }

    /// <summary>The newest closed day and the entry that closed it; null before the first.</summary>
    public (uint Number, uint Sequence)? NewestDay
    {
        get
        {
            lock (_gate)
                return _days.Count == 0 ? null : (_firstDay + (uint)_days.Count - 1, _days[^1]);
        }
    }

    /// <summary>The close of a day; null where it is not closed, there is none, or it is not kept any
    /// more.</summary>
    public DayClose? DayClosed(uint number)
    {
        uint sequence;
        lock (_gate)
        {
            if (number < _firstDay || number - _firstDay >= _days.Count)
                return null;
            sequence = _days[(int)(number - _firstDay)];
        }

        return _database.Read(c => JournalRows.DayClosed(c, sequence));
    }

    /// <summary>The day that was closed under an operation id; null where none was.</summary>
    public DayClose? DayClosed(Guid operation) =>
        _database.Read(c => JournalRows.DayClosed(c, operation.ToByteArray(bigEndian: true)));

    /// <summary>The operations that entries from one on say happened, and that no till went on
    /// without.</summary>
    public IReadOnlyList<Intent> HappenedFrom(uint first) =>
        _database.Read(c => JournalRows.HappenedFrom(c, first));

    /// <summary>Operations of which only headquarters has said that they happened, and that no closed day has
    /// counted.</summary>
    public IReadOnlyList<(uint Sequence, Intent Intent)> HappenedByWord()
    {
        lock (_gate)
        {
            return
            [
                .. _database.Read(JournalRows.HappenedByWord)
                    .Where(told => !_countedByWord.Contains(told.Sequence)),
            ];
        }
    }

    /// <summary>The last try of an operation; null where there was none.</summary>
    public IntentTrace? Trace(Guid operation) =>
        _database.Read(c => JournalRows.Trace(c, operation.ToByteArray(bigEndian: true)));

    /// <summary>All tries to undo a sale, oldest first.</summary>
    public IReadOnlyList<IntentTrace> Undoing(Guid sale) =>
        _database.Read(c => JournalRows.Undoing(c, sale.ToByteArray(bigEndian: true)));

    private void Write(EntryBody entry)
    {
        entry.ProtocolVersion = 1;
        entry.RecordedAtUs =
            (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

        var body = entry.ToByteArray();
        var head = _head.Next(body);
        _database.Durably(c => JournalRows.Insert(c, head, entry, body));
        _head = head;
        Follow(head.Sequence, entry);
    }

    private uint Droppable(uint through)
    {
        if (_days.Count == 0)
            return 0;
        var last = Math.Min(Math.Min(through, AcknowledgedThrough), _days[^1] - 1);
        if (_begun.Count > 0)
            last = Math.Min(last, _begun.Keys.Min() - 1);
        return _database.Read(CompactionRows.FirstOfOpenCheckouts) is { } first
            ? Math.Min(last, first - 1)
            : last;
    }

    private HashSet<uint> Wanted(uint last) =>
    [
        .. _doubts.Keys,
        .. HappenedByWord().Select(told => told.Sequence),
        .. _database.Read(c => CompactionRows.SettledAfter(c, _days[^1], last + 1).ToList()),
    ];

    private void Keep(uint intent)
    {
        _redeemed.Keep(intent);
        _adjusted.Keep(intent);
    }

    private void TakeBack(uint intent)
    {
        _redeemed.Undo(intent);
        _adjusted.Undo(intent);
    }

    private void Follow(uint sequence, EntryBody entry)
    {
        switch (entry.ContentCase)
        {
            case EntryBody.ContentOneofCase.Intent:
                _begun[sequence] = entry.Intent;
                _served.Begin();
                if ((LogKind)entry.Intent.Kind == LogKind.Sale && entry.Intent.Offline)
                    _redeemed.Add(sequence, entry.RecordedAtUs, entry.Intent.Redeemed);
                if ((LogKind)entry.Intent.Kind == LogKind.Adjustment)
                {
                    _adjusted.Add(
                        sequence, entry.RecordedAtUs, entry.Intent.Earned + entry.Intent.Redeemed);
                }

                break;
            case EntryBody.ContentOneofCase.Outcome:
                if (_begun.Remove(entry.Outcome.IntentSequence, out var done))
                    _served.Keep(entry.Outcome.IntentSequence, done);
                Keep(entry.Outcome.IntentSequence);
                break;
            case EntryBody.ContentOneofCase.Failure:
                _begun.Remove(entry.Failure.IntentSequence);
                TakeBack(entry.Failure.IntentSequence);
                break;
            case EntryBody.ContentOneofCase.Doubt
                when _begun.Remove(entry.Doubt.IntentSequence, out var intent):
                _doubts[entry.Doubt.IntentSequence] = new OpenDoubt(
                    entry.Doubt.IntentSequence, Uid.FromBytes(intent.Card.Uid.Span), intent, false);
                break;
            case EntryBody.ContentOneofCase.Settlement:
                _doubts.Remove(entry.Settlement.IntentSequence, out var settled);
                if (settled is not null && entry.Settlement.Happened)
                    _served.Keep(settled.Sequence, settled.Intent);
                if (entry.Settlement.Happened)
                    Keep(entry.Settlement.IntentSequence);
                else
                    TakeBack(entry.Settlement.IntentSequence);
                break;
            case EntryBody.ContentOneofCase.DayClose:
                var totals = DayTotals.Parser.ParseFrom(entry.DayClose.Totals);
                if (_days.Count == 0)
                    _firstDay = totals.Number;
                _days.Add(sequence);
                _countedByWord.UnionWith(totals.ToldByHeadquarters);
                break;
        }
    }
}
