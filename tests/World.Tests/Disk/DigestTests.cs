namespace SmartCardCrm.World.Tests;

public sealed class DigestTests
{
    [Fact]
    public void The_same_seed_writes_the_same_bytes()
    {
        Assert.Equal(DigestOf(seed: 7, entries: 50), DigestOf(seed: 7, entries: 50));
    }

    [Fact]
    public void Another_seed_or_another_entry_writes_others()
    {
        var digest = DigestOf(seed: 7, entries: 50);

        // The seed shows in the salts of the log.
        Assert.NotEqual(digest, DigestOf(seed: 8, entries: 50));
        Assert.NotEqual(digest, DigestOf(seed: 7, entries: 51));
    }

    [Fact]
    public void SQLite_takes_the_rooms_time_for_the_time()
    {
        using var room = new DiskRoom(new Dice(1), JournalOnDisk.Epoch);
        using var connection = new SQLite.SQLiteConnection(room.NewDisk("till").PathOf("any.db"));

        room.Now += TimeSpan.FromDays(1);

        Assert.Equal("2026-01-06 08:00:00", connection.ExecuteScalar<string>("SELECT datetime('now')"));
    }

    private static string DigestOf(ulong seed, int entries)
    {
        var dice = new Dice(seed);
        using var room = new DiskRoom(dice, JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        using (var till = JournalOnDisk.Open(disk))
        {
            till.Append(entries);
            till.Database.Checkpoint();
            till.Journal.AcknowledgeThrough(3);
            disk.LosePower(dice);
        }

        disk.Revive();
        using (var till = JournalOnDisk.Open(disk))
            till.Append(2);
        return room.Digest;
    }
}
