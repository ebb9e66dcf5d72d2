using Google.Protobuf;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World.Tests;

/// <summary>A journal of a release that sealed nothing, on a disk that loses power while it is
/// sealed.</summary>
public sealed class SealingCutTests
{
    private const int Cuts = 40;
    private static readonly byte[] Plain = [.. Enumerable.Range(1, 40).Select(i => (byte)i)];

    // As schema 5 had them.
    private static readonly string[] Unsealed =
    [
        "DROP TABLE journal_key",
        "DROP TABLE audit_head",
        "DROP TABLE card",
        "DROP TABLE card_action",
        "CREATE TABLE card(uid TEXT PRIMARY KEY, item BLOB NOT NULL)",
        """
        CREATE TABLE card_action(
            uid TEXT, generation INTEGER, number INTEGER, points INTEGER NOT NULL,
            PRIMARY KEY(uid, generation, number)) WITHOUT ROWID
        """,
        "ALTER TABLE hotlist DROP COLUMN version",
        "ALTER TABLE hotlist DROP COLUMN is_signed",
        "PRAGMA user_version = 5",
    ];

    [Fact]
    public void A_journal_whose_sealing_loses_power_is_sealed_at_the_next_start()
    {
        using var room = new DiskRoom(new Dice(1), JournalOnDisk.Epoch);
        var disk = room.NewDisk("till");
        var head = Fill(disk);
        var image = disk.Copy();

        var died = 0;
        for (var cut = 0UL; cut < Cuts; cut++)
        {
            disk.Restore(image);
            disk.Revive();
            died += CutWhileOpening(disk, new Dice(cut), (int)cut / 2) ? 1 : 0;
            disk.Revive();
            using (var till = JournalOnDisk.Open(disk))
            {
                Assert.Equal(head, Convert.ToHexString(till.Journal.Head.Hash.Span));
                Assert.Equal("ok", till.IntegrityCheck());
                Assert.Equal(DatabaseSchema.Newest, till.Database.Read(c => c.Number("PRAGMA user_version")));
                Assert.Equal(0, till.Database.Read(c => c.Number("PRAGMA freelist_count")));
                Assert.Empty(till.Database.Read(
                    c => c.Rows("SELECT instr(body, ?) FROM entry", row => row.Number(0), Plain)
                        .Where(at => at > 0).ToList()));
            }
        }

        Assert.InRange(died, Cuts / 4, Cuts);
        Assert.Null(room.Fault);
    }

    private static string Fill(SimulatedDisk disk)
    {
        using var till = JournalOnDisk.Open(disk);
        for (var i = 0; i < 60; i++)
        {
            till.Journal.Append(new EntryBody
            {
                Doubt = new Doubt
                {
                    IntentSequence = 1000,
                    EncryptedPreviousReaderId = ByteString.CopyFrom(Plain),
                },
            });
        }

        var entries = till.Journal.Unsent(0, int.MaxValue, int.MaxValue);
        till.Database.Lazily(c =>
        {
            foreach (var entry in entries)
            {
                c.Run(
                    "UPDATE entry SET body = ? WHERE sequence = ?", entry.Body.ToByteArray(),
                    (long)entry.Sequence);
            }

            foreach (var statement in Unsealed)
                c.Run(statement);
        });
        till.Database.Checkpoint();
        return Convert.ToHexString(till.Journal.Head.Hash.Span);
    }

    private static bool CutWhileOpening(SimulatedDisk disk, Dice dice, int sync)
    {
        disk.OnSync = (_, _) =>
        {
            if (sync-- == 0)
                disk.LosePower(dice);
        };
        try
        {
            JournalOnDisk.Open(disk).Dispose();
            return false;
        }
        catch (JournalFailedException) when (disk.IsDead)
        {
            return true;
        }
        finally
        {
            disk.OnSync = null;
            if (!disk.IsDead)
                disk.LosePower(dice);
        }
    }
}
