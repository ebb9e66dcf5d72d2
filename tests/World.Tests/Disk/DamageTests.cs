using SmartCardCrm.Terminal;

namespace SmartCardCrm.World.Tests;

public sealed class DamageTests
{
    private const int Seeds = 1000;

    [Fact]
    public void A_damaged_journal_is_refused_or_ends_earlier_but_never_tells_another_story()
    {
        using var room = new DiskRoom(new Dice(1), JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        var (image, hashes) = Filled(disk);

        var (refused, shorter) = (0, 0);
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            disk.Restore(image);
            Assert.NotNull(disk.Damage(new Dice(seed)));
            disk.Revive();
            try
            {
                using var till = JournalOnDisk.Open(disk);
                var head = till.Journal.Head;
                Assert.Equal(hashes[(int)head.Sequence], head.Hash.ToArray());
                shorter += head.Sequence + 1 < hashes.Count ? 1 : 0;
            }
            catch (JournalFailedException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, Seeds / 20, Seeds);
        Assert.NotEqual(0, shorter);
        Assert.Null(room.Fault);
    }

    // Half of it in the database, half still in the log, as after a crash.
    private static (DiskImage Image, List<byte[]> Hashes) Filled(SimulatedDisk disk)
    {
        using var till = JournalOnDisk.Open(disk);
        till.Append(360);
        till.Database.Checkpoint();
        till.Append(40);
        List<byte[]> hashes =
            [.. Enumerable.Range(0, 401).Select(i => Assert.IsType<byte[]>(till.Journal.HashOf((uint)i)))];
        return (disk.Copy(), hashes);
    }
}
