using Google.Protobuf;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World.Tests;

/// <summary>A journal that loses its beginning on a disk that loses power.</summary>
public sealed class CompactionCutTests
{
    private const int Intents = 60;
    private const int Cuts = 60;
    private const int AtOnce = 7;

    /// <summary>Between any two steps, and in the midst of one: it is whole, and goes on where it
    /// was.</summary>
    [Fact]
    public void A_journal_whose_compaction_loses_power_is_whole_and_goes_on()
    {
        using var room = new DiskRoom(new Dice(1), JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        Fill(disk);
        var image = disk.Copy();
        var before = Told(disk);

        var dropped = new HashSet<uint>();
        for (var cut = 0UL; cut < Cuts; cut++)
        {
            disk.Restore(image);
            disk.Revive();
            CutAfterSteps(disk, new Dice(cut));
            disk.Revive();
            Assert.Equal(before, Told(disk));
            dropped.Add(DropAll(disk));
            Assert.Equal(before, Told(disk));
        }

        Assert.Equal([(Intents * 2u) + 1], dropped);
        Assert.Null(room.Fault);
    }

    // Every other doubt stays open, the others have not happened; then the day is closed, and another.
    private static void Fill(SimulatedDisk disk)
    {
        using var till = JournalOnDisk.Open(disk);
        for (var i = 0; i < Intents; i++)
        {
            var intent = new Intent
            {
                OperationId = ByteString.CopyFrom(
                    new Guid(i, 0, 0, new byte[8]).ToByteArray(bigEndian: true)),
                Card = new CardRef { Uid = ByteString.CopyFrom(new byte[7]) },
                Redeemed = (uint)i,
            };
            till.Journal.Begin(sequence => sequence, _ => intent);
            var sequence = till.Journal.Head.Sequence;
            till.Journal.Append(i % 2 == 0
                ? new EntryBody { Doubt = new Doubt { IntentSequence = sequence } }
                : new EntryBody { Failure = new Failure { IntentSequence = sequence } });
        }

        for (var day = 1u; day <= 2; day++)
        {
            var totals = new DayTotals { Number = day }.ToByteString();
            till.Journal.Append(new EntryBody { DayClose = new DayClose { Totals = totals } });
        }

        till.Journal.AcknowledgeThrough(till.Journal.Head.Sequence);
        till.Database.Checkpoint();
    }

    private static void CutAfterSteps(SimulatedDisk disk, Dice dice)
    {
        using var till = JournalOnDisk.Open(disk);
        for (var steps = dice.Below(Intents / 3); steps > 0; steps--)
            till.Journal.Drop(uint.MaxValue, AtOnce);
        if (dice.Below(2) == 0)
        {
            var sync = dice.Below(5);
            disk.OnSync = (_, _) =>
            {
                if (sync-- == 0)
                    disk.LosePower(dice);
            };
            try
            {
                till.Database.Checkpoint();
            }
            catch (JournalFailedException)
            {
                // The power is off.
            }

            disk.OnSync = null;
        }

        if (!disk.IsDead)
            disk.LosePower(dice);
    }

    private static uint DropAll(SimulatedDisk disk)
    {
        using var till = JournalOnDisk.Open(disk);
        while (till.Journal.Drop(uint.MaxValue, AtOnce))
            Assert.Equal("ok", till.IntegrityCheck());
        return till.Database.Read(JournalRows.Base).Sequence;
    }

    private static string Told(SimulatedDisk disk)
    {
        using var till = JournalOnDisk.Open(disk);
        var doubts = till.Journal.OpenDoubts().Select(doubt => $"{doubt.Sequence} {doubt.Intent.Redeemed}");
        var head = till.Journal.Head;
        return $"{Convert.ToHexString(head.Hash.Span)} {till.Journal.NewestDay} {string.Join(',', doubts)}";
    }
}
