using Microsoft.Data.Sqlite;
using SmartCardCrm.Server.Storage.Sqlite;
using SmartCardCrm.Terminal;
using SQLite;

// SQLite has one file system a process.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace SmartCardCrm.World.Tests;

public sealed class DiskTests : IDisposable
{
    private readonly DiskRoom _room = new(new Dice(1), JournalOnDisk.Epoch);
    private readonly SimulatedDisk _disk;

    public DiskTests() => _disk = _room.NewDisk("till");

    public void Dispose()
    {
        Assert.Null(_room.Fault);
        _room.Dispose();
    }

    [Fact]
    public void What_sqlite_net_writes_another_library_reads()
    {
        var path = _disk.PathOf("any.db");

        using (var writer = new SQLiteConnection(path))
            writer.Execute("CREATE TABLE word AS SELECT 'tap' AS spelling");

        using var reader = new SqliteConnection($"Data Source={path};Pooling=False");
        reader.Open();
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT spelling FROM word";
        Assert.Equal("tap", command.ExecuteScalar());
    }

    [Fact]
    public void The_server_stores_here()
    {
        using var database = SqliteDatabase.Open(_disk.PathOf("server.db"));

        database.Write(db => db.Run("CREATE TABLE word (spelling TEXT)"));
        database.Write(db => db.Run("INSERT INTO word VALUES ('tap')"));

        Assert.Equal("tap", database.Read(db => db.Value<string>("SELECT spelling FROM word")));
        Assert.True(_disk.LengthOf("server.db-wal") > 0);
    }

    [Fact]
    public void An_append_to_the_journal_is_one_sync()
    {
        using var till = JournalOnDisk.Open(_disk);
        var before = _disk.Syncs;

        till.Append(100);

        Assert.Equal(100, _disk.Syncs - before);
        Assert.Equal(0, _disk.UnsyncedWrites);
    }

    [Fact]
    public void What_is_noted_lazily_is_no_sync()
    {
        using var till = JournalOnDisk.Open(_disk);
        var before = _disk.Syncs;

        till.Journal.AcknowledgeThrough(1);

        Assert.Equal(before, _disk.Syncs);
        Assert.NotEqual(0, _disk.UnsyncedWrites);
    }

    [Fact]
    public void A_path_that_leads_nowhere_cannot_be_opened()
    {
        Assert.Throws<SQLiteException>(() => new SQLiteConnection("/tmp/any.db"));
        Assert.Throws<SQLiteException>(() => new SQLiteConnection("any.db"));
        Assert.Throws<SQLiteException>(() => new SQLiteConnection("/sim/99/any.db"));
    }

    [Fact]
    public void What_does_not_fit_in_memory_is_sorted_in_a_temporary_file()
    {
        using var connection = new SQLiteConnection(_disk.PathOf("any.db"));
        connection.ExecuteScalar<int>("PRAGMA cache_size = 10");
        var before = (_room.Digest, _disk.BytesWritten);

        var last = connection.ExecuteScalar<int>(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            SELECT i FROM (SELECT i, hex(zeroblob(200)) || i AS long FROM n ORDER BY long LIMIT -1 OFFSET 10)
            ORDER BY long DESC LIMIT 1
            """);

        Assert.Equal(9999, last);
        Assert.NotEqual(before.Digest, _room.Digest);
        Assert.Equal(before.BytesWritten, _disk.BytesWritten);
    }

    [Fact]
    public void A_full_disk_fails_the_journal_and_serves_it_again_when_there_is_room()
    {
        using var till = JournalOnDisk.Open(_disk);
        till.Append(1);

        _disk.Full = true;
        var failure = Assert.Throws<JournalFailedException>(() => till.Append(1));

        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
        _disk.Full = false;
        till.Dispose();
        using var again = JournalOnDisk.Open(_disk);
        again.Append(1);
        Assert.Equal(2u, again.Journal.Head.Sequence);
    }

    [Fact]
    public void An_image_brings_back_what_was()
    {
        DiskImage image;
        using (var till = JournalOnDisk.Open(_disk))
        {
            till.Append(3);
            image = _disk.Copy();
            till.Append(4);
            _disk.Restore(image);
        }

        _disk.Revive();

        using var restored = JournalOnDisk.Open(_disk);
        Assert.Equal(3u, restored.Journal.Head.Sequence);
    }

    [Fact]
    public void A_new_disk_is_empty()
    {
        using (var till = JournalOnDisk.Open(_disk))
            till.Append(3);

        _disk.Wipe();
        _disk.Revive();

        Assert.False(_disk.Exists("journal.db"));
        using var anew = JournalOnDisk.Open(_disk);
        Assert.Equal(0u, anew.Journal.Head.Sequence);
    }
}
