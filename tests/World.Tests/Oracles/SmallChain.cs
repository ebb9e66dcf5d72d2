namespace SmartCardCrm.World.Tests;

/// <summary>Headquarters, two terminals and one card, with nothing going wrong but what a test
/// does.</summary>
internal sealed class SmallChain : IDisposable
{
    public SmallChain()
    {
        World = new ChainWorld(new WorldPlan(1, Taps: 10, Members: 1, Terminals: 2, Fault.None));
        World.Open();
        for (var store = 0; store < 2; store++)
            World.Places.Add(new Place(store, World.Enrol(store)!));
        Card = World.Office.Issue(World.Office.Join(), 0)!;
        Pass(TimeSpan.FromHours(1));
        Sale = Sell();
        Pass(TimeSpan.FromHours(1));
    }

    public ChainWorld World { get; }

    public TerminalMachine Terminal => World.Places[0].Terminal;

    public PhysicalCard Card { get; }

    /// <summary>10 dollars, completed, in the book.</summary>
    public Purchase Sale { get; }

    public ServerRooms Book => World.Server.Rooms!;

    public Purchase Sell() => World.Cashier.Serve(Terminal, Card, 1000, 0)!;

    public void Pass(TimeSpan time) => World.Timeline.RunUntil(World.Timeline.Now + time);

    /// <summary>Brings all to rest: every card matches the book.</summary>
    public void Settle() => new Reckoning(World).Settle();

    /// <summary>Changes the book behind the server's back.</summary>
    public void Forge(string sql) => Assert.InRange(Book.Database.Write(db => db.Run(sql)), 1, 100);

    /// <summary>What the card would have committed next for a purchase of the same amount.</summary>
    public TrueCommit Next(Purchase purchase)
    {
        var last = Card.Newest!.Record;
        var record = last with
        {
            Counter = last.Counter + 1,
            Sequence = last.Sequence + 2,
            BalanceAfter = last.BalanceAfter + last.Earned,
        };
        return new TrueCommit(record, [], record.BalanceAfter, purchase) { File = Card.Newest!.File };
    }

    /// <summary>10 dollars at the first terminal, not yet tapped.</summary>
    public Purchase Untapped() => new(100, Card, 1000, 0) { Terminal = Terminal.Number };

    public void Dispose() => World.Dispose();

    /// <summary>Which invariant is violated by this; the test fails where none is.</summary>
    public static string Violated(Action contradiction) =>
        Assert.Throws<ViolationException>(contradiction).Violation.Invariant;
}
