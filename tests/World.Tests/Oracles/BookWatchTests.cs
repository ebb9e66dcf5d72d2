namespace SmartCardCrm.World.Tests;

/// <summary>What is new in the book must have happened.</summary>
public sealed class BookWatchTests : IDisposable
{
    private readonly SmallChain _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void The_book_as_the_server_wrote_it_is_true() => _chain.World.Book.Restarted(_chain.Book);

    [Fact]
    public void Postings_must_sum_to_zero()
    {
        _chain.Forge(
            """
            INSERT INTO posting (id, programme, currency, account, owner, points, terminal, sequence)
            SELECT id + 100, programme, currency, account, owner, points, terminal, sequence
            FROM posting LIMIT 1
            """);

        Assert.Equal("I1", SmallChain.Violated(() => _chain.World.Book.Watch(_chain.Book)));
    }

    [Fact]
    public void A_posted_transaction_must_be_a_cards()
    {
        _chain.Forge("UPDATE card_transaction SET record_written = zeroblob(64) WHERE counter = 2");

        Assert.Equal("I9", SmallChain.Violated(() => _chain.World.Book.Restarted(_chain.Book)));
    }

    [Fact]
    public void A_card_action_must_make_good_what_was_committed()
    {
        MakeGood(9, counter: 2);

        Assert.Equal("I8", SmallChain.Violated(() => _chain.World.Book.Watch(_chain.Book)));
    }

    [Fact]
    public void A_place_that_a_lost_journal_gave_out_twice_is_the_posted_commits()
    {
        var lost = _chain.Card.Commits[1];
        var posted = lost with { Record = lost.Record with { Counter = 4, Earned = lost.Record.Earned + 1 } };
        _chain.Card.Inherit([posted]);
        _chain.Forge("UPDATE card_transaction SET counter = 4 WHERE counter = 2");

        MakeGood(posted.Record.Earned, counter: 4);
        _chain.World.Book.Watch(_chain.Book);

        _chain.Forge($"UPDATE card_action SET points = {-lost.Record.Earned}");
        Assert.Equal("I8", SmallChain.Violated(() => _chain.World.Book.Restarted(_chain.Book)));
    }

    private void MakeGood(int earned, uint counter) => _chain.Forge(
        $"""
        INSERT INTO card_action
            (uid, generation, number, points, reason, for_terminal, for_sequence, queued_us)
        SELECT uid, generation, 1, {-earned}, 'abandoned', terminal, sequence, 0 FROM card_transaction
        WHERE counter = {counter}
        """);
}
