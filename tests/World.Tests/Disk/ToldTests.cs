using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.World.Tests;

/// <summary>What a till was told stays so when the terminal loses power.</summary>
public sealed class ToldTests
{
    private const int Cuts = 30;

    [Fact]
    public void A_cancelled_checkout_does_not_come_back() => AfterEachCut(
        till =>
        {
            var id = Posted(till);
            till.Desk.Cancel(id);
            return id;
        },
        (till, id) => Assert.IsType<CheckoutState.Cancelled>(till.Desk.Get(id)?.State));

    [Fact]
    public void A_declined_checkout_does_not_come_back() => AfterEachCut(
        till =>
        {
            var id = Posted(till);
            till.Desk.TryTake("counter", preferred: null);
            till.Desk.Finish(id, new CheckoutState.Declined(Loyalty.Programme.DeclineReason.CardBlocked));
            return id;
        },
        (till, id) => Assert.IsType<CheckoutState.Declined>(till.Desk.Get(id)?.State));

    [Fact]
    public void What_headquarters_said_of_a_doubt_is_not_forgotten() => AfterEachCut(
        till => till.Replica.Apply(new FeedBatch
        {
            Items =
            {
                new FeedItem
                {
                    Position = 1,
                    DoubtClosed = new DoubtClosedItem { Terminal = 1, IntentSequence = 5, Happened = true },
                },
            },
        }),
        (till, _) => Assert.Equal(
            1, till.Database.Read(c => c.Number("SELECT COUNT(*) FROM doubt_closed"))));

    private static Guid Posted(Till till)
    {
        var request = new CheckoutRequest(
            new Order.Sale(Basket.Of(new Money(100, "USD")), 0), Store: null, SoldAt: null,
            BusinessDate: null, Reader: null, TimeSpan.FromMinutes(1));
        return ((CheckoutCreation.Created)till.Desk.Create(request, "key")).Checkout.Id;
    }

    private static void AfterEachCut<T>(Func<Till, T> told, Action<Till, T> check)
    {
        for (var cut = 0UL; cut < Cuts; cut++)
        {
            using var room = new DiskRoom(new Dice(cut), JournalOnDisk.Epoch);
            var disk = room.NewDisk("till");
            T what;
            using (var till = Open(disk))
            {
                what = told(till);
                disk.LosePower(new Dice(cut));
            }

            disk.Revive();
            using var again = Open(disk);
            check(again, what);
        }
    }

    private static Till Open(SimulatedDisk disk) => Till.Open(
        JournalOnDisk.FileOn(disk), new TerminalProfile(1, Programme: 1, Store: 1, TimeZoneInfo.Utc),
        new TerminalKeys(),
        new TerminalTrust(new TrustedAuthorities(new RepeatableSigner().Key), default, bytes => bytes),
        new TapSurroundings(
            new MachineClock(new Timeline(JournalOnDisk.Epoch)), new Dice(1).Fill, NullLogger.Instance));
}
