using SmartCardCrm.Demo.Chaos;
using SmartCardCrm.Demo.Measuring;
using SmartCardCrm.Demo.Processes;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Summary;

namespace SmartCardCrm.Demo.Business;

/// <summary>Sells baskets at all readers of a chain at once and gathers what the run is judged by.</summary>
internal sealed class Replay(ChainInABox chain, DemoOptions options, Screen screen, TimeProvider clock)
{
    /// <summary>
    /// Issues cards, sells, breaks things if asked to, and waits until everything has reached headquarters.
    /// </summary>
    /// <param name="selection">What to sell.</param>
    /// <param name="sold">Told the id of each basket that is sold.</param>
    /// <param name="cancellation">Stops; a checkout under way is cancelled.</param>
    public async Task<Evidence> RunAsync(
        Selection selection, Action<string> sold, CancellationToken cancellation)
    {
        var customers = await IssueAsync(selection.Households, cancellation);
        var shop = new Shop(chain.Readers.Rack, options.Seed, sold, clock) { HasMisfortunes = options.Chaos };
        await TidyUpAsync(cancellation);
        chain.Remember(chain.State with { IsInterrupted = true });
        var openings = await LookAsync(cancellation);
        foreach (var (customer, look) in chain.State.Customers.Zip(openings))
            shop.Book.Open(customer.Uid, look.Points ?? 0);
        var postedBefore = (await chain.Operator.TransactionsAsync(cancellation))
            .Select(t => (t.Uid, t.Counter)).ToHashSet();

        await SellAsync(selection, customers, shop, cancellation);
        await CloseAsync(customers, shop, cancellation);
        return new Evidence
        {
            Book = shop.Book,
            Posted = [.. (await chain.Operator.TransactionsAsync(cancellation))
                .Where(t => !postedBefore.Contains((t.Uid, t.Counter)))],
            Cards = await GatherCardsAsync(openings, cancellation),
            Overview = await chain.Operator.OverviewAsync(cancellation),
            Path = SalesPath.Measure(shop.Taps, ReadFsyncs()),
            Baskets = selection.Baskets.Count - shop.SoldBefore,
            IsChaos = options.Chaos,
            Problems = [.. shop.Problems],
        };
    }

    private async Task<IReadOnlyList<Customer>> IssueAsync(IReadOnlyList<int> households,
        CancellationToken cancellation)
    {
        var issued = 0;
        var missing = households.Except(chain.State.Customers.Select(c => c.Household)).Count();
        var issue = new CardIssue(chain, options.Seed, clock)
            .ServeAsync(households, count => issued = count, cancellation);
        await screen.ShowAsync("cards issued", missing, () => issued, issue);
        return await issue;
    }

    private async Task SellAsync(
        Selection selection, IReadOnlyList<Customer> customers, Shop shop, CancellationToken cancellation)
    {
        var customerOf = customers.ToDictionary(c => c.Household);
        var terminalOf = Stores.Spread(selection.Baskets, chain.Terminals.Count);
        var floor = new ShopFloor(
            selection.Baskets.Select(basket => new Errand(customerOf[basket.Household], basket)),
            store => terminalOf[store]);
        var count = selection.Baskets.Count;
        using var over = new CancellationTokenSource();
        var selling = Together.RunAsync(
            [stop => WorkAsync(shop, floor, over, stop), stop => RageAsync(shop, count, over.Token, stop)],
            cancellation);
        await screen.ShowAsync("sales", count, () => shop.Book.All.Count, selling);
    }

    private async Task CloseAsync(
        IReadOnlyList<Customer> customers, Shop shop, CancellationToken cancellation)
    {
        var closing = new ClosingVisits(chain, shop);
        await closing.SyncAsync(cancellation);
        if (options.Chaos)
        {
            screen.Say("nothing is broken any more: closing visits");
            shop.HasMisfortunes = false;
            var touched = shop.Disturbances.CardsTouched;
            var givenUp = shop.Book.All.OfType<Told.GivenUp>().Where(told => told.InDoubt)
                .Select(told => told.Uid);
            await closing.SettleAsync(
                [.. customers.Where(c => touched.Contains(c.Uid))],
                [.. customers.Where(c => givenUp.Contains(c.Uid, StringComparer.Ordinal))], cancellation);
        }

        chain.Remember(chain.State with { IsInterrupted = false });
    }

    // Cards that an interrupted run tore away, and entries it left unsent, are not of this one.
    private async Task TidyUpAsync(CancellationToken cancellation)
    {
        if (!chain.State.IsInterrupted)
            return;
        screen.Say("the last run was interrupted: every card is tapped once more");
        var visits =
            new ClosingVisits(chain, new Shop(chain.Readers.Rack, options.Seed, _ => { }, clock), "opening");
        await visits.SyncAsync(cancellation);
        await visits.SettleAsync(chain.State.Customers, chain.State.Customers, cancellation);
    }

    private async Task WorkAsync(
        Shop shop, ShopFloor floor, CancellationTokenSource over, CancellationToken cancellation)
    {
        await chain.AtAllReadersAsync(
            (terminal, reader, stop) =>
                new Cashier(terminal, reader, shop, floor).WorkAsync(stop), cancellation);
        await over.CancelAsync();
    }

    private async Task RageAsync(Shop shop, int sales, CancellationToken over, CancellationToken cancellation)
    {
        if (!options.Chaos)
            return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over, cancellation);
        var weather = new Weather(chain, shop.Disturbances, Dice.For(options.Seed, "weather"), clock);
        await weather.RageAsync(() => shop.Book.All.Count, sales, either.Token);
        var struck = weather.Struck.Select(blow => FormattableString.Invariant($"{blow.Key} {blow.Value}"));
        screen.Say($"broken on purpose: {string.Join(", ", struck)}");
    }

    // All cards of the chain, those that nobody used in this run too.
    private async Task<IReadOnlyList<ChipLook>> LookAsync(CancellationToken cancellation) =>
        await Task.WhenAll(
            chain.State.Customers.Select(c => chain.Readers.Rack.LookAsync(c.Uid, cancellation)));

    private async Task<IReadOnlyList<CardBooks>> GatherCardsAsync(
        IReadOnlyList<ChipLook> openings, CancellationToken cancellation)
    {
        var ledger = (await chain.Operator.LedgerCardsAsync(cancellation))
            .ToDictionary(card => card.Uid, StringComparer.OrdinalIgnoreCase);
        var looks = await LookAsync(cancellation);
        return
        [
            .. chain.State.Customers.Select((customer, i) => new CardBooks(
                customer, openings[i].Points ?? 0, looks[i], ledger.GetValueOrDefault(customer.Uid))),
        ];
    }

    private IReadOnlyList<IReadOnlyList<Fsync>>? ReadFsyncs()
    {
        var fsyncs = chain.Terminals.Select(terminal => terminal.ReadFsyncs()).OfType<IReadOnlyList<Fsync>>()
            .ToList();
        return fsyncs.Count == chain.Terminals.Count ? fsyncs : null;
    }
}
