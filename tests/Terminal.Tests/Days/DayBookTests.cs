using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;
using ReturnedLine = SmartCardCrm.Loyalty.Programme.ReturnedLine;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>X and Z reports.</summary>
public sealed class DayBookTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Shop _shop;

    public DayBookTests() => _shop = new Shop(_chain);

    public void Dispose() => _shop.Dispose();

    private DayBook Days => _shop.Till.Days;

    [Fact]
    public void A_day_counts_what_happened_by_kind_and_a_close_begins_the_next()
    {
        var card = _chain.Issue();
        _shop.Sell(card, 50_00);
        var sale = _shop.Post(new Order.Sale(BasketOf(20_00), 30));
        _shop.Present(card);
        Perform(new Order.SaleOnAccount(BasketOf(7_00), _shop.Till.Contacts.Seal(new Contact("+155501001"))));
        Perform(new Order.Return(sale.Id, [new ReturnedLine(0, 500)], WithoutCard: true));
        var expected = new[]
        {
            new DayTotal((uint)LogKind.Sale, 3, 77_00, 76_70, 69, 30, 7),
            new DayTotal((uint)LogKind.Return, 1, -10_00, -9_85, 0, 0, 6),
        };

        var going = Days.Current();
        var (closed, wasClosed) = Days.Close("z-1", businessDate: null);

        Assert.Equal((1u, 1u, false), (going.Number, going.First, going.IsClosed));
        Assert.Equal(going.Totals, closed.Totals);
        Assert.Equal(expected, closed.Totals);
        Assert.Equal((true, false, false), (closed.IsClosed, closed.IsCountersigned, wasClosed));
        Assert.Equal("2026-05-04", closed.BusinessDate);
        Assert.Equal(closed.Last + 1, _shop.Till.Journal.Head.Sequence);
        Assert.Empty(Days.Current().Totals);
        Assert.Equal((2u, closed.Last + 2), (Days.Current().Number, Days.Current().First));
    }

    [Fact]
    public void The_same_key_closes_a_day_once_also_after_a_restart()
    {
        _shop.Sell(_chain.Issue(), 50_00);
        var first = Days.Close("z-1", businessDate: null).Day;

        var again = Days.Close("z-1", businessDate: null);
        _shop.Restart();
        var restarted = Days.Close("z-1", businessDate: null);

        Assert.True(again.WasClosed && restarted.WasClosed);
        Assert.Equal((first.Number, first.Last), (restarted.Day.Number, restarted.Day.Last));
        Assert.Equal(first.Totals, restarted.Day.Totals);
        Assert.Equal(2u, Days.Close("z-2", businessDate: null).Day.Number);
        Assert.Null(Days.Find(3));
    }

    [Fact]
    public void A_day_is_signed_while_it_goes_on_and_when_it_is_closed()
    {
        _shop.Post(new Order.Sale(BasketOf(50_00), 0));
        _shop.Present(_chain.Issue());

        DayReport[] days = [Days.Current(), Days.Close("z-1", businessDate: null).Day, Days.Find(1)!];
        foreach (var day in days)
        {
            Assert.True(DocumentSignature.IsValid(
                Chain.Headquarters, day.Document.Span, day.Signature.Span));
            Assert.Equal(50, DayTotals.Parser.ParseFrom(day.Document.Span).Lines[0].Earned);
        }
    }

    [Fact]
    public void A_doubt_counts_on_the_day_on_which_it_is_settled()
    {
        var card = _chain.Issue();
        _shop.Post(new Order.Sale(BasketOf(50_00), 0));
        card.Tear(9, TearMoment.After);
        _shop.Present(card);

        var first = Days.Close("z-1", businessDate: null).Day;
        _shop.Present(card);

        Assert.Equal((0, 1), (first.Totals.Count, first.OpenDoubts));
        Assert.Equal((1, 50L), (Days.Current().Totals[0].Count, Days.Current().Totals[0].Earned));
        Assert.Equal(0, Days.Current().OpenDoubts);
    }

    [Fact]
    public void A_doubt_that_headquarters_settles_counts_once()
    {
        var card = _chain.Issue();
        _shop.Post(new Order.Sale(BasketOf(50_00), 0));
        card.Tear(9, TearMoment.After);
        _shop.Present(card);
        var intent = _shop.Till.Journal.OpenDoubts()[0].Sequence;
        _shop.Till.Take(new FeedBatch
        {
            Items =
            {
                new FeedItem
                {
                    Position = 90,
                    DoubtClosed = new DoubtClosedItem
                    {
                        Terminal = _shop.Number, IntentSequence = intent, Happened = true,
                    },
                },
            },
        });

        var first = Days.Close("z-1", businessDate: null).Day;
        _shop.Restart();

        Assert.Equal(1, first.Totals[0].Count);
        Assert.Empty(Days.Current().Totals);
        var totals = DayTotals.Parser.ParseFrom(_shop.Entries[^1].DayClose.Totals);
        Assert.Equal([intent], totals.ToldByHeadquarters);
    }

    [Fact]
    public void What_the_till_went_on_without_counts_on_no_day()
    {
        var card = _chain.Issue();
        var sale = _shop.Post(new Order.Sale(BasketOf(50_00), 0));
        card.Tear(9, TearMoment.After);
        _shop.Present(card);
        _shop.Till.Desk.Cancel(sale.Id);
        _shop.Present(card);

        Assert.Empty(Days.Current().Totals);
    }

    [Fact]
    public void Only_headquarters_own_signature_over_these_totals_countersigns()
    {
        _shop.Sell(_chain.Issue(), 50_00);
        Days.Close("z-1", businessDate: null);
        var totals = _shop.Entries[^1].DayClose.Totals;
        Assert.True(DocumentSignature.IsValid(
            Chain.Headquarters, totals.Span, _shop.Entries[^1].DayClose.Signature.Span));

        Countersign(Chain.Sign("other totals"u8));
        Assert.False(Days.Find(1)!.IsCountersigned);
        Countersign(Chain.Sign(totals.Span));
        Assert.True(Days.Find(1)!.IsCountersigned);
    }

    private void Countersign(Google.Protobuf.ByteString signature) => _shop.Till.Take(new FeedBatch
    {
        Items =
        {
            new FeedItem
            {
                Position = 91,
                DayCountersigned = new DayCountersignedItem
                {
                    Terminal = _shop.Number, Number = 1, Signature = signature,
                },
            },
        },
    });

    private void Perform(Order order) => Assert.IsType<CheckoutState.Completed>(
        Assert.IsType<CheckoutCreation.Created>(_shop.Create(order)).Checkout.State);

    private static Basket BasketOf(long amountMinor) => Basket.Of(new Money(amountMinor, "USD"));
}
