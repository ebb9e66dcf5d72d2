using System.Globalization;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Business;

/// <summary>
/// A quiet day at the shop: now and then somebody buys something, until it is told to close.
/// </summary>
/// <param name="chain">Whose day it is.</param>
/// <param name="terminals">Where shoppers come; nobody does where there are none.</param>
/// <param name="shop">Books the sales.</param>
/// <param name="screen">Is told how it goes.</param>
internal sealed class OpenForBusiness(
    ChainInABox chain, IReadOnlyList<ShopTerminal> terminals, Shop shop, Screen screen)
{
    private const int PauseMostMs = 4000;
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(2);

    /// <summary>Sells until cancelled.</summary>
    /// <param name="shoppers">Who comes.</param>
    /// <param name="customers">Their cards, in the order of the shoppers' households.</param>
    /// <param name="cancellation">Closes the shop.</param>
    public async Task SellAsync(Shoppers shoppers, IReadOnlyList<Customer> customers,
        CancellationToken cancellation)
    {
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var selling = SellSlowlyAsync(shoppers, customers.ToDictionary(c => c.Household), closing.Token);
        var telling = screen.LiveAsync(TellAsync, TellEvery, closing.Token);
        await Task.WhenAny(selling, telling);
        await closing.CancelAsync();
        await Task.WhenAll(selling, telling);
    }

    private async Task SellSlowlyAsync(
        Shoppers shoppers, Dictionary<int, Customer> customers, CancellationToken cancellation)
    {
        if (terminals.Count == 0)
            await Task.Delay(Timeout.InfiniteTimeSpan, shop.Clock, cancellation);
        var dice = Dice.For(shop.Seed, "pace");
        foreach (var basket in shoppers.Baskets())
        {
            var terminal = terminals[basket.Store % terminals.Count];
            var floor = new ShopFloor([new Errand(customers[basket.Household], basket)], _ => terminal.Index);
            await new Cashier(terminal, dice.Pick(terminal.Readers), shop, floor).WorkAsync(cancellation);
            await Task.Delay(TimeSpan.FromMilliseconds(dice.Below(PauseMostMs)), shop.Clock, cancellation);
        }
    }

    private async Task<string> TellAsync(CancellationToken cancellation)
    {
        var sales = shop.Book.Sales;
        var (earned, redeemed) = (sales.Sum(s => s.Earned), sales.Sum(s => s.Redeemed));
        var health = await Task.WhenAll(chain.Terminals.Select(t => t.Till.HealthAsync(cancellation)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"sales {sales.Count}  earned {earned}  redeemed {redeemed}  ") +
            $"not yet at headquarters {health.OfType<Health>().Sum(h => h.EntriesUnsent)}";
    }
}
