using System.Globalization;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Summary;

namespace SmartCardCrm.Demo.Business;

/// <summary>
/// After faults: every card that was disturbed comes once more, buys nothing, and so settles its doubts and
/// takes what headquarters has for it.
/// </summary>
internal sealed class ClosingVisits(ChainInABox chain, Shop shop)
{
    public const string KeyPrefix = "closing-";
    private const int RoundsMost = 5;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SyncWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FeedArrivesWithin = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Waits until no terminal has anything unsent; says so as a problem when that takes a minute.
    /// </summary>
    public async Task SyncAsync(CancellationToken cancellation)
    {
        var began = shop.Clock.GetTimestamp();
        while (!await IsSyncedAsync(cancellation))
        {
            if (shop.Clock.GetElapsedTime(began) > SyncWithin)
            {
                shop.Problems.Enqueue("the terminals still had something unsent after a minute");
                return;
            }

            await Task.Delay(LookEvery, shop.Clock, cancellation);
        }
    }

    /// <summary>
    /// A visit of every card that was disturbed, then one of those whose till gave up on a doubt, for what
    /// headquarters takes back or gives back; then more, five rounds at most, until every doubt is settled.
    /// </summary>
    /// <param name="customers">All of the run.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task SettleAsync(IReadOnlyList<Customer> customers, CancellationToken cancellation)
    {
        shop.HasMisfortunes = false;
        var touched = customers.Where(c => shop.Disturbances.CardsTouched.Contains(c.Uid)).ToList();
        var givenUp = shop.Book.All.OfType<Told.GivenUp>().Where(t => t.InDoubt)
            .Select(t => t.Uid).ToHashSet(StringComparer.Ordinal);
        await VisitAsync(touched, round: 1, cancellation);
        await VisitAsync([.. touched.Where(c => givenUp.Contains(c.Uid))], round: 2, cancellation);
        for (var round = 3; round <= RoundsMost && !await IsSettledAsync(cancellation); round++)
            await VisitAsync(touched, round, cancellation);
    }

    private async Task VisitAsync(IReadOnlyList<Customer> customers, int round,
        CancellationToken cancellation)
    {
        var now = shop.Clock.GetLocalNow().ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        var errands = customers.Select((customer, i) => new Errand(
            customer,
            new Basket($"{KeyPrefix}{chain.State.Run}-{round}-{customer.Uid}", customer.Household,
                i % chain.Terminals.Count, now, 0)));
        var floor = new ShopFloor(errands, store => store);
        await Task.Delay(FeedArrivesWithin, shop.Clock, cancellation);
        await chain.AtAllReadersAsync(
            (terminal, reader, stop) =>
                new Cashier(terminal, reader, shop, floor).WorkAsync(stop), cancellation);
        await SyncAsync(cancellation);
    }

    private async Task<bool> IsSyncedAsync(CancellationToken cancellation)
    {
        foreach (var terminal in chain.Terminals)
        {
            if (await terminal.Till.HealthAsync(cancellation) is not { EntriesUnsent: 0 })
                return false;
        }

        return true;
    }

    private async Task<bool> IsSettledAsync(CancellationToken cancellation)
    {
        foreach (var terminal in chain.Terminals)
        {
            if (await terminal.Till.HealthAsync(cancellation) is not { OpenDoubts: 0 })
                return false;
        }

        var overview = await chain.Operator.OverviewAsync(cancellation);
        return overview.DoubtsOpened == overview.DoubtsSettled && overview is { ExceptionsOpen: 0 };
    }
}
