using System.Globalization;
using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Business;

/// <summary>
/// After faults: cards that were disturbed come once more, buy nothing, and so settle their doubts and take
/// what
/// headquarters has for them.
/// </summary>
/// <param name="chain">Where they come.</param>
/// <param name="shop">Books the visits.</param>
/// <param name="occasion">Keeps visits before and after business apart.</param>
internal sealed class ClosingVisits(ChainInABox chain, Shop shop, string occasion = "closing")
{
    private const string KeyPrefix = "visit-";
    private const int RoundsMost = 5;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SyncWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FeedArrivesWithin = TimeSpan.FromSeconds(1);

    /// <summary>Whether a checkout of this key was such a visit.</summary>
    public static bool IsVisit(string key) => key.StartsWith(KeyPrefix, StringComparison.Ordinal);

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
    /// One visit of everybody, a second of some, for what headquarters then takes back or gives back; then
    /// more, five
    /// rounds at most, until every doubt is settled.
    /// </summary>
    /// <param name="visitors">Whose card may have left a doubt somewhere.</param>
    /// <param name="twice">Whose till may have given up on one.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task SettleAsync(
        IReadOnlyList<Customer> visitors, IReadOnlyList<Customer> twice, CancellationToken cancellation)
    {
        await VisitAsync(visitors, round: 1, cancellation);
        await VisitAsync(twice, round: 2, cancellation);
        for (var round = 3; round <= RoundsMost && !await IsSettledAsync(cancellation); round++)
            await VisitAsync(visitors, round, cancellation);
    }

    private async Task VisitAsync(IReadOnlyList<Customer> customers, int round,
        CancellationToken cancellation)
    {
        var now = shop.Clock.GetLocalNow().ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        var errands = customers.Select((customer, i) => new Errand(
            customer,
            new Basket($"{KeyPrefix}{occasion}-{chain.State.Run}-{round}-{customer.Uid}", customer.Household,
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
