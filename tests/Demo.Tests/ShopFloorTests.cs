using SmartCardCrm.Demo.Business;
using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Tests;

public sealed class ShopFloorTests
{
    private static readonly Customer Ann = new(1, 1, "04AA");
    private static readonly Customer Bob = new(2, 2, "04BB");

    [Fact]
    public async Task A_customer_is_in_one_place_at_a_time_and_keeps_the_order()
    {
        var floor = Floor(Errand(Ann, "1", store: 0), Errand(Ann, "2", store: 1), Errand(Bob, "3", store: 1));

        var first = await NextAsync(floor, terminal: 0);
        var meanwhile = await NextAsync(floor, terminal: 1);
        floor.Done(Ann);
        var second = await NextAsync(floor, terminal: 1);

        Assert.Equal(["1", "3", "2"], [first, meanwhile, second]);
    }

    [Fact]
    public async Task A_reader_waits_for_a_customer_who_may_still_come_and_goes_home_when_nobody_does()
    {
        var floor = Floor(Errand(Ann, "1", store: 0), Errand(Ann, "2", store: 1));
        await NextAsync(floor, terminal: 0);

        var waiting = NextAsync(floor, terminal: 1);
        Assert.False(waiting.IsCompleted);
        floor.Done(Ann);

        Assert.Equal("2", await waiting);
        Assert.Null(await NextAsync(floor, terminal: 0));
    }

    [Fact]
    public async Task Who_goes_elsewhere_does_the_next_errand_at_another_terminal_and_then_is_back()
    {
        var floor = Floor(Errand(Ann, "1", store: 0), Errand(Ann, "2", store: 0), Errand(Ann, "3", store: 1));
        await NextAsync(floor, terminal: 0);

        var back = floor.GoElsewhere(Ann, terminal: 0);
        var elsewhere = await NextAsync(floor, terminal: 1);
        Assert.False(back.IsCompleted);
        floor.Done(Ann);
        await back;
        var next = NextAsync(floor, terminal: 1);
        Assert.False(next.IsCompleted);
        floor.Done(Ann);

        Assert.Equal("2", elsewhere);
        Assert.Equal("3", await next);
    }

    [Fact]
    public async Task Who_has_no_further_errand_does_not_go_elsewhere()
    {
        var floor = Floor(Errand(Ann, "1", store: 0));
        await NextAsync(floor, terminal: 0);

        Assert.True(floor.GoElsewhere(Ann, terminal: 0).IsCompleted);
    }

    [Fact]
    public void Stores_are_spread_so_that_terminals_have_about_as_much_to_do()
    {
        int[] stores = [1, 1, 1, 1, 2, 2, 2, 3, 3, 4];

        var terminalOf = Stores.Spread(stores.Select(store => Errand(Ann, "x", store).Basket), terminals: 2);

        Assert.Equal(5, stores.Count(store => terminalOf[store] == 0));
    }

    private static ShopFloor Floor(params Errand[] errands) => new(errands, store => store);

    private static Errand Errand(Customer customer, string basket, int store) =>
        new(customer, new Basket(basket, customer.Household, store, "2026-01-02T08:00:00", 100));

    private static async Task<string?> NextAsync(ShopFloor floor, int terminal) =>
        (await floor.NextAsync(terminal, TestContext.Current.CancellationToken))?.Basket.Id;
}
