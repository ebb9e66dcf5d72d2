using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Doctor;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>A real journal, looked at while its terminal has it and afterwards.</summary>
public sealed class JournalCheckTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Shop _shop;

    public JournalCheckTests() => _shop = new Shop(_chain);

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_journal_is_read_while_the_terminal_writes_it()
    {
        var card = _chain.Issue();
        _shop.Sell(card, 1000);

        Assert.Equal("journal", Look(out var first).Code);
        _shop.Sell(card, 2000);

        Look(out var second);
        Assert.Equal(2u, first!.Head);
        Assert.Equal(4u, second!.Head);
        Assert.Equal(["rules", "limits", "hotlist", "replica"], Rules(second));
    }

    [Fact]
    public void The_journal_of_a_killed_terminal_is_read_and_left_as_it_is()
    {
        _shop.Sell(_chain.Issue(), 1000);
        var killed = Directory.CreateTempSubdirectory("killed-");
        var (path, log) = (Path.Combine(killed.FullName, "db"), Path.Combine(killed.FullName, "db-wal"));
        File.Copy(_shop.DatabasePath, path);
        File.Copy(_shop.DatabasePath + "-wal", log);
        var before = (File.ReadAllBytes(path), File.ReadAllBytes(log));

        var finding = JournalCheck.Look(Seals.At(path), Chain.Trust.Headquarters, out var sight);

        Assert.Equal((Verdict.Ok, 2u), (finding.Verdict, sight!.Head));
        Assert.NotEmpty(before.Item2);
        Assert.Equal(before.Item1, File.ReadAllBytes(path));
        Assert.Equal(before.Item2, File.ReadAllBytes(log));
        killed.Delete(recursive: true);
    }

    [Fact]
    public void No_journal_is_no_trouble_and_none_is_made()
    {
        var path = _shop.DatabasePath + ".none";

        Assert.Equal(
            (Verdict.Ok, "journal"),
            Kind(JournalCheck.Look(Seals.At(path), Chain.Trust.Headquarters, out _)));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void What_is_no_database_is_told()
    {
        _shop.Till.Dispose();
        File.WriteAllBytes(_shop.DatabasePath, Enumerable.Repeat((byte)7, 8192).ToArray());

        Assert.Equal((Verdict.Fail, "journal-unreadable"), Kind(Look(out _)));
    }

    [Fact]
    public void A_changed_entry_is_told()
    {
        _shop.Sell(_chain.Issue(), 1000);
        _shop.Till.Dispose();
        Execute("UPDATE entry SET body = zeroblob(8) WHERE sequence = 1");

        Assert.Equal((Verdict.Fail, "journal-damaged"), Kind(Look(out _)));
    }

    [Fact]
    public void A_damaged_index_is_told()
    {
        _shop.Sell(_chain.Issue(), 1000);
        _shop.Till.Dispose();
        Execute(
            "PRAGMA writable_schema = 1",
            "UPDATE sqlite_master SET sql = 'CREATE INDEX entry_closes ON entry(kind) WHERE closes > 0' "
                + "WHERE name = 'entry_closes'");

        Assert.Equal((Verdict.Fail, "journal-damaged"), Kind(Look(out var sight)));
        Assert.NotEqual("ok", sight?.Integrity ?? "not ok");
    }

    [Fact]
    public void A_journal_of_a_newer_release_fails_and_one_of_an_older_does_not()
    {
        _shop.Till.Dispose();
        Execute($"PRAGMA user_version = {DatabaseSchema.Newest + 1}");
        var newer = Kind(Look(out _));
        Execute($"PRAGMA user_version = {DatabaseSchema.Newest - 1}");

        Assert.Equal((Verdict.Fail, "journal-newer"), newer);
        Assert.Equal((Verdict.Ok, "journal"), Kind(Look(out _)));
    }

    [Fact]
    public void Entries_that_wait_for_more_than_a_day_are_told()
    {
        _shop.Sell(_chain.Issue(), 1000);
        Look(out var sight);
        var soon = Outbox(sight!);
        _chain.Clock.Advance(JournalCheck.UnsentMost + TimeSpan.FromMinutes(1));
        var late = Outbox(sight!);
        _shop.Till.Journal.AcknowledgeThrough(2);
        Look(out var sent);

        Assert.Equal(["outbox"], soon);
        Assert.Equal(["entries-waiting"], late);
        Assert.Equal(["outbox"], Outbox(sent!));
    }

    [Fact]
    public void A_day_that_nobody_closes_is_told()
    {
        _shop.Sell(_chain.Issue(), 1000);
        _shop.Till.Journal.AcknowledgeThrough(2);
        _chain.Clock.Advance(JournalCheck.DayMost + TimeSpan.FromMinutes(1));
        Look(out var open);
        _shop.Till.Days.Close("z-1", businessDate: null);
        _shop.Till.Journal.AcknowledgeThrough(3);
        Look(out var closed);

        Assert.Equal(["outbox", "day-open"], Outbox(open!));
        Assert.Equal(["outbox"], Outbox(closed!));
    }

    [Fact]
    public void A_doubt_is_told_until_the_card_has_settled_it()
    {
        var card = _chain.Issue();
        card.Tear(9, TearMoment.After);
        _shop.Sell(card, 1000);
        Look(out var open);
        _shop.Present(card);
        Look(out var settled);

        Assert.Equal(["outbox", "doubts-open"], Outbox(open!));
        Assert.Equal(["outbox"], Outbox(settled!));
    }

    [Fact]
    public void A_doubt_that_headquarters_closed_is_none()
    {
        var card = _chain.Issue();
        card.Tear(9, TearMoment.After);
        _shop.Sell(card, 1000);
        var intent = _shop.Till.Journal.OpenDoubts()[0].Sequence;
        _shop.Hear(new FeedItem
        {
            DoubtClosed = new DoubtClosedItem { Terminal = 1, IntentSequence = intent, Happened = true },
        });

        Look(out var sight);

        Assert.Equal(["outbox"], Outbox(sight!));
    }

    [Fact]
    public void Rules_and_limits_that_nobody_signed_are_told()
    {
        Execute("UPDATE rule_set SET signature = zeroblob(64)", "UPDATE limits SET signature = zeroblob(64)");

        Look(out var sight);

        Assert.Equal(["rules-unsigned", "limits-unsigned", "hotlist"], Rules(sight!));
    }

    [Fact]
    public void Rules_and_limits_that_never_came_are_told()
    {
        using var till = new TemporaryTill(_chain);
        JournalCheck.Look(Seals.At(till.DatabasePath), Chain.Trust.Headquarters, out var sight);

        Assert.Equal(["rules-absent", "limits-absent", "hotlist-incomplete"], Rules(sight!));
    }

    [Fact]
    public void A_replica_older_than_its_limits_allow_is_told()
    {
        Look(out var sight);
        _chain.Clock.Advance(TimeSpan.FromHours(Chain.Limits.ReplicaHoursMost + 1));

        Assert.Equal(["rules", "limits", "hotlist", "replica-old"], Rules(sight!));
    }

    [Fact]
    public void A_damaged_list_of_blocked_cards_is_told()
    {
        Execute("UPDATE hotlist SET state = 0");

        Look(out var sight);

        Assert.Equal(["rules", "limits", "hotlist-damaged", "replica"], Rules(sight!));
    }

    private Finding Look(out JournalSight? sight) =>
        JournalCheck.Look(Seals.At(_shop.DatabasePath), Chain.Trust.Headquarters, out sight);

    private List<string> Outbox(JournalSight sight) =>
        [.. JournalCheck.Outbox(sight, _chain.Clock.GetUtcNow()).Select(f => f.Code)];

    private List<string> Rules(JournalSight sight) =>
        [.. RulesCheck.Judge(sight.Replica!, _chain.Clock.GetUtcNow()).Select(f => f.Code)];

    private static (Verdict Verdict, string Code) Kind(Finding finding) => (finding.Verdict, finding.Code);

    private void Execute(params IReadOnlyList<string> statements)
    {
        using var connection = new PreparedConnection(_shop.DatabasePath);
        foreach (var statement in statements)
            connection.Run(statement);
    }
}
