using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SmartCardCrm.Demo;
using SmartCardCrm.Demo.Business;
using SmartCardCrm.Demo.HeadOffice;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.EndToEnd.Tests;

/// <summary>
/// The product as it is installed: server, three terminals and the PC/SC daemon as processes of their own,
/// six virtual readers, and customers with cards that were issued through the relay. One for all tests of
/// this project.
/// </summary>
public sealed class OneChain : IAsyncLifetime
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("smartcardcrm-e2e-");
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(10));
    private ChainInABox? _chain;
    private int _orders;

    internal ChainInABox Chain => _chain ?? throw new InvalidOperationException("It has not been started.");

    internal CardRack Rack => Chain.Readers.Rack;

    internal CancellationToken Limit => _limit.Token;

    /// <summary>One a test: what befalls one customer is nothing to another.</summary>
    internal IReadOnlyList<Customer> Customers { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        using var start = CancellationTokenSource.CreateLinkedTokenSource(Limit);
        start.CancelAfter(StartsWithin);
        var folder = new ChainFolder(_folder.FullName);
        _chain = ChainInABox.In(folder);
        await _chain.StartAsync(
            terminals: 3, stop => ReaderRoom.WithPcscdAsync(folder, 3, slots: 6, stop), _ => { },
            start.Token);
        Customers = await new CardIssue(_chain, seed: 1, TimeProvider.System)
            .ServeAsync([1, 2, 3, 4, 5, 6, 7, 8], _ => { }, start.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_chain is not null)
            await _chain.DisposeAsync();
        _limit.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>An order nobody has placed before, for any card on this reader.</summary>
    internal (CheckoutOrder Order, string Key) Order(ShopReader reader, long amountMinor) => (
        new CheckoutOrder(
            amountMinor, "USD", 0, RedeemAll: false, Store: 1, "2026-11-23T10:00:00", reader.Name, 120_000),
        FormattableString.Invariant($"order-{Interlocked.Increment(ref _orders)}"));

    /// <summary>A whole visit: card down, checkout, card away.</summary>
    /// <returns>The completed checkout, and how many commands the chip was sent.</returns>
    internal async Task<(Checkout Checkout, int? Apdus)> SellAsync(
        ShopTerminal till, string card, long amountMinor)
    {
        var reader = till.Readers[0];
        await Rack.InsertAsync(reader.Slot, card, Limit);
        var (order, key) = Order(reader, amountMinor);
        var checkout = await PostAsync(till, order, key);
        checkout = await UntilAsync(till, checkout.Id, now => now.IsOver);
        var apdus = await Rack.RemoveAsync(reader.Slot, Limit);
        await till.Watch.EmptyAsync(reader.Name, Limit);
        return (checkout, apdus);
    }

    /// <summary>Posts an order under a key that no other order has.</summary>
    internal async Task<Checkout> PostAsync(ShopTerminal till, CheckoutOrder order, string key)
    {
        var checkout = await till.Till.StartAsync(order, key, Limit);
        Assert.NotNull(checkout);
        return checkout;
    }

    /// <summary>Posts a reversal of a sale.</summary>
    /// <returns>Its checkout's id.</returns>
    internal async Task<string> PostReversalAsync(ShopTerminal till, string sale)
    {
        using var http = new HttpClient { BaseAddress = till.Address };
        var key = await File.ReadAllTextAsync(Path.Combine(till.DataFolder, "till-api.key"), Limit);
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/reversals")
        {
            Content = JsonContent.Create(new JsonObject { ["sale"] = sale }),
            Headers = { { "X-Api-Key", key.Trim() }, { "Idempotency-Key", $"back-{sale}" } },
        };
        using var answer = await http.SendAsync(request, Limit);
        var body = await answer.Content.ReadFromJsonAsync<JsonObject>(Limit);
        return body?["id"]?.GetValue<string>() ?? throw new InvalidOperationException($"{body}");
    }

    internal async Task<Checkout> UntilAsync(ShopTerminal till, string id, Func<Checkout, bool> isSo) =>
        await EventuallyAsync(() => till.Till.GetAsync(id, Limit), isSo);

    /// <summary>What headquarters has posted for a card, once it has so many transactions.</summary>
    internal Task<List<PostedTransaction>> PostedAsync(string card, int count) =>
        EventuallyAsync(
            async () => (await Chain.Operator.TransactionsAsync(Limit)).Where(t => t.Uid == card).ToList(),
            posted => posted.Count >= count);

    internal async Task<LedgerCard> LedgerAsync(string card) =>
        (await Chain.Operator.LedgerCardsAsync(Limit)).Single(c => c.Uid == card);

    /// <summary>
    /// Asks until the answer is as wanted, and fails with the last one when it does not come.
    /// </summary>
    internal async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> isWanted)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (isWanted(answer))
                return answer;
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"Still {answer} after {Patience.TotalSeconds} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Limit);
        }
    }
}
