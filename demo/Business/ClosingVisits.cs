using System.Globalization;
using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Business;

/// <summary>
/// After faults: every card that was disturbed comes once more, buys nothing, and so settles its doubts and
/// takes what
/// headquarters has for it.
/// </summary>
internal sealed class ClosingVisits(ChainInABox chain, Shop shop)
{
    public const string KeyPrefix = "closing-";
    private const int RoundsMost = 5;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SyncWithin = TimeSpan.FromSeconds(60);

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
    /// Rounds of visits until every doubt is settled and every card action applied, at most five.
    /// </summary>
    /// <param name="customers">All of the run.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task SettleAsync(IReadOnlyList<Customer> customers, CancellationToken cancellation)
    {
        shop.HasMisfortunes = false;
        var touched = customers.Where(c => shop.Disturbances.CardsTouched.Contains(c.Uid)).ToList();
        for (var round = 1; round <= RoundsMost; round++)
        {
            await SyncAsync(cancellation);
            if (round > 1 && await IsSettledAsync(cancellation))
                return;
            await VisitAsync(touched, round, cancellation);
        }

        await SyncAsync(cancellation);
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
        await chain.AtAllReadersAsync(
            (terminal, reader, stop) =>
                new Cashier(terminal, reader, shop, floor).WorkAsync(stop), cancellation);
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
