using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Terminal;

namespace SmartCardCrm.World;

/// <summary>One terminal: its box, its disk, and the process that runs on it while it runs.</summary>
internal sealed class TerminalMachine
{
    /// <summary>Why a stolen terminal does not sell.</summary>
    public const string Stolen = "stolen";

    private const int StepsMost = 25;

    // At the end the oracle asks for every day that ever was: what may go is noted, and nothing goes.
    // Worlds in which little happens last for lifetimes.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365_000);

    private readonly ChainWorld _world;
    private readonly List<Till> _dead = [];
    private readonly JournalFile _file;
    private TapLoop? _loop;
    private Compaction? _compaction;
    private int _working;
    private bool _hasLied;

    public TerminalMachine(ChainWorld world, uint number, int store)
    {
        _world = world;
        (Number, Store) = (number, store);
        Disk = world.Disks.NewDisk($"terminal-{number}");
        Disk.OnSync = Syncing;
        _file = new JournalFile(Disk.PathOf("journal.db"), new JournalSeal(
            new byte[JournalSeal.KeyLength], Dice.For(world.Plan.Seed, $"seal-{number}").Fill));
        Clock = new MachineClock(world.Timeline);
        Reader = new ReaderSlot(world, this);
        Line = new NetworkLine(world, this);
    }

    /// <summary>One incarnation of a journal.</summary>
    public uint Number { get; }

    public int Store { get; }

    public SimulatedDisk Disk { get; }

    public MachineClock Clock { get; }

    public ReaderSlot Reader { get; }

    public NetworkLine Line { get; }

    public TerminalKeys Keys { get; private set; } = new();

    /// <summary>Null while the process does not run.</summary>
    public Till? Till { get; private set; }

    public bool IsUp => Till is not null && !IsDead;

    /// <summary>The process was killed a moment ago: what of it still runs does so without effect.</summary>
    public bool IsDead { get; private set; }

    /// <summary>It will never sell again under this number: revoked, stolen, or another incarnation of its
    /// journal was seen.</summary>
    public string? Halted { get; private set; }

    /// <summary>Revoked or stolen: what it has not reported is lost, and nothing else of it.</summary>
    public bool IsGoneForGood => Halted is Stolen or Terminal.Sync.SyncCode.TerminalRevoked;

    /// <summary>What the disk lost is its own fault: it lied, was damaged, replaced or rolled back.</summary>
    public bool DiskBetrayed { get; set; }

    /// <summary>The newest rules that headquarters has told it and that it has kept.</summary>
    public int RulesKnown { get; set; }

    /// <summary>When it last had all that headquarters says; the year 1 where it never had.</summary>
    public DateTimeOffset HeardAll { get; set; }

    /// <summary>The cards that headquarters has told it not to serve.</summary>
    public Listing Listing { get; } = new();

    /// <summary>Why the process ended last; null where it did not end by itself.</summary>
    public string? Failure { get; private set; }

    /// <summary>Starts the process, if it can be started.</summary>
    /// <returns>Whether it runs now.</returns>
    public bool Start()
    {
        if (Till is not null || Halted is not null)
            return IsUp;
        Bury();
        Disk.Revive();
        IsDead = false;
        Keys.Dispose();
        Keys = _world.Office.LimitsOf(Number) is { NeedKeys: false }
            ? new TerminalKeys()
            : _world.KeysFor(Number);
        try
        {
            Till = Till.Open(
                _file, ChainWorld.ProfileOf(this), Keys,
                _world.TrustOf(Number),
                new TapSurroundings(Clock, _world.RandomOf(this), NullLogger.Instance));
        }
        catch (JournalFailedException failed) when (!IsDead)
        {
            Failure = failed.Message;
            _world.Story.Note(Column.Terminal, "terminal {0} cannot start: {1}", Number, failed.Message);
            Disk.Die();
            return false;
        }
        catch (Exception wrong) when (IsDead && wrong is not ViolationException)
        {
            return false;
        }

        Failure = null;
        RulesKnown = Till.Replica.Current?.Version ?? 0;
        Listing.Restarted(Till.Replica.Cursor);
        Till.Journal.Grew += Line.JournalGrew;
        Till.Headquarters = new CentralHeadquarters(_world, this);
        _loop = new TapLoop(Reader, Till);
        _compaction = Till.Compacting(Kept);
        _world.Story.Note(
            Column.Terminal, "terminal {0} starts at entry {1}", Number, Till.Journal.Head.Sequence);
        _world.Promises.Restarted(this);
        if (Reader.Present is null)
            Run();
        return IsUp;
    }

    /// <summary>The process ends this moment, or the power with it.</summary>
    public void Die(bool power)
    {
        if (IsDead || Till is null)
            return;
        DiskBetrayed |= power && (Disk.LiesAboutSync || _hasLied);
        IsDead = true;
        _world.Strike(power ? Fault.PowerCut : Fault.Kill);
        _world.Story.Note(
            Column.Terminal, power ? "terminal {0} loses power" : "terminal {0} is killed", Number);
        if (power)
            Disk.LosePower(_world.DiskDice);
        else
            Disk.Die();
    }

    /// <summary>The process is stopped for good.</summary>
    public void End()
    {
        if (Till is null)
            return;
        IsDead = true;
        Disk.Die();
        Bury();
    }

    /// <summary>Lets the tap loop do all it wants.</summary>
    public void Run()
    {
        for (var steps = 0; IsUp; steps++)
        {
            if (steps == StepsMost)
                throw new ViolationException(new Violation("liveness", $"terminal {Number} never rests"));
            if (!Guarded(() => _loop!.Step()))
                break;
        }

        Bury();
    }

    /// <summary>Nobody sells at the moment: the housekeeping looks at the journal.</summary>
    public void KeepSmall()
    {
        if (!IsUp)
            return;
        Guarded(() =>
        {
            IdleCheckpoint.Look(Till!.Database, _compaction!);
            return true;
        });
        Bury();
    }

    /// <summary>Does something with the running process; where its journal fails, the process ends, as it
    /// does in production.</summary>
    /// <returns>What the work returned; false where the process ended in it.</returns>
    public bool Guarded(Func<bool> work)
    {
        _working++;
        try
        {
            return work() && !IsDead;
        }
        catch (Exception wrong) when (IsDead && wrong is not ViolationException)
        {
            return false;
        }
        catch (JournalFailedException failed)
        {
            Failure = failed.Message;
            _world.Story.Note(Column.Terminal, "terminal {0} ends: {1}", Number, failed.Message);
            IsDead = true;
            Disk.Die();
            return false;
        }
        finally
        {
            _working--;
        }
    }

    /// <summary>It will never sell again under this number.</summary>
    public void Halt(string code)
    {
        Halted ??= code;
        _world.Story.Note(Column.Terminal, "terminal {0} stops selling: {1}", Number, code);
        _world.Caretaker.Call(this);
    }

    /// <summary>Lets go of what a killed process held, once nothing of it is on the stack.</summary>
    public void Bury()
    {
        if (_working > 0)
            return;
        if (IsDead && Till is { } till)
        {
            till.Journal.Grew -= Line.JournalGrew;
            Line.Break();
            _dead.Add(till);
            (Till, _loop, _compaction) = (null, null, null);
            _world.Caretaker.Call(this);
        }

        _dead.ForEach(t => t.Dispose());
        _dead.Clear();
    }

    private void Syncing(SyncMoment moment, string file)
    {
        // What a lie left unsynced is safe once everything is.
        _hasLied = Disk.LiesAboutSync || (_hasLied && Disk.UnsyncedWrites > 0);
        if (Reader.Present?.Syncs(moment) is { } mishap)
            Die(mishap.CutsPower);
    }
}
