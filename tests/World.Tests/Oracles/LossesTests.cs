namespace SmartCardCrm.World.Tests;

/// <summary>A terminal that is revoked takes with it what it had not reported; nothing else.</summary>
public sealed class LossesTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public LossesTests()
    {
        _chain.Terminal.Line.Cut();
        _chain.Sell();
        _chain.World.Personnel.Revoke(_chain.Terminal);
        _chain.Settle();
    }

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void What_it_took_is_a_gap_that_names_it()
    {
        var gaps = _chain.Book.Database.Read(db => db.List<string>(
            """
            SELECT detail || ' ' || terminal FROM book_exception WHERE cause = 'gap' AND closed_us IS NULL
            """));

        Assert.Equal(["3 1"], gaps);
    }

    [Theory]
    [InlineData("I7", "UPDATE book_exception SET closed_us = 1 WHERE cause = 'gap'")]
    [InlineData("I7", "UPDATE book_exception SET detail = '3..4' WHERE cause = 'gap'")]
    [InlineData("I5", "UPDATE card SET acknowledged_counter = acknowledged_counter + 1")]
    [InlineData("I5", "UPDATE posting SET points = points * 2")]
    [InlineData("I7", "UPDATE card_transaction SET counter = 99 WHERE counter = 5")]
    public void A_book_that_says_otherwise_is_seen(string invariant, string sql)
    {
        _chain.Forge(sql);

        Assert.Equal(invariant, SmallChain.Violated(CheckCard));
    }

    [Fact]
    public void Missing_counters_are_told_as_runs() =>
        Assert.Equal([(2u, 3u), (5u, 5u), (7u, 9u)], Losses.Runs([2, 3, 5, 7, 8, 9]));

    private void CheckCard() => _chain.Book.Database.Read(db =>
    {
        var losses = new Losses(_chain.World, db);
        var card = Server.Cards.Card.Find(db, _chain.Card.Uid.ToString(), 0)!;
        losses.Check(card, _chain.Card, losses.Missing(_chain.Card));
        return true;
    });
}
