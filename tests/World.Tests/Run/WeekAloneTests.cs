using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.World.Tests;

/// <summary>A week in which no terminal reaches headquarters.</summary>
public sealed class WeekAloneTests
{
    private const int Terminals = 3;
    private const int Members = 6;
    private const int PurchasesADay = 60;

    [Fact]
    public void Everything_goes_on_and_is_booked_once_whoever_comes_back_first()
    {
        var forwards = Live(Enumerable.Range(0, Terminals));
        var backwards = Live(Enumerable.Range(0, Terminals).Reverse());

        Assert.Equal(forwards, backwards);
        TestContext.Current.TestOutputHelper?.WriteLine(forwards.Story);
        Assert.InRange(forwards.Sales, 300, 7 * PurchasesADay);
        Assert.InRange(forwards.Redeemed, 100, int.MaxValue);
        Assert.InRange(forwards.Undone, 10, 100);
        Assert.InRange(forwards.Adjusted, 3, 100);
        Assert.InRange(forwards.WithoutCard, 10, 100);
        Assert.InRange(forwards.DaysClosed, 7, 100);
    }

    private static Week Live(IEnumerable<int> returning)
    {
        using var world = new ChainWorld(new WorldPlan(11, Taps: 10_000, Members, Terminals, Fault.None));
        world.Open();
        for (var store = 0; store < Terminals; store++)
            world.Places.Add(new Place(store, world.Enrol(store)!));
        var cards = Enumerable.Range(0, Members)
            .Select(member => world.Office.Issue(world.Office.Join(), member)!).ToList();
        Pass(world, TimeSpan.FromHours(1));

        foreach (var place in world.Places)
            place.Terminal.Line.Cut();
        var purchases = Shop(world, cards);
        Assert.All(world.Places, place => Assert.False(place.Terminal.Line.IsConnected));
        foreach (var back in returning)
        {
            world.Places[back].Terminal.Line.Mend();
            Pass(world, TimeSpan.FromHours(1));
        }

        var book = Book(world);
        new Reckoning(world).Settle();
        return Week.Of(purchases, book);
    }

    private static List<Purchase> Shop(ChainWorld world, List<PhysicalCard> cards)
    {
        var dice = Dice.For(world.Plan.Seed, "week");
        var begin = world.Timeline.Now;
        var purchases = new List<Purchase>();
        for (var i = 0; i < 7 * PurchasesADay; i++)
        {
            var purchase = world.Cashier.Serve(
                dice.Pick(world.Places).Terminal, dice.Pick(cards), 500 + dice.Below(20_000),
                dice.Chance(0.4) ? dice.Below(150) : 0);
            purchases.Add(Assert.IsType<Purchase>(purchase));
            Pass(world, TimeSpan.FromDays(1) / PurchasesADay);
        }

        Assert.InRange(world.Timeline.Now - begin, TimeSpan.FromDays(7), TimeSpan.FromDays(8));
        return purchases;
    }

    private static void Pass(ChainWorld world, TimeSpan time) =>
        world.Timeline.RunUntil(world.Timeline.Now + time);

    // What the book holds of it, in an order of its own.
    private static string Book(ChainWorld world) => world.Server.Rooms!.Database.Read(db => string.Join(
        '\n',
        db.List<string>(
            """
            SELECT uid || ' ' || counter || ' ' || terminal || ' ' || sequence || ' ' || kind || ' ' || earned
                || ' ' || redeemed || ' ' || amount_minor || ' ' || balance_after || ' ' || proof
            FROM card_transaction ORDER BY uid, counter
            """)
            .Concat(db.List<string>(
                """
                SELECT account || ' ' || owner || ' ' || SUM(points) FROM posting
                GROUP BY account, owner ORDER BY account, owner
                """))
            .Concat(db.List<string>(
                """
                SELECT terminal || ' ' || number || ' ' || hex(totals) FROM day_close
                ORDER BY terminal, number
                """))
            .Concat(db.List<string>(
                "SELECT 'open ' || name || ' ' || detail FROM book_exception WHERE closed_us IS NULL"))));

    private sealed record Week(
        int Sales, int Redeemed, int Undone, int Adjusted, int WithoutCard, int DaysClosed, string Book)
    {
        public string Story =>
            $"{Sales} sales, {Redeemed} points redeemed, {Undone} undone, {Adjusted} adjusted, "
            + $"{WithoutCard} without a card, {DaysClosed} days closed";

        public static Week Of(List<Purchase> purchases, string book)
        {
            var told = purchases.Select(p => (p, Done: p.Told as CheckoutState.Completed)).ToList();
            // A supervisor may ask for more than the limits allow.
            Assert.All(told, t => Assert.True(
                t.Done is not null || (t.p.Adjusts != 0 && t.p.Told is CheckoutState.Declined)));
            told.RemoveAll(t => t.Done is null);
            Assert.DoesNotContain("open ", book, StringComparison.Ordinal);
            return new Week(
                told.Count(t => t.Done!.Result.Kind == LogKind.Sale),
                told.Where(t => t.Done!.Result.Kind == LogKind.Sale).Sum(t => t.Done!.Result.Redeemed),
                told.Count(t => t.p.Undoes is not null), told.Count(t => t.p.Adjusts != 0),
                told.Count(t => t.p.WithoutCard),
                book.Split('\n').Count(line => line.Split(' ') is [_, _, { Length: > 20 }]), book);
        }
    }
}
