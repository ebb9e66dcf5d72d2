using SmartCardCrm.Terminal;

namespace SmartCardCrm.World.Tests;

public sealed class PowerCutTests
{
    private const int SeedsPerMoment = 8;
    private const string Insert = "INSERT INTO doubt_closed VALUES (?, 1)";

    [Fact]
    public void What_the_journal_said_was_written_survives_a_power_cut_at_any_sync()
    {
        var moments = CountMoments();
        Assert.InRange(moments, 40, 200);

        for (var moment = 0; moment < moments; moment++)
        {
            for (var seed = 0; seed < SeedsPerMoment; seed++)
                CutAt(moment, new Dice((ulong)(moment * SeedsPerMoment + seed)));
        }
    }

    [Fact]
    public void What_was_written_lazily_is_lost_from_the_end_and_never_from_the_middle()
    {
        var lost = 0;
        for (var seed = 0UL; seed < 200; seed++)
            lost += LazyRowsLost(new Dice(seed));

        Assert.NotEqual(0, lost);
    }

    [Fact]
    public void A_disk_that_lies_about_syncs_loses_what_the_journal_said_was_written()
    {
        var lost = 0;
        for (var seed = 0UL; seed < 50; seed++)
            lost += EntriesLostByLies(new Dice(seed));

        Assert.NotEqual(0, lost);
    }

    [Fact]
    public void A_disk_that_loses_nothing_holds_what_was_not_synced_too()
    {
        using var room = new DiskRoom(new Dice(1), JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        disk.LiesAboutSync = true;
        using (var till = JournalOnDisk.Open(disk))
            till.Append(5);

        disk.Die();
        disk.Revive();

        using var again = JournalOnDisk.Open(disk);
        Assert.Equal(5u, again.Journal.Head.Sequence);
    }

    private static int CountMoments()
    {
        var moments = 0;
        using var room = new DiskRoom(new Dice(1), JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        disk.OnSync = (_, _) => moments++;
        var written = Sell(disk);
        Assert.Equal(9u, written.Sequence);
        return moments;
    }

    private static void CutAt(int moment, Dice dice)
    {
        using var room = new DiskRoom(dice, JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        var passed = 0;
        disk.OnSync = (_, _) =>
        {
            if (passed++ == moment)
                disk.LosePower(dice);
        };

        var written = Sell(disk);
        Assert.True(disk.IsDead || passed == moment);
        disk.OnSync = null;
        disk.Revive();

        using var again = JournalOnDisk.Open(disk);
        Assert.InRange(again.Journal.Head.Sequence, written.Sequence, written.Sequence + 1);
        Assert.Equal(written.Hash.ToArray(), again.Journal.HashOf(written.Sequence));
        Assert.Equal("ok", again.IntegrityCheck());
        again.Append(1);
        Assert.Null(room.Fault);
    }

    // A day in short: sales, what headquarters acknowledged, a checkpoint, more sales, the end.
    private static JournalHead Sell(SimulatedDisk disk)
    {
        var written = JournalHead.Empty;
        try
        {
            using var till = JournalOnDisk.Open(disk);
            for (var sale = 0; sale < 9; sale++)
            {
                till.Append(1);
                written = till.Journal.Head;
                till.Journal.AcknowledgeThrough(written.Sequence);
                if (sale == 5)
                    till.Database.Checkpoint();
            }
        }
        catch (JournalFailedException) when (disk.IsDead)
        {
            // The power cut that the test asked for.
        }

        return written;
    }

    private static int LazyRowsLost(Dice dice)
    {
        using var room = new DiskRoom(dice, JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        var (rows, durable) = (1 + dice.Below(12), 0);
        using (var till = JournalOnDisk.Open(disk))
        {
            for (var row = 1; row <= rows; row++)
            {
                if (dice.Chance(0.2))
                    durable = till.Database.Durably(c => c.Run(Insert, row)) * row;
                else
                    till.Database.Lazily(c => c.Run(Insert, row));
            }

            disk.LosePower(dice);
        }

        disk.Revive();
        using var again = JournalOnDisk.Open(disk);
        var kept = again.Database.Read(
            c => c.Rows(
                "SELECT intent_sequence FROM doubt_closed ORDER BY intent_sequence",
                row => (int)row.Number(0)).ToList());
        Assert.Equal(Enumerable.Range(1, kept.Count), kept);
        Assert.InRange(kept.Count, durable, rows);
        return rows - kept.Count;
    }

    private static int EntriesLostByLies(Dice dice)
    {
        using var room = new DiskRoom(dice, JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        using (var till = JournalOnDisk.Open(disk))
        {
            till.Append(2);
            disk.LiesAboutSync = true;
            till.Append(5);
            disk.LosePower(dice);
        }

        disk.Revive();
        using var again = JournalOnDisk.Open(disk);
        Assert.InRange(again.Journal.Head.Sequence, 2u, 7u);
        return 7 - (int)again.Journal.Head.Sequence;
    }
}
