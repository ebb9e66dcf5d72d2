using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Backup;

/// <summary>What a book keeps only to be quick, changed and computed again, on every engine.</summary>
public abstract class BookRebuildContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly string _before;

    private protected BookRebuildContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        Live();
        _before = State();
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void In_a_book_that_is_right_nothing_is_touched()
    {
        var parts = Rebuild();

        Assert.Equal(["journals", "cards", "stores", "feed"], parts.Select(part => part.Part));
        Assert.All(parts, part => Assert.Empty(part.Differences));
        Assert.All(parts, part => Assert.True(part.Looked >= 2));
        Assert.Equal(_before, State());
        Assert.DoesNotContain(Audited(), line => line.Action == AuditAction.BookRebuilt);
    }

    [Theory]
    [InlineData("journals", 1, "UPDATE journal_head SET sequence = 1 WHERE terminal = 1")]
    [InlineData(
        "journals", 1, "UPDATE journal_head SET chain_hash = substr(chain_hash, 2) WHERE terminal = 2")]
    [InlineData("journals", 2, "DELETE FROM journal_head")]
    [InlineData("cards", 3, "UPDATE card SET acknowledged_counter = acknowledged_counter + 1")]
    [InlineData("cards", 3, "UPDATE card SET acknowledged_balance = 1000000")]
    [InlineData("cards", 1, "UPDATE card SET highest_counter = 2 WHERE number = 1000001")]
    [InlineData("cards", 3, "UPDATE card SET last_card_action = 7")]
    [InlineData("stores", 4, "DELETE FROM known_card")]
    [InlineData("feed", 3, "DELETE FROM feed WHERE name LIKE 'card:%'")]
    [InlineData("feed", 1, "DELETE FROM feed WHERE name LIKE 'rule-set:%'")]
    [InlineData("feed", 2, "UPDATE feed SET body = substr(body, 2) WHERE name LIKE 'limits:%'")]
    [InlineData("feed", 2, "UPDATE feed SET for_terminal = NULL WHERE name LIKE 'limits:%'")]
    [InlineData("feed", 1, "DELETE FROM feed WHERE name LIKE 'hotlist:%'")]
    [InlineData("feed", 2, "DELETE FROM feed WHERE name LIKE 'card-action:%'")]
    [InlineData("feed", 3, "UPDATE feed SET for_card = 'X' WHERE name LIKE 'card:%'")]
    public void What_was_changed_is_as_it_was_and_told(string part, int differences, string change)
    {
        _hq.Database.Write(db => db.Run(change));
        Assert.NotEqual(_before, State());

        var parts = Rebuild();

        Assert.Equal(_before, State());
        Assert.Equal(differences, Assert.Single(parts, its => its.Differences.Count > 0).Differences.Count);
        var line = Assert.Single(Audited(), line => line.Action == AuditAction.BookRebuilt);
        Assert.Equal(($"book:{part}", $$"""{"differences":{{differences}}}"""), (line.Subject, line.Detail));
        Assert.All(Rebuild(), its => Assert.Empty(its.Differences));
    }

    [Fact]
    public void No_line_that_is_printed_has_a_whole_uid()
    {
        _hq.Database.Write(db => db.Run("UPDATE card SET acknowledged_counter = 77"));
        _hq.Database.Write(db => db.Run("DELETE FROM feed"));
        _hq.Database.Write(db => db.Run("DELETE FROM known_card"));
        var uids = _hq.Database.Read(db => db.List<string>("SELECT uid FROM card"));

        var printed = string.Join('\n', Rebuild().SelectMany(part => part.Differences));

        Assert.Contains("card 1000001", printed, StringComparison.Ordinal);
        Assert.All(uids, uid => Assert.DoesNotContain(uid, printed, StringComparison.Ordinal));
    }

    // Two stores, a card with a gap, one that is blocked, one with a card action that nobody applied yet.
    private void Live()
    {
        _hq.Enrol(1, store: 319);
        _hq.Enrol(2, store: 320);
        new LimitsBook(_hq.Database, _hq.Secrets, _hq.Clock).SeedMissing();
        var (till, other, away) = (_hq.NewTill(), _hq.NewTill(), _hq.NewTill());
        Chip[] cards = [_hq.Issue(1), _hq.Issue(2), _hq.Issue(3)];
        foreach (var card in cards)
            till.Sell(card, new TestSale(1_000));
        away.Sell(cards[0], new TestSale(2_000));
        other.Sell(cards[0], new TestSale(4_000));
        var torn = till.Sell(cards[1], new TestSale(3_000) { Fate = Fate.AnswerLost });
        till.Abandon(torn);
        till.Settle(cards[1], torn);
        _hq.Sync(till);
        _hq.Sync(other);
        new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock).Block(1_000_003, "lost", "Vera");
    }

    private List<RebuiltPart> Rebuild() => [.. new BookRebuild(_hq.Database, _hq.Clock).Run((_, _) => { })];

    private IReadOnlyList<AuditEntry> Audited() => _hq.Database.Read(db => AuditLog.List(db, null, 0, 100));

    // All that can be computed again. A changed item of the feed gets a new place, which tells of it.
    private string State() => _hq.Database.Read(db => string.Join('\n', (IEnumerable<string>)
    [
        .. db.List<Head>("SELECT terminal, sequence, chain_hash FROM journal_head ORDER BY terminal")
            .Select(head => $"{head.Terminal} {head.Sequence} {Convert.ToHexString(head.ChainHash)}"),
        .. db.List<string>(
            """
            SELECT number || ' ' || acknowledged_counter || ' ' || acknowledged_balance || ' '
                || highest_counter || ' ' || last_card_action
            FROM card ORDER BY number
            """),
        .. db.List<string>("SELECT uid || ' ' || store FROM known_card ORDER BY uid, store"),
        .. db.List<Item>("SELECT name, body, for_terminal, for_card FROM feed ORDER BY name")
            .Select(item =>
                $"{item.Name} {item.ForTerminal} {item.ForCard} {Convert.ToHexString(item.Body)}"),
    ]));

    private sealed record Head
    {
        public long Terminal { get; init; }
        public long Sequence { get; init; }
        public byte[] ChainHash { get; init; } = [];
    }

    private sealed record Item
    {
        public string Name { get; init; } = "";
        public byte[] Body { get; init; } = [];
        public long? ForTerminal { get; init; }
        public string? ForCard { get; init; }
    }
}

public sealed class BookRebuildOnSqlite(SqliteEngine engine)
    : BookRebuildContract(engine), IClassFixture<SqliteEngine>;

public sealed class BookRebuildOnPostgres(PostgresCluster cluster)
    : BookRebuildContract(new PostgresEngine(cluster));
