using Google.Protobuf;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World.Tests;

public sealed class DamageTests
{
    private const int Seeds = 1000;
    private const int Intents = 200;

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

    [Fact]
    public void A_damaged_journal_never_forgets_a_doubt_or_what_became_of_a_sale()
    {
        using var room = new DiskRoom(new Dice(1), JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        FillWithIntents(disk);
        var image = disk.Copy();
        var expected = Told(disk);

        var refused = 0;
        for (var seed = 0UL; seed < Seeds / 2; seed++)
        {
            disk.Restore(image);
            disk.Damage(new Dice(seed));
            disk.Revive();
            try
            {
                Assert.Equal(expected, Told(disk));
            }
            catch (JournalFailedException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, (Seeds / 2) - 1);
    }

    // The first half of them end in doubt, the others as a crash leaves them.
    private static void FillWithIntents(SimulatedDisk disk)
    {
        using var till = JournalOnDisk.Open(disk);
        for (var i = 0; i < Intents; i++)
        {
            var intent = new Intent
            {
                OperationId = ByteString.CopyFrom(Operation(i).ToByteArray(bigEndian: true)),
                Card = new CardRef { Uid = ByteString.CopyFrom(new byte[7]) },
            };
            till.Journal.Begin(sequence => sequence, _ => intent);
            if (i < Intents / 2)
                till.Journal.Append(
                    new EntryBody { Doubt = new Doubt { IntentSequence = till.Journal.Head.Sequence } });
        }

        till.Database.Checkpoint();
        till.Append(20);
    }

    private static string Told(SimulatedDisk disk)
    {
        using var till = JournalOnDisk.Open(disk);
        var doubts = till.Journal.OpenDoubts().Select(doubt => $"{doubt.Sequence}");
        var traces = Enumerable.Range(0, Intents / 10).Select(i => till.Journal.Trace(Operation(i * 10)))
            .Select(trace => $"{trace?.Sequence}:{trace?.Closings.Count}");
        return string.Join(' ', doubts.Concat(traces));
    }

    private static Guid Operation(int number) => new(number, 0, 0, new byte[8]);

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
