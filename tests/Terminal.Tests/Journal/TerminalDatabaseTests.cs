using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Terminal.Tests.Kit;
using SQLite;

namespace SmartCardCrm.Terminal.Tests;

public sealed class TerminalDatabaseTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("database-");
    private readonly FakeTimeProvider _clock = new();

    private string DatabasePath => Path.Combine(_folder.FullName, "terminal.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Both_connections_run_with_the_settings_that_durability_rests_on()
    {
        using var database = TerminalDatabase.Open(Seals.At(DatabasePath), _clock);

        var (durable, lazy) = (database.Durably(DatabaseSettings.Of), database.Read(DatabaseSettings.Of));

        Assert.Equal(new DatabaseSettings("wal", Synchronous: 2, AutoCheckpoint: 0), durable);
        Assert.Equal(new DatabaseSettings("wal", Synchronous: 1, AutoCheckpoint: 0), lazy);
    }

    [Fact]
    public void After_a_failure_nothing_is_written_or_read_any_more()
    {
        using var database = TerminalDatabase.Open(Seals.At(DatabasePath), _clock);

        Assert.Throws<JournalFailedException>(
            () => database.Durably(c => c.Run("INSERT INTO entry DEFAULT VALUES")));

        Assert.Throws<JournalFailedException>(() => database.Read(c => c.Number("SELECT 1")));
        Assert.Throws<JournalFailedException>(() => database.Lazily(_ => { }));
    }

    [Fact]
    public void A_query_that_runs_inside_the_same_query_disturbs_neither()
    {
        const string sql = "SELECT position FROM cursor WHERE position < ? ORDER BY name LIMIT 3";
        using var database = TerminalDatabase.Open(Seals.At(DatabasePath), _clock);

        Assert.Equal([3, 3, 3], database.Read(c => c.Rows(sql, _ => Count(c), 1000).ToList()));

        static int Count(PreparedConnection c) => c.Rows(sql, row => row.Number(0), 1000).Count();
    }

    /// <summary>The second row overflows, as a damaged page would end a query in its midst.</summary>
    [Fact]
    public void A_query_that_fails_midway_is_no_shorter_answer()
    {
        const string sql = "SELECT abs(column1) AS Sequence FROM (VALUES (1), (-9223372036854775808))";
        using var database = TerminalDatabase.Open(Seals.At(DatabasePath), _clock);

        Assert.Throws<JournalFailedException>(
            () => database.Read(c => c.Rows(sql, row => row.Number(0)).ToList()));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(-1)]
    public void A_database_of_a_newer_release_or_of_none_is_not_touched(int schema)
    {
        using (var connection = new SQLiteConnection(DatabasePath))
            connection.Execute($"PRAGMA user_version = {schema}");

        Assert.Throws<JournalFailedException>(() => TerminalDatabase.Open(Seals.At(DatabasePath), _clock));
        Assert.DoesNotContain(DatabasePath, OpenFiles());
    }

    [Fact]
    public void A_checkpoint_empties_the_log_and_loses_nothing()
    {
        using var database = TerminalDatabase.Open(Seals.At(DatabasePath), _clock);
        for (var i = 0; i < 200; i++)
            database.Durably(c => c.Run("INSERT INTO doubt_closed VALUES (?, 1)", i));
        var before = database.LogBytes;

        Assert.True(database.Checkpoint());

        Assert.True(database.LogBytes < before / 10);
        Assert.Equal(200, database.Read(c => c.Number("SELECT count(*) FROM doubt_closed")));
    }

    [Fact]
    public void The_log_is_as_long_as_its_file()
    {
        using var database = TerminalDatabase.Open(Seals.At(DatabasePath), _clock);
        for (var i = 0; i < 200; i++)
            database.Durably(c => c.Run("INSERT INTO doubt_closed VALUES (?, 1)", i));

        // The file has some bytes more for the header and each page.
        var file = new FileInfo(DatabasePath + "-wal").Length;
        Assert.InRange(database.LogBytes, file * 99 / 100, file);
    }

    [Theory]
    [InlineData(100, 60, false)]
    [InlineData(2 << 20, 1, false)]
    [InlineData(2 << 20, 6, true)]
    [InlineData(300 << 20, 0, true)]
    public void A_checkpoint_waits_for_an_idle_moment_unless_the_log_is_huge(
        long bytes, int idleSeconds, bool due)
    {
        Assert.Equal(due, IdleCheckpoint.IsDue(bytes, TimeSpan.FromSeconds(idleSeconds)));
    }

    [Fact]
    public void Idle_time_counts_from_the_last_durable_commit()
    {
        using var database = TerminalDatabase.Open(Seals.At(DatabasePath), _clock);
        _clock.Advance(TimeSpan.FromSeconds(3));
        database.Durably(c => c.Run("INSERT INTO doubt_closed VALUES (1, 1)"));
        _clock.Advance(TimeSpan.FromSeconds(2));
        database.Lazily(c => c.Run("INSERT INTO doubt_closed VALUES (2, 1)"));

        Assert.Equal(TimeSpan.FromSeconds(2), database.Idle);
    }

    private static IEnumerable<string?> OpenFiles() =>
        Directory.GetFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget);
}
