using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>One terminal with one reader, on a database file of its own, stepped by the test.</summary>
internal sealed class Shop : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("shop-");
    private readonly TerminalKeys _keys = new();
    private readonly TimeZoneInfo _zone;
    private int _posted;

    /// <param name="chain">Whose shop it is.</param>
    /// <param name="number">The terminal's number.</param>
    /// <param name="zone">The store's, IANA.</param>
    /// <param name="cards">Numbers of the cards in the first feed.</param>
    public Shop(Chain chain, uint number = 1, string zone = "UTC", params ushort[] cards)
    {
        _zone = TimeZoneInfo.FindSystemTimeZoneById(zone);
        Chain = chain;
        Number = number;
        _keys.Replace(
            [chain.Master(CardKeyNumber.Enquiry), chain.Master(CardKeyNumber.Sale)],
            chain.ReaderIdKey(number));
        Till = Open();
        Loop = new TapLoop(Reader, Till);
        Hear(Chain.RulesItem(position: 1));
        Hear(Chain.LimitsItem(number, Chain.Limits));
        foreach (var card in cards.DefaultIfEmpty((ushort)1))
            Hear(new FeedItem { Card = Chain.ItemOf(card) });
    }

    public Chain Chain { get; }

    public uint Number { get; }

    public SimulatedReader Reader { get; } = new("counter");

    public Till Till { get; private set; }

    public TapLoop Loop { get; private set; }

    public TerminalKeys Keys => _keys;

    public string DatabasePath => Path.Combine(_folder.FullName, "terminal.db");

    /// <summary>Every journal entry, oldest first.</summary>
    public IReadOnlyList<EntryBody> Entries =>
    [
        .. Till.Journal.Unsent(0, int.MaxValue, int.MaxValue).Select(e => EntryBody.Parser.ParseFrom(e.Body)),
    ];

    public IReadOnlyList<EntryBody.ContentOneofCase> Story => [.. Entries.Select(e => e.ContentCase)];

    /// <summary>As if the process had been killed and started again; a reader without a card has been looked
    /// at since.</summary>
    public void Restart()
    {
        Till.Dispose();
        Till = Open();
        Loop = new TapLoop(Reader, Till);
        if (Reader.Look() is CardPresence.Absent)
            Loop.Step();
    }

    public void Hear(FeedItem item)
    {
        item.Position = Till.Replica.Cursor + 1;
        Till.Take(new FeedBatch { Items = { item }, AsOfUs = Chain.Microseconds });
    }

    public Checkout Post(long amountMinor, int redeem = 0, string? key = null, string? reader = null)
    {
        key ??= $"till {Number} {_posted++}";
        var creation = Till.Desk.Create(Basket(amountMinor, redeem, reader), key);
        return Assert.IsType<CheckoutCreation.Created>(creation).Checkout;
    }

    public static CheckoutRequest Basket(long amountMinor, int redeem = 0, string? reader = null) => new(
        new Order.Sale(Loyalty.Programme.Basket.Of(new Money(amountMinor, "USD")), redeem),
        Store: null, SoldAt: null,
        BusinessDate: null, reader, Timeout: TimeSpan.FromMinutes(1));

    /// <summary>Posts any order; it must be taken.</summary>
    public Checkout Post(Order order) =>
        Assert.IsType<CheckoutCreation.Created>(Create(order)).Checkout;

    public CheckoutCreation Create(Order order) =>
        Till.Desk.Create(Basket(0) with { Order = order }, $"till {Number} {_posted++}");

    /// <summary>Puts the card down, lets the loop do all it wants, takes the card away.</summary>
    /// <returns>What the chip was sent.</returns>
    public IReadOnlyList<byte[]> Present(SimulatedCard card)
    {
        Reader.Wire.Clear();
        Reader.Put(card);
        StepUntilIdle();
        Reader.Take();
        StepUntilIdle();
        return [.. Reader.Wire];
    }

    public void StepUntilIdle()
    {
        for (var steps = 0; Loop.Step(); steps++)
            Assert.True(steps < 20, "The loop never rests.");
    }

    /// <summary>Posts a checkout and presents the card once.</summary>
    public CheckoutState Sell(SimulatedCard card, long amountMinor, int redeem = 0)
    {
        var checkout = Post(amountMinor, redeem);
        Present(card);
        return StateOf(checkout);
    }

    public CheckoutState StateOf(Checkout checkout) =>
        Till.Desk.Get(checkout.Id)?.State ?? throw new InvalidOperationException("The checkout is gone.");

    public void Dispose()
    {
        Till.Dispose();
        _keys.Dispose();
        Reader.Dispose();
        _folder.Delete(recursive: true);
    }

    private Till Open() => Till.Open(
        Seals.At(DatabasePath), new TerminalProfile(Number, Programme: 7, Store: 42, _zone), _keys,
        Chain.Trust, new TapSurroundings(Chain.Clock, Chain.Random, NullLogger.Instance));
}
