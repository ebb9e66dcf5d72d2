using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Storage.Postgres;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Storage;

/// <summary>What every engine must do alike.</summary>
public abstract class BookContract(Engine engine)
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Work_that_throws_leaves_nothing_behind()
    {
        using var database = engine.OpenBook();
        var members = new MemberBook(database, new TestSecrets(), _clock);
        new ProgrammeBook(database, new TestSecrets(), _clock).SeedFirst();

        Assert.Throws<InvalidOperationException>(() => database.Write(db =>
        {
            Feed.Publish(db, "one", Item(1), Audience.Everybody);
            throw new InvalidOperationException("The work went wrong.");
        }));

        Assert.Equal(1ul, database.Read(Feed.Head));
        Assert.Equal(1, members.Add(1, new NewMember("Ada", null, "en"), "test").Id);
    }

    [Fact]
    public void A_failed_statement_leaves_nothing_behind_and_does_not_poison_what_comes_next()
    {
        using var database = engine.OpenBook();

        Assert.ThrowsAny<DbException>(() => database.Write(db =>
        {
            Feed.Publish(db, "one", Item(1), Audience.Everybody);
            db.Run("INSERT INTO feed (name, position, body) SELECT name, position, body FROM feed");
        }));
        Assert.ThrowsAny<DbException>(() => database.Read(db => db.Value<long>("SELECT 1 FROM nowhere")));

        Assert.Equal(0ul, database.Read(Feed.Head));
        database.Write(db => Feed.Publish(db, "one", Item(1), Audience.Everybody));
        Assert.Equal(1ul, database.Read(Feed.Head));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(3000)]
    public void Few_rows_and_many_arrive_as_they_are(int count)
    {
        using var database = engine.OpenBook();
        var rows = RowsOf(count);

        database.Write(db => db.Insert("feed", rows));

        Assert.Equal(rows.Values.Select(Text), database.Read(Feeds));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(3000)]
    public void A_row_that_may_not_be_refuses_all_of_them(int count)
    {
        using var database = engine.OpenBook();
        var rows = RowsOf(count);
        rows.Values[^1][1] = 1L;

        var failure = Assert.ThrowsAny<DbException>(() => database.Write(db => db.Insert("feed", rows)));

        Assert.True(database.IsRefusal(failure));
        Assert.Empty(database.Read(Feeds));
    }

    [Fact]
    public void What_was_begun_is_there_for_the_next_statement()
    {
        using var database = engine.OpenBook();

        var found = database.Write(db =>
        {
            db.Insert("feed", RowsOf(3000));
            db.Start();
            return Feeds(db).Count;
        });

        Assert.Equal(3000, found);
    }

    [Fact]
    public void What_was_begun_and_fails_undoes_everything()
    {
        using var database = engine.OpenBook();
        var rows = RowsOf(3000);
        rows.Values[^1][1] = 1L;

        Assert.ThrowsAny<DbException>(() => database.Write(db =>
        {
            Feed.Publish(db, "one", Item(1), Audience.Everybody);
            db.Insert("feed", rows);
            db.Start();
        }));
        Assert.Throws<InvalidOperationException>(() => database.Write(db =>
        {
            db.Insert("feed", RowsOf(3000));
            db.Start();
            throw new InvalidOperationException("The work went wrong.");
        }));

        Assert.Empty(database.Read(Feeds));
        database.Write(db => db.Insert("feed", RowsOf(3)));
        Assert.Equal(3, database.Read(Feeds).Count);
    }

    [Fact]
    public void A_migration_runs_once()
    {
        using var database = engine.OpenBook();
        var run = database.Read(db => db.List<long>("SELECT number FROM migration ORDER BY number"));

        Migrations.Run(database);

        Assert.Equal(run, database.Read(db => db.List<long>("SELECT number FROM migration ORDER BY number")));
    }

    [Fact]
    public void A_feed_item_moves_to_the_end_when_it_changes()
    {
        using var database = engine.OpenBook();

        database.Write(db =>
        {
            Feed.Publish(db, "one", Item(1), Audience.Everybody);
            Feed.Publish(db, "two", Item(2), Audience.Everybody);
            Feed.Publish(db, "one", Item(3), Audience.Everybody);
        });

        var after = database.Read(db => Feed.After(db, terminal: 1, cursor: 0, most: 10).Items);
        Assert.Equal([(2ul, 2u), (3ul, 3u)], after.Select(item => (item.Position, item.RuleSet.Version)));
        var rest = database.Read(db => Feed.After(db, terminal: 1, cursor: 2, most: 10).Items);
        Assert.Equal([3ul], rest.Select(item => item.Position));
    }

    [Fact]
    public void Rules_are_published_as_the_next_version_and_reach_the_feed()
    {
        using var database = engine.OpenBook();
        var programmes = new ProgrammeBook(database, new TestSecrets(), _clock);
        programmes.SeedFirst();
        programmes.SeedFirst();

        var second = programmes.Publish(ProgrammeBook.FirstRules with { Rules = [] }, "test");

        Assert.Equal(2, second.Version);
        Assert.Empty(programmes.Current(1).Rules);
        var told = database.Read(db => Feed.After(db, terminal: 1, cursor: 0, most: 10).Items);
        Assert.Equal([1u, 2u], told.Select(item => item.RuleSet.Version));
        Assert.Throws<FormatException>(() => programmes.Publish(second with { Currency = "EUR" }, "test"));
        Assert.Throws<FormatException>(() => programmes.Publish(second with { MinorPerUnit = 0 }, "test"));
        Assert.Throws<FormatException>(() => programmes.Publish(second with { CardBalanceMost = 9 }, "test"));
    }

    [Fact]
    public void Rules_published_before_signatures_reach_the_feed_again_once_they_are_signed()
    {
        using var database = engine.OpenBook();
        var programmes = new ProgrammeBook(database, new TestSecrets(), _clock);
        programmes.SeedFirst();
        programmes.Publish(ProgrammeBook.FirstRules, "test");
        Assert.Empty(programmes.Unsigned());
        database.Write(db => db.Run("UPDATE rule_set SET signature = NULL WHERE version = 1"));
        Assert.Equal([1], programmes.Unsigned().Select(rules => rules.Version));

        programmes.SignUnsigned();

        Assert.Empty(programmes.Unsigned());
        var told = database.Read(db => Feed.After(db, terminal: 1, cursor: 2, most: 10).Items);
        Assert.Equal([(1u, 64)], told.Select(i => (i.RuleSet.Version, i.RuleSet.Signature.Length)));
        Assert.Equal(2, programmes.Current(1).Version);
    }

    [Fact]
    public void Members_are_listed_in_pages_and_found_by_name_or_phone()
    {
        using var database = engine.OpenBook();
        new ProgrammeBook(database, new TestSecrets(), _clock).SeedFirst();
        var members = new MemberBook(database, new TestSecrets(), _clock);
        foreach (var name in new[] { "Ada", "Grace", "Анна" })
            members.Add(1, new NewMember(name, $"+1 555 {name.Length}", "en"), "test");

        Assert.Equal(["Grace"], members.List("gRA", 0, 10).Rows.Select(member => member.Name));
        Assert.Equal(["Анна"], members.List("АННА", 0, 10).Rows.Select(member => member.Name));
        Assert.Equal(["Ada"], members.List("555 3", 0, 10).Rows.Select(member => member.Name));
        var page = members.List(null, 1, 1);
        Assert.Equal((3, "Grace"), (page.Total, page.Rows.Single().Name));
    }

    [Fact]
    public void A_plan_is_the_same_at_every_attempt_until_the_card_is_born()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var chip = Chip.FromFactory(1);
        var birth = hq.Personalise(chip);
        hq.Clock.Advance(TimeSpan.FromHours(1));

        var again = hq.Cards.Plan(chip.Uid, 1, TestSecrets.Versions, "test");
        Assert.Equal(birth.Proof, Headquarters.Personalise(chip, ((PlanAnswer.Planned)again).Plan).Proof);
        Assert.IsType<Verdict.Accepted>(hq.Cards.CompleteBirth(chip.Uid, birth, terminal: 0));

        Assert.IsType<Verdict.Duplicate>(hq.Cards.CompleteBirth(chip.Uid, birth, terminal: 0));
        Assert.Equal(
            new PlanAnswer.Refused("card-taken"),
            hq.Cards.Plan(chip.Uid, 1, TestSecrets.Versions, "test"));
        Assert.Equal(
            new PlanAnswer.Refused("member-unknown"),
            hq.Cards.Plan(chip.Uid, 99, TestSecrets.Versions, "test"));
        var card = Assert.Single(hq.Feed(), item => item.Card is not null).Card;
        Assert.Equal((SyncContract.CardStatus.Active, 1u), (card.Status, card.AcknowledgedCounter));
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(2200)]
    public void A_clock_that_no_record_can_hold_plans_no_new_card(int year)
    {
        using var hq = new Headquarters(engine.OpenBook());
        var (begun, fresh) = (Chip.FromFactory(1), Chip.FromFactory(2));
        var plan = hq.Plan(begun.Uid);
        hq.Clock.AdjustTime(new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero));

        var goesOn = hq.Cards.Plan(begun.Uid, plan.Card.Member, TestSecrets.Versions, "test");
        var refused = hq.Cards.Plan(fresh.Uid, plan.Card.Member, TestSecrets.Versions, "test");

        Assert.IsType<PlanAnswer.Planned>(goesOn);
        Assert.Equal(new PlanAnswer.Refused("clock-wrong"), refused);
        Assert.Null(hq.Database.Read(db => Card.Find(db, fresh.Uid.ToString(), 0)));
    }

    [Fact]
    public void A_birth_that_the_card_did_not_sign_activates_nothing()
    {
        using var hq = new Headquarters(engine.OpenBook());
        var chip = Chip.FromFactory(1);
        var birth = hq.Personalise(chip);

        var verdict = hq.Cards.CompleteBirth(
            chip.Uid, birth with { Steps = [.. birth.Steps.Skip(1)] }, terminal: 0);

        Assert.Equal(new Verdict.Parked("bad-proof", "mac"), verdict);
        Assert.Equal(SyncContract.CardStatus.Personalising, hq.CardOf(chip).Status);
        Assert.DoesNotContain(hq.Feed(), item => item.Card is not null);
    }

    private static readonly RowShape FeedShape = new(
        "name text, position bigint, body {bytes}, for_terminal bigint, for_card text");

    private static Rows RowsOf(int count) => new(FeedShape,
    [
        .. Enumerable.Range(1, count).Select(at => new object?[]
        {
            $"имя {at}", (long)at, BitConverter.GetBytes(at), at % 2 == 0 ? (long)at : null,
            at % 3 == 0 ? "" : null,
        }),
    ]);

    private static IReadOnlyList<string> Feeds(DbSession db) =>
        [.. db.List<dynamic>($"SELECT {FeedShape.Names} FROM feed ORDER BY position")
            .Select(row => Text([.. ((IDictionary<string, object?>)row).Values]))];

    private static string Text(object?[] row) => string.Join('|', row.Select(
        value => value is byte[] bytes ? Convert.ToHexString(bytes) : $"{value ?? "null"}"));

    private static FeedItem Item(uint version) => new() { RuleSet = new RuleSetItem { Version = version } };
}

public sealed class BookOnSqlite(SqliteEngine engine) : BookContract(engine), IClassFixture<SqliteEngine>
{
    [Fact]
    public void A_write_that_met_a_full_disk_does_not_poison_the_next()
    {
        const string Large = "INSERT INTO feed (name, position, body) VALUES ('large', 1, zeroblob(1000000))";
        using var database = engine.OpenBook();

        // What is full is this connection's view of the disk, and another one's is not.
        var full = Assert.Throws<SqliteException>(() => database.Write(db =>
        {
            db.Run("PRAGMA max_page_count = 1");
            db.Run(Large);
        }));
        database.Write(db => db.Run(Large));

        Assert.Equal(SQLitePCL.raw.SQLITE_FULL, full.SqliteErrorCode);
        Assert.Equal(1ul, database.Read(Feed.Head));
    }
}

public sealed class BookOnPostgres(PostgresCluster cluster) : BookContract(new PostgresEngine(cluster))
{
    [Fact]
    public void A_question_about_the_whole_book_may_take_longer_than_a_connection_waits()
    {
        using var database = PostgresDatabase.Open(cluster.CreateSchema() + ";Command Timeout=1");
        const string Sleep = "SELECT COUNT(*) FROM (SELECT pg_sleep(1.5)) AS slept";

        Assert.Equal(1, database.Read(db => db.Value<long>(Sleep)));
        Assert.ThrowsAny<DbException>(() => database.Write(db => db.Value<long>(Sleep)));
    }
}
