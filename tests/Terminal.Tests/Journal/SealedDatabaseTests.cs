using System.Text;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>What the terminal's disk tells somebody who has it and not the journal key.</summary>
public sealed class SealedDatabaseTests : IDisposable
{
    private const string Sku = "4006381333931";

    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly SimulatedCard _card;

    public SealedDatabaseTests()
    {
        _shop = new Shop(_chain);
        _card = _chain.Issue();
    }

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Neither_card_nor_basket_nor_receipt_is_on_the_disk()
    {
        Sell("receipt-4711");

        var sealedDisk = OnDisk();
        _shop.Till.Dispose();
        OlderRelease.Make(_shop.DatabasePath);
        var openDisk = OnDisk();

        Assert.All(Told(), told => Assert.DoesNotContain(told, sealedDisk, StringComparison.Ordinal));
        Assert.All(Told(), told => Assert.Contains(told, openDisk, StringComparison.Ordinal));
    }

    [Fact]
    public void A_database_of_an_older_release_is_sealed_and_says_the_same()
    {
        var sold = Sell("receipt-4711");
        var waits = _shop.Post(200, key: "receipt-4712");
        _shop.Hear(new FeedItem
        {
            CardAction = new CardActionItem
            {
                Uid = Chain.ItemOf(1).Card.Uid,
                Generation = Chain.ItemOf(1).Card.Generation,
                Number = 1,
                Points = 5,
            },
        });
        var (head, known) = (Convert.ToHexString(_shop.Till.Journal.Head.Hash.Span), Known());
        _shop.Till.Dispose();
        OlderRelease.Make(_shop.DatabasePath);

        _shop.Restart();

        Assert.Equal(head, Convert.ToHexString(_shop.Till.Journal.Head.Hash.Span));
        Assert.Equal(known, Known());
        Assert.True(_shop.Till.Journal.Trace(sold.Id)?.Happened);
        Assert.IsType<CheckoutCreation.Conflict>(_shop.Till.Desk.Create(Shop.Basket(1), "receipt-4711"));
        Assert.IsType<CheckoutState.Waiting>(_shop.StateOf(waits));
        var disk = OnDisk();
        Assert.All(Told(), told => Assert.DoesNotContain(told, disk, StringComparison.Ordinal));
        _shop.Restart();
        Assert.Equal(known, Known());
    }

    [Fact]
    public void Another_key_opens_nothing_and_changes_nothing()
    {
        Sell("receipt-4711");
        var head = _shop.Till.Journal.Head.Sequence;
        _shop.Till.Dispose();
        var before = File.ReadAllBytes(_shop.DatabasePath);
        using var other = Seals.New(filling: 8);

        var wrong = Assert.Throws<JournalKeyException>(() => TerminalDatabase.Open(
            new JournalFile(_shop.DatabasePath, other), _chain.Clock));

        Assert.Equal("journal-key-wrong", wrong.Code);
        Assert.Equal(before, File.ReadAllBytes(_shop.DatabasePath));
        _shop.Restart();
        Assert.Equal(head, _shop.Till.Journal.Head.Sequence);
    }

    [Fact]
    public void What_is_said_of_one_card_does_not_pass_for_another()
    {
        _shop.Hear(new FeedItem { Card = Chain.ItemOf(2) });
        _shop.Till.Database.Lazily(c => c.Run(
            "UPDATE card SET item = (SELECT item FROM card other WHERE other.uid <> card.uid)"));

        Assert.Throws<JournalFailedException>(
            () => new ushort[] { 1, 2 }.Select(number => Find(number)).ToList());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(28)]
    [InlineData(43)]
    public void A_changed_byte_is_noticed(int at)
    {
        using var seal = Seals.New();
        var sealing = seal.Seal(SealedPlace.Entry, new RowName(9), new byte[16]).ToArray();
        sealing[at] ^= 1;

        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(
            () => seal.Open(SealedPlace.Entry, new RowName(9), sealing).Length);
    }

    [Fact]
    public void The_same_is_never_sealed_alike()
    {
        using var seal = Seals.New();

        var first = seal.Seal(SealedPlace.Entry, new RowName(9), "same"u8).ToArray();
        var second = seal.Seal(SealedPlace.Entry, new RowName(9), "same"u8).ToArray();

        Assert.NotEqual(first, second);
        Assert.Equal("same"u8, seal.Open(SealedPlace.Entry, new RowName(9), second));
        Assert.Equal(4 + 12 + 16, first.Length);
    }

    private string Known() => $"{Find(1)?.Item} {Find(1)?.Pending.Count}";

    private KnownCard? Find(ushort number) =>
        _shop.Till.Replica.Find(Uid.FromBytes(Chain.ItemOf(number).Card.Uid.Span));

    private Checkout Sell(string key)
    {
        var basket = new Basket("USD", [new Loyalty.Programme.BasketLine(Sku, "books", 1000, 1234, 0)]);
        var request = Shop.Basket(0) with { Order = new Order.Sale(basket, 0) };
        var checkout = Assert.IsType<CheckoutCreation.Created>(_shop.Till.Desk.Create(request, key)).Checkout;
        _shop.Present(_card);
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
        return checkout;
    }

    // As they lie there: bytes of the UID, and text.
    private static IEnumerable<string> Told() =>
        [Sku, "receipt-4711", Encoding.Latin1.GetString(Chain.ItemOf(1).Card.Uid.Span)];

    private string OnDisk() => string.Concat(
        new[] { _shop.DatabasePath, _shop.DatabasePath + "-wal" }.Where(File.Exists)
            .Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
}
