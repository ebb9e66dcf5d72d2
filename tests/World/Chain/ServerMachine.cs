using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage.Sqlite;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.World;

/// <summary>Headquarters: its disk, and the process that runs on it while it runs.</summary>
internal sealed class ServerMachine
{
    private static readonly TimeSpan GatherMost = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FeedMost = TimeSpan.FromMinutes(8);

    private readonly ChainWorld _world;
    private readonly List<SqliteDatabase> _dead = [];
    private readonly List<(Delivery Delivery, NetworkLine.Call Call)> _waiting = [];
    private readonly Dictionary<uint, uint> _acknowledged = [];
    private int _working;
    private bool _commitArranged;
    private bool _feedArranged;

    public ServerMachine(ChainWorld world)
    {
        _world = world;
        Disk = world.Disks.NewDisk("server");
        Disk.OnSync = Syncing;
        Clock = new MachineClock(world.Timeline);
    }

    public SimulatedDisk Disk { get; }

    public MachineClock Clock { get; }

    /// <summary>Null while the process does not run.</summary>
    public ServerRooms? Rooms { get; private set; }

    public bool IsDead { get; private set; }

    public bool IsUp => Rooms is not null && !IsDead;

    /// <summary>At which sync from now on the server dies; 0 for none.</summary>
    public int DiesAtSync { get; set; }

    /// <summary>Starts the process.</summary>
    /// <returns>Whether it runs now.</returns>
    public bool Start()
    {
        if (Rooms is not null)
            return IsUp;
        Disk.Revive();
        IsDead = false;
        SqliteDatabase? database = null;
        try
        {
            database = SqliteDatabase.Open(Disk.PathOf("book.db"));
            Rooms = new ServerRooms(_world, database, Clock);
        }
        catch (SqliteException failed)
        {
            _world.Story.Note(Column.Server, "server cannot start: {0}", failed.Message);
            database?.Dispose();
            Disk.Die();
            return false;
        }

        _world.Story.Note(Column.Server, "server starts");
        foreach (var (terminal, through) in _acknowledged)
        {
            var head = Rooms.Database.Read(db => Journals.Head(db, terminal)).Sequence;
            Truth.Demand(
                head >= through, "acknowledged",
                $"server had acknowledged {through} of terminal {terminal} and has {head}");
        }

        _world.Book.Restarted(Rooms);
        return true;
    }

    /// <summary>The process ends this moment, or the power with it.</summary>
    public void Die(bool power)
    {
        if (IsDead || Rooms is null)
            return;
        IsDead = true;
        _world.Strike(Fault.Server);
        _world.Story.Note(Column.Server, power ? "server loses power" : "server is killed");
        if (power)
            Disk.LosePower(_world.DiskDice);
        else
            Disk.Die();
    }

    /// <summary>The process is stopped for good.</summary>
    public void End()
    {
        if (Rooms is null)
            return;
        IsDead = true;
        Disk.Die();
        Bury();
    }

    /// <summary>The disk goes back to how it was.</summary>
    public void Restore(DiskImage image)
    {
        Disk.Restore(image);
        Forget();
    }

    /// <summary>Lets go of what a killed process held, once nothing of it is on the stack.</summary>
    public void Bury()
    {
        if (_working > 0)
            return;
        if (IsDead && Rooms is { } rooms)
        {
            _waiting.Clear();
            foreach (var terminal in _world.Terminals)
                terminal.Line.Break();
            _dead.Add(rooms.Database);
            Rooms = null;
            _world.Caretaker.CallToServer();
        }

        _dead.ForEach(d => d.Dispose());
        _dead.Clear();
    }

    /// <summary>Does something in the book; where its disk fails, nothing of it is done.</summary>
    /// <returns>Whether it was done.</returns>
    public bool Guarded(Action work)
    {
        _working++;
        try
        {
            work();
            return !IsDead;
        }
        catch (Exception wrong) when (IsDead && wrong is not ViolationException)
        {
            return false;
        }
        catch (SqliteException failed) when (Disk.Full)
        {
            _world.Story.Note(Column.Server, "server's disk is full: {0}", failed.Message);
            return false;
        }
        finally
        {
            _working--;
            Bury();
        }
    }

    /// <summary>Entries wait to be taken with others.</summary>
    public void Take(Delivery delivery, NetworkLine.Call call)
    {
        _waiting.Add((delivery, call));
        if (_commitArranged)
            return;
        _commitArranged = true;
        _world.Timeline.Deliver(_world.Timeline.Now + _world.NetworkDice.Within(GatherMost), Commit);
    }

    /// <summary>The change feed may have grown.</summary>
    public void Ring()
    {
        if (_feedArranged)
            return;
        _feedArranged = true;
        var wait = _world.NetworkDice.Within(_world.NetworkDice.Chance(0.3) ? GatherMost : FeedMost);
        _world.Timeline.Deliver(_world.Timeline.Now + wait, Feed);
    }

    private void Commit()
    {
        _commitArranged = false;
        if (!IsUp || _waiting.Count == 0)
            return;
        var together = _waiting.ToList();
        _waiting.Clear();
        var taken = Guarded(() => Rooms!.Intake.Take([.. together.Select(w => w.Delivery)]));
        foreach (var (delivery, call) in together)
        {
            if (taken)
                Acknowledge(delivery, call);
            else if (!IsDead)
                call.End("internal");
        }

        if (IsUp)
        {
            _world.Book.Watch(Rooms!);
            Ring();
        }

        Bury();
    }

    private void Acknowledge(Delivery delivery, NetworkLine.Call call)
    {
        var through = delivery.Entries[^1].Sequence;
        _acknowledged[delivery.Terminal] = Math.Max(
            through, _acknowledged.GetValueOrDefault(delivery.Terminal));
        _world.Story.Note(
            Column.Server, "server has taken {0} entries of terminal {1}, through {2}",
            delivery.Entries.Count, delivery.Terminal, through);
        call.Answer(ExchangeMachine.Acknowledgement(delivery));
    }

    private void Feed()
    {
        _feedArranged = false;
        if (!IsUp)
            return;
        foreach (var terminal in _world.Terminals)
            terminal.Line.Feed();
    }

    private void Forget()
    {
        _acknowledged.Clear();
        _world.WasRestored = true;
    }

    private void Syncing(SyncMoment moment, string file)
    {
        if (moment != SyncMoment.Before || DiesAtSync == 0 || --DiesAtSync > 0)
            return;
        Die(_world.ServerDice.Chance(0.5));
    }
}

/// <summary>The rooms of a running server that the world calls.</summary>
internal sealed class ServerRooms
{
    public ServerRooms(ChainWorld world, SqliteDatabase database, TimeProvider clock)
    {
        Database = database;
        Programmes = new ProgrammeBook(database, world.Signer, clock);
        Blocks = new BlockBook(database, world.Secrets, clock);
        Offers = new OfferBook(database, world.Secrets, clock);
        Members = new MemberBook(database, world.Secrets, clock);
        Cards = new CardBook(database, world.Secrets, clock);
        Terminals = new TerminalBook(database, clock);
        Limits = new LimitsBook(database, world.Signer, clock);
        Intake = new Intake(database, world.Secrets, clock, NullLogger<Intake>.Instance);
        Lots = new MemberRun(database, world.Secrets, new FeedBell(), clock, NullLogger<MemberRun>.Instance);
        Sales = new SaleFinder(database);
        Watch = new TerminalWatch(clock);
        FeedEpoch.Begin(database, world.RandomOfServer());
        Programmes.SeedFirst();
    }

    public SqliteDatabase Database { get; }

    public ProgrammeBook Programmes { get; }

    public MemberBook Members { get; }

    public CardBook Cards { get; }

    public BlockBook Blocks { get; }

    public OfferBook Offers { get; }

    public TerminalBook Terminals { get; }

    public LimitsBook Limits { get; }

    public Intake Intake { get; }

    public MemberRun Lots { get; }

    public SaleFinder Sales { get; }

    public TerminalWatch Watch { get; }
}
