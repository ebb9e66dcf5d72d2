using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World.Tests;

/// <summary>A terminal's journal on a simulated disk, from one start of the terminal to its end.</summary>
internal sealed class JournalOnDisk : IDisposable
{
    public static readonly DateTimeOffset Epoch = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    private JournalOnDisk(TerminalDatabase database, TimeProvider clock)
    {
        Database = database;
        Journal = Journal.Open(database, clock);
    }

    public TerminalDatabase Database { get; }

    public Journal Journal { get; }

    /// <exception cref="JournalFailedException">The disk fails, or holds something else.</exception>
    public static JournalOnDisk Open(SimulatedDisk disk)
    {
        var clock = new MachineClock(new Timeline(Epoch));
        var database = TerminalDatabase.Open(FileOn(disk), clock);
        try
        {
            return new JournalOnDisk(database, clock);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Its journal, under a key that is every test's.</summary>
    public static JournalFile FileOn(SimulatedDisk disk) => new(
        disk.PathOf("journal.db"), new JournalSeal(new byte[JournalSeal.KeyLength], new Dice(1).Fill));

    public void Append(int times)
    {
        for (var i = 0; i < times; i++)
            Journal.Append(new EntryBody { Failure = new Failure { IntentSequence = 1000 } });
    }

    public string IntegrityCheck() =>
        Database.Read(c => c.Text("PRAGMA integrity_check"));

    public void Dispose() => Database.Dispose();
}
