using SQLite;

namespace SmartCardCrm.World.Tests;

public sealed class LockTests : IDisposable
{
    private readonly DiskRoom _room = new(new Dice(1), JournalOnDisk.Epoch);
    private readonly SQLiteConnection _one;
    private readonly SQLiteConnection _other;

    public LockTests()
    {
        var path = _room.NewDisk("till").PathOf("any.db");
        (_one, _other) = (new SQLiteConnection(path), new SQLiteConnection(path));
        _one.Execute("CREATE TABLE word(spelling TEXT)");
    }

    public void Dispose()
    {
        Assert.Null(_room.Fault);
        _one.Dispose();
        _other.Dispose();
        _room.Dispose();
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("wal")]
    public void Two_cannot_write_at_once(string journal)
    {
        _one.ExecuteScalar<string>($"PRAGMA journal_mode = {journal}");

        _one.Execute("BEGIN IMMEDIATE");

        var refused = Assert.Throws<SQLiteException>(() => _other.Execute("BEGIN IMMEDIATE"));
        Assert.Equal(SQLite3.Result.Busy, refused.Result);
        _one.Execute("COMMIT");
        _other.Execute("INSERT INTO word VALUES ('tap')");
    }

    [Fact]
    public void Without_a_log_a_writer_waits_for_its_readers_and_lets_no_new_ones_in()
    {
        _one.Execute("BEGIN");
        Assert.Equal(0, Count(_one));

        _other.Execute("BEGIN");
        _other.Execute("INSERT INTO word VALUES ('tap')");

        Assert.Throws<SQLiteException>(() => _other.Execute("COMMIT"));
        _one.Execute("COMMIT");
        Assert.Throws<SQLiteException>(() => Count(_one));
        _other.Execute("COMMIT");
        Assert.Equal(1, Count(_one));
    }

    [Fact]
    public void With_a_log_a_reader_keeps_its_snapshot_while_another_writes_and_checkpoints()
    {
        _one.ExecuteScalar<string>("PRAGMA journal_mode = WAL");
        _one.Execute("BEGIN");
        Assert.Equal(0, Count(_one));

        _other.Execute("INSERT INTO word VALUES ('tap')");
        var isBusy = _other.ExecuteScalar<int>("PRAGMA wal_checkpoint(TRUNCATE)");

        Assert.Equal(1, isBusy);
        Assert.Equal(0, Count(_one));
        _one.Execute("COMMIT");
        Assert.Equal(1, Count(_one));
        Assert.Equal(0, _other.ExecuteScalar<int>("PRAGMA wal_checkpoint(TRUNCATE)"));
    }

    private static int Count(SQLiteConnection connection) =>
        connection.ExecuteScalar<int>("SELECT count(*) FROM word");
}
