using SmartCardCrm.Terminal;
using SQLite;

namespace SmartCardCrm.World.Tests;

public sealed class DeathTests : IDisposable
{
    private readonly DiskRoom _room = new(new Dice(1), JournalOnDisk.Epoch);
    private readonly SimulatedDisk _disk;

    public DeathTests() => _disk = _room.NewDisk("till");

    public void Dispose() => _room.Dispose();

    [Fact]
    public void What_a_dead_process_leaves_behind_changes_nothing_any_more()
    {
        var till = JournalOnDisk.Open(_disk);
        till.Append(3);

        _disk.Die();
        var before = _room.Digest;

        Assert.Throws<JournalFailedException>(() => till.Append(1));
        till.Dispose();
        Assert.Equal(before, _room.Digest);
        Assert.True(_disk.LengthOf("journal.db-wal") > 0);
    }

    [Fact]
    public void A_dead_process_disturbs_no_new_one()
    {
        using var dead = JournalOnDisk.Open(_disk);
        dead.Append(3);
        dead.Database.Durably(c => c.Run("BEGIN IMMEDIATE"));

        _disk.Die();
        _disk.Revive();

        using var till = JournalOnDisk.Open(_disk);
        till.Append(1);
        dead.Dispose();
        till.Append(1);
        Assert.Equal(5u, till.Journal.Head.Sequence);
        Assert.Equal("ok", till.IntegrityCheck());
    }

    [Fact]
    public void Nothing_can_be_opened_before_the_machine_starts_again()
    {
        _disk.Die();

        Assert.Throws<JournalFailedException>(() => JournalOnDisk.Open(_disk));
    }

    [Fact]
    public void A_connection_that_ends_on_another_thread_changes_nothing()
    {
        using (var till = JournalOnDisk.Open(_disk))
            till.Append(1);
        var connection = new SQLiteConnection(_disk.PathOf("journal.db"));
        connection.Execute("INSERT INTO doubt_closed VALUES (1, 1)");
        var before = _room.Digest;

        var finalizer = new Thread(connection.Dispose);
        finalizer.Start();
        finalizer.Join();

        Assert.Equal(before, _room.Digest);
        Assert.True(_disk.LengthOf("journal.db-wal") > 0);
        using var again = JournalOnDisk.Open(_disk);
        Assert.Equal(1, again.Database.Read(c => c.Number("SELECT count(*) FROM doubt_closed")));
    }

    [Fact]
    public void Dead_processes_leave_no_memory_behind()
    {
        void LiveAndDie()
        {
            _disk.Revive();
            using var till = JournalOnDisk.Open(_disk);
            till.Append(10);
            _disk.Die();
        }

        LiveAndDie();
        var before = SQLitePCL.raw.sqlite3_memory_used();
        for (var i = 0; i < 20; i++)
            LiveAndDie();

        Assert.True(SQLitePCL.raw.sqlite3_memory_used() <= before);
    }

    [Fact]
    public void A_mistake_of_the_world_within_a_sync_is_kept_and_no_crash()
    {
        using var till = JournalOnDisk.Open(_disk);

        _disk.OnSync = (_, _) => throw new TimeZoneNotFoundException();

        Assert.Throws<JournalFailedException>(() => till.Append(1));
        Assert.IsType<TimeZoneNotFoundException>(_room.Fault);
        _disk.OnSync = null;
    }

    [Fact]
    public void A_new_room_ends_the_one_before()
    {
        using var till = JournalOnDisk.Open(_disk);

        using var room = new DiskRoom(new Dice(1), JournalOnDisk.Epoch);

        Assert.True(_disk.IsDead);
        Assert.Throws<JournalFailedException>(() => till.Append(1));
        using var other = JournalOnDisk.Open(room.NewDisk("till"));
        other.Append(1);
    }
}
