using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.World;

/// <summary>Reads the book after every commit of the server: what is new in it must be true.</summary>
internal sealed class BookWatch(ChainWorld world)
{
    private long _transactions;
    private long _postings;
    private long _actions;
    private long _rules;
    private long _expiries;

    /// <summary>Looks at what was added since the last look.</summary>
    public void Watch(ServerRooms rooms) => rooms.Database.Read(db =>
    {
        WatchRules(db);
        WatchTransactions(db);
        WatchPostings(db);
        WatchActions(db);
        WatchExpiries(db);
        return true;
    });

    /// <summary>The book may be an older one: all of it is looked at again.</summary>
    public void Restarted(ServerRooms rooms)
    {
        (_transactions, _postings, _actions, _rules, _expiries) = (0, 0, 0, 0, 0);
        Watch(rooms);
    }

    private void WatchRules(DbSession db)
    {
        foreach (var document in db.List<byte[]>(
            "SELECT document FROM rule_set WHERE version > @_rules ORDER BY version", new { _rules }))
        {
            var rules = RuleSet.FromDocument(document);
            _rules = rules.Version;
            world.Truth.Published(rules);
            world.Story.Note(Column.Server, "server has published rule set {0}", rules.Version);
        }
    }

    private void WatchTransactions(DbSession db)
    {
        var rows = db.List<TransactionRow>(
            """
            SELECT rowid AS row, uid, counter, terminal, sequence, record_written, proof FROM card_transaction
            WHERE rowid > @_transactions ORDER BY rowid
            """,
            new { _transactions });
        foreach (var row in rows)
        {
            _transactions = row.Row;
            var made = world.CommitsOf(Uid.FromBytes(Convert.FromHexString(row.Uid)))
                .Any(c => c.Bytes.AsSpan().SequenceEqual(row.RecordWritten));
            Truth.Demand(
                made, "I9",
                $"posted {row.Terminal}:{row.Sequence} as n {row.Counter} of card {row.Uid} ({row.Proof}), "
                    + "which no card committed");
            world.Story.Note(
                Column.Server, "server posts n {0} of card {1} ({2})", row.Counter, row.Uid[^4..], row.Proof);
        }
    }

    private void WatchPostings(DbSession db)
    {
        var sum = db.Find<SumRow>(
            """
            SELECT COALESCE(SUM(points), 0) AS points, COALESCE(MAX(id), 0) AS last FROM posting
            WHERE id > @_postings
            """,
            new { _postings })!;
        Truth.Demand(sum.Points == 0, "I1", $"postings after {_postings} sum to {sum.Points}");
        _postings = Math.Max(_postings, sum.Last);
    }

    private void WatchActions(DbSession db)
    {
        var rows = db.List<ActionRow>(
            """
            SELECT a.rowid AS row, a.uid, a.number, a.points, a.tier, a.blocks, a.file, a.reason,
                a.for_terminal, a.for_sequence, COALESCE(t.counter, 0) AS counter
            FROM card_action a LEFT JOIN card_transaction t
                ON t.uid = a.uid AND t.terminal = a.for_terminal AND t.sequence = a.for_sequence
            WHERE a.rowid > @_actions ORDER BY a.rowid
            """,
            new { _actions });
        foreach (var row in rows)
        {
            _actions = row.Row;
            var card = Uid.FromBytes(Convert.FromHexString(row.Uid));
            var place = ((uint)row.ForTerminal, (uint)row.ForSequence);
            // A journal that lost its end gives its numbers out again: the place alone may name two commits.
            var commit = world.CommitsOf(card)
                .FirstOrDefault(c => c.Place == place && c.Record.Counter == row.Counter);
            Truth.Demand(
                row.IsDelivery || row is { Points: 0, HasOther: true }
                    || commit is not null && row.Points == commit.Record.Redeemed - commit.Record.Earned,
                "I8",
                $"card {row.Uid}: action {row.Number} of {row.Points} points for {place}, "
                    + $"which made {commit?.Record.Earned} and took {commit?.Record.Redeemed}");
            world.Weather.Decided();
            var action = new TrueAction(
                (int)row.Points, row.IsDelivery, (byte?)row.Tier,
                row.Blocks is { } blocks ? blocks > 0 : null,
                row.File is { } file ? PlainRules.MemberFile(MemberFileItem.Parser.ParseFrom(file)) : null);
            world.Truth.Queued(card, (int)row.Number, action);
            world.Story.Note(
                Column.Server, "server queues action {0}, {1}, for card {2}", row.Number, action,
                row.Uid[^4..]);
        }
    }

    private void WatchExpiries(DbSession db)
    {
        var rows = db.List<ExpiryRow>(
            """
            SELECT rowid AS row, uid, counter, day, points FROM told_expiry WHERE rowid > @_expiries
            ORDER BY rowid
            """,
            new { _expiries });
        foreach (var row in rows)
        {
            _expiries = row.Row;
            var day = row.Day.Length == 0 ? (DateOnly?)null : DateOnly.Parse(row.Day, null);
            world.Truth.ToldExpiry(
                Uid.FromBytes(Convert.FromHexString(row.Uid)), (uint)row.Counter, day, (int)row.Points);
            world.Story.Note(
                Column.Server, "server tells card {0} that {1} points expire on {2}", row.Uid[^4..],
                row.Points, row.Day);
        }
    }

    private sealed record ExpiryRow
    {
        public long Row { get; init; }
        public string Uid { get; init; } = "";
        public long Counter { get; init; }
        public string Day { get; init; } = "";
        public long Points { get; init; }
    }

    private sealed record TransactionRow
    {
        public long Row { get; init; }
        public string Uid { get; init; } = "";
        public long Counter { get; init; }
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public byte[] RecordWritten { get; init; } = [];
        public string Proof { get; init; } = "";
    }

    private sealed record SumRow
    {
        public long Points { get; init; }
        public long Last { get; init; }
    }

    private sealed record ActionRow
    {
        public long Row { get; init; }
        public string Uid { get; init; } = "";
        public long Number { get; init; }
        public long Points { get; init; }
        public long? Tier { get; init; }
        public long? Blocks { get; init; }
        public byte[]? File { get; init; }

        /// <summary>Whether it changes something else than points.</summary>
        public bool HasOther => Tier is not null || Blocks is not null || File is not null;
        public string Reason { get; init; } = "";
        public long ForTerminal { get; init; }
        public long ForSequence { get; init; }

        public bool IsDelivery => Reason == "on-account";

        /// <summary>Of what the book has posted for that place; 0 where it has posted nothing.</summary>
        public long Counter { get; init; }
    }
}
