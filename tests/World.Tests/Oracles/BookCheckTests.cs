
namespace SmartCardCrm.World.Tests;

/// <summary>When all has come to rest, the book must be what the cards are.</summary>
public sealed class BookCheckTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public BookCheckTests() => _chain.Settle();

    public void Dispose() => _chain.Dispose();

    [Theory]
    [InlineData("I1", "UPDATE posting SET points = points + 1 WHERE id = (SELECT MAX(id) FROM posting)")]
    [InlineData("I5", "UPDATE posting SET points = points * 2")]
    [InlineData("I5", "UPDATE card SET acknowledged_counter = acknowledged_counter - 1")]
    [InlineData("I5", "UPDATE card SET acknowledged_balance = acknowledged_balance + 1")]
    [InlineData("I7", "UPDATE journal_entry SET verdict = 'misfit' WHERE terminal = 1 AND sequence = 1")]
    [InlineData("I8", "UPDATE card SET last_card_action = 1")]
    public void A_forged_row_is_seen(string invariant, string sql)
    {
        _chain.Forge(sql);

        Assert.Equal(invariant, SmallChain.Violated(Check));
    }

    [Fact]
    public void A_card_action_that_no_card_applied_is_seen()
    {
        _chain.Forge(
            """
            INSERT INTO card_action (uid, generation, number, points, reason, queued_us)
            SELECT uid, generation, 1, 5, 'forged', 0 FROM card
            """);

        Assert.Equal("I8", SmallChain.Violated(Check));
    }

    [Fact]
    public void An_exception_that_stays_open_without_need_is_seen()
    {
        _chain.Forge(
            """
            INSERT INTO book_exception (id, name, cause, terminal, uid, detail, opened_us)
            SELECT 1000, 'gap', 'gap', 1, uid, 'forged', 0 FROM card
            """);

        Assert.Equal("I7", SmallChain.Violated(Check));
    }

    [Fact]
    public void What_a_till_gave_up_and_nobody_made_good_is_seen()
    {
        _chain.Sale.Told = new CheckoutState.Abandoned();

        Assert.Equal("I4", SmallChain.Violated(Check));
    }

    private void Check() => new BookCheck(_chain.World).Check();
}
