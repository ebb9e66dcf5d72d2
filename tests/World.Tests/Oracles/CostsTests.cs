namespace SmartCardCrm.World.Tests;

/// <summary>A sale must not cost more than it has to.</summary>
public sealed class CostsTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void Nine_exchanges_and_two_syncs_are_what_an_earning_sale_costs() =>
        Costs.Sold(After(exchanges: 9), syncs: 2, entries: 2);

    [Fact]
    public void A_third_sync_is_seen() => Assert.Equal(
        "fsyncs", SmallChain.Violated(() => Costs.Sold(After(exchanges: 9), syncs: 3, entries: 2)));

    [Fact]
    public void A_sale_without_a_journal_is_seen() => Assert.Equal(
        "fsyncs", SmallChain.Violated(() => Costs.Sold(After(exchanges: 9), syncs: 0, entries: 0)));

    [Fact]
    public void A_tenth_exchange_is_seen() => Assert.Equal(
        "apdus", SmallChain.Violated(() => Costs.Sold(After(exchanges: 10), syncs: 2, entries: 2)));

    private Presentation After(int exchanges)
    {
        var presentation = new Presentation(_chain.Sale, Operation.Earn, mishap: null) { Commits = 1 };
        for (var i = 0; i < exchanges; i++)
            presentation.Exchanged(0xAB);
        return presentation;
    }
}
