namespace SmartCardCrm.EndToEnd.Tests;

/// <summary>
/// A sale's whole way, from the card to the ledger, through the parts as they are installed.
/// </summary>
public sealed class FirstSaleTests(OneChain chain) : IClassFixture<OneChain>
{
    [Fact]
    public async Task A_sale_is_nine_commands_and_ends_as_a_proven_transaction()
    {
        var card = chain.Customers[0].Uid;

        var (checkout, apdus) = await chain.SellAsync(chain.Chain.Terminals[0], card, 1234);

        var posted = await chain.PostedAsync(card, count: 2);
        Assert.Equal("completed", checkout.State);
        Assert.Equal(9, apdus);
        Assert.Equal(12, checkout.Result?.Earned);
        Assert.Equal(12, (await chain.Rack.LookAsync(card, chain.Limit)).Points);
        Assert.Contains(posted, t => t is { Counter: 2, Earned: 12, Redeemed: 0 });
        Assert.Equal(12, (await chain.LedgerAsync(card)).Balance);
    }

    [Fact]
    public async Task A_checkout_waits_through_the_death_of_its_terminal()
    {
        var (till, card) = (chain.Chain.Terminals[1], chain.Customers[1].Uid);
        var reader = till.Readers[0];
        var (order, key) = chain.Order(reader, 500);
        var before = await chain.PostAsync(till, order, key);

        await till.KillAsync();
        await till.StartAsync(chain.Limit);
        await chain.Rack.InsertAsync(reader.Slot, card, chain.Limit);
        var after = await chain.UntilAsync(till, before.Id, now => now.IsOver);
        var again = await chain.PostAsync(till, order, key);
        await chain.Rack.RemoveAsync(reader.Slot, chain.Limit);
        await till.Watch.EmptyAsync(reader.Name, chain.Limit);

        Assert.Equal("completed", after.State);
        Assert.Equal(before.Id, again.Id);
        Assert.Equal(5, (await chain.Rack.LookAsync(card, chain.Limit)).Points);
    }

    [Fact]
    public async Task What_is_sold_without_a_network_is_posted_once_when_it_is_back()
    {
        var (till, card) = (chain.Chain.Terminals[0], chain.Customers[2].Uid);
        chain.Chain.Line.Cut();

        var (first, _) = await chain.SellAsync(till, card, 700);
        var (second, _) = await chain.SellAsync(till, card, 300);
        var postedMeanwhile = await chain.PostedAsync(card, count: 0);
        chain.Chain.Line.Mend();
        var posted = await chain.PostedAsync(card, count: 3);

        Assert.Equal(("completed", "completed"), (first.State, second.State));
        Assert.Single(postedMeanwhile);
        Assert.Equal([1, 2, 3], posted.Select(t => t.Counter).Order());
        Assert.Equal(10, (await chain.LedgerAsync(card)).Balance);
    }

    [Fact]
    public async Task Goods_that_one_till_sold_come_back_at_another()
    {
        var (seller, desk) = (chain.Chain.Terminals[0], chain.Chain.Terminals[1]);
        var (card, reader) = (chain.Customers[6].Uid, desk.Readers[0]);
        var (sold, _) = await chain.SellAsync(seller, card, 2000);
        await chain.PostedAsync(card, count: 2);

        var reversal = await chain.PostReversalAsync(desk, sold.Id);
        await chain.Rack.InsertAsync(reader.Slot, card, chain.Limit);
        var back = await chain.UntilAsync(desk, reversal, now => now.IsOver);
        await chain.Rack.RemoveAsync(reader.Slot, chain.Limit);
        await desk.Watch.EmptyAsync(reader.Name, chain.Limit);

        Assert.Equal(("completed", 20), (back.State, back.Result?.Redeemed));
        Assert.Equal(3, (await chain.PostedAsync(card, count: 3)).Count);
        Assert.Equal(0, (await chain.LedgerAsync(card)).Balance);
    }

    [Theory]
    [InlineData(9, true, 3)]
    [InlineData(9, false, 4)]
    public async Task A_torn_commit_is_settled_when_the_card_comes_back(
        int exchange, bool before, int customer)
    {
        var (till, card) = (chain.Chain.Terminals[0], chain.Customers[customer].Uid);
        var reader = till.Readers[0];
        await chain.Rack.InsertAsync(reader.Slot, card, chain.Limit);
        await chain.Rack.TearAsync(reader.Slot, exchange, before, chain.Limit);
        var (order, key) = chain.Order(reader, 4200);
        var started = await chain.PostAsync(till, order, key);
        var doubtful = await chain.UntilAsync(till, started.Id, now => now.Doubts > 0);
        await till.Watch.EmptyAsync(reader.Name, chain.Limit);

        await chain.Rack.InsertAsync(reader.Slot, card, chain.Limit);
        var settled = await chain.UntilAsync(till, started.Id, now => now.IsOver);
        await chain.Rack.RemoveAsync(reader.Slot, chain.Limit);
        await till.Watch.EmptyAsync(reader.Name, chain.Limit);

        Assert.Equal(1, doubtful.Doubts);
        Assert.Equal("completed", settled.State);
        Assert.Equal(42, (await chain.Rack.LookAsync(card, chain.Limit)).Points);
        Assert.Equal(2, (await chain.PostedAsync(card, count: 2)).Count);
        Assert.Equal(42, (await chain.LedgerAsync(card)).Balance);
    }

    [Fact]
    public async Task The_readers_come_back_when_the_daemon_does()
    {
        var (till, card) = (chain.Chain.Terminals[0], chain.Customers[5].Uid);

        await chain.Chain.Readers.KillPcscdAsync(chain.Limit);
        await chain.EventuallyAsync(
            () => till.Till.ReadersAsync(chain.Limit), readers => readers.All(r => r is { Available: true }));
        var (checkout, apdus) = await chain.SellAsync(till, card, 100);

        Assert.Equal("completed", checkout.State);
        Assert.Equal(9, apdus);
    }
}
