using System.Security.Cryptography;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;
using SQLite;

namespace SmartCardCrm.Terminal.Tests;

public sealed class JournalTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Shop _shop;

    public JournalTests() => _shop = new Shop(_chain);

    private Journal Journal => _shop.Till.Journal;

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Each_entry_is_chained_to_the_one_before_as_the_contract_says()
    {
        var card = _chain.Issue();
        _shop.Sell(card, 100);
        _shop.Sell(card, 200);

        var entries = Journal.Unsent(0, 100, int.MaxValue);

        var hash = new byte[32];
        foreach (var entry in entries)
        {
            hash = SHA256.HashData([.. hash, .. BitConverter.GetBytes(entry.Sequence), .. entry.Body.Span]);
            Assert.Equal(hash, entry.ChainHash.ToByteArray());
            Assert.Equal(hash, Journal.HashOf(entry.Sequence));
        }

        Assert.Equal([1u, 2u, 3u, 4u], entries.Select(e => e.Sequence));
        Assert.Equal(4u, Journal.Head.Sequence);
        Assert.Equal(hash, Journal.Head.Hash.ToArray());
        Assert.Null(Journal.HashOf(5));
        Assert.Equal(new byte[32], Journal.HashOf(0));
    }

    [Theory]
    [InlineData("UPDATE entry SET body = zeroblob(length(body)) WHERE sequence = 2")]
    [InlineData("DELETE FROM entry WHERE sequence = 3")]
    [InlineData("UPDATE entry SET chain_hash = zeroblob(32) WHERE sequence = 4")]
    [InlineData("DELETE FROM entry WHERE sequence = 1")]
    [InlineData("UPDATE entry SET kind = 1 WHERE sequence = 4")]
    [InlineData("UPDATE entry SET operation = zeroblob(16) WHERE sequence = 1")]
    [InlineData("UPDATE entry SET closes = 3 WHERE sequence = 2")]
    public void A_journal_that_is_not_what_was_written_is_not_opened(string harm)
    {
        var card = _chain.Issue();
        _shop.Sell(card, 100);
        _shop.Sell(card, 200);
        _shop.Till.Dispose();
        using (var connection = new SQLiteConnection(_shop.DatabasePath))
            connection.Execute(harm);

        Assert.Throws<JournalFailedException>(_shop.Restart);
    }

    [Theory]
    [InlineData("UPDATE checkout SET document = 'x'")]
    [InlineData("UPDATE checkout SET document = substr(document, 2)")]
    [InlineData("UPDATE checkout SET id = randomblob(16)")]
    public void A_database_that_holds_what_nobody_wrote_is_not_opened(string harm)
    {
        _shop.Post(100);
        _shop.Till.Dispose();
        using (var connection = new SQLiteConnection(_shop.DatabasePath))
            Assert.Equal(1, connection.Execute(harm));

        Assert.Throws<JournalFailedException>(_shop.Restart);
    }

    [Fact]
    public void A_card_in_the_replica_that_cannot_be_read_is_a_failure_of_the_disk()
    {
        _shop.Till.Database.Lazily(c => c.Run("UPDATE card SET item = x'FF'"));
        _shop.Post(100);

        Assert.Throws<JournalFailedException>(() => _shop.Present(_chain.Issue()));
    }

    [Fact]
    public void A_journal_whose_index_does_not_find_what_was_written_is_not_opened()
    {
        _shop.Sell(_chain.Issue(), 100);
        _shop.Till.Dispose();
        using (var connection = new SQLiteConnection(_shop.DatabasePath))
        {
            connection.Execute("PRAGMA writable_schema = ON");
            connection.Execute(
                """
                UPDATE sqlite_master SET rootpage =
                    (SELECT rootpage FROM sqlite_master WHERE name = 'checkout_open')
                WHERE name = 'entry_operation'
                """);
        }

        Assert.Throws<JournalFailedException>(_shop.Restart);
    }

    [Fact]
    public void An_intent_that_a_crash_left_open_is_in_doubt_after_the_restart()
    {
        var card = _chain.Issue();
        var checkout = _shop.Post(1234);
        _shop.Reader.Put(card);
        _shop.Reader.DieBefore = command => command[1] == 0xC7;
        Assert.Throws<ProcessDiedException>(() => _shop.StepUntilIdle());
        _shop.Reader.DieBefore = null;

        _shop.Restart();

        Assert.Equal([EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Doubt], _shop.Story);
        Assert.Equal(new CheckoutState.InDoubt(1), _shop.StateOf(checkout));
        _shop.Present(card);
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
        Assert.Equal(12, card.Look().Points);
    }

    [Fact]
    public void A_crash_after_the_outcome_completes_the_checkout_after_the_restart()
    {
        var card = _chain.Issue();
        var checkout = _shop.Post(1234);
        var appended = 0;
        Journal.Grew += () =>
        {
            if (++appended == 2)
                throw new ProcessDiedException();
        };
        _shop.Reader.Put(card);
        Assert.Throws<ProcessDiedException>(() => _shop.StepUntilIdle());

        _shop.Restart();

        var result = Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout)).Result;
        Assert.Equal((12, 1234L, 12), (result.Earned, result.DueMinor, result.BalanceAfter));
        Assert.Equal(2, _shop.Entries.Count);
    }

    [Fact]
    public void A_crash_before_the_card_was_touched_lets_the_checkout_wait_again()
    {
        var card = _chain.Issue();
        var checkout = _shop.Post(1234);
        _shop.Reader.Put(card);
        _shop.Reader.DieBefore = command => command[1] == 0x6C;
        Assert.Throws<ProcessDiedException>(() => _shop.StepUntilIdle());
        _shop.Reader.DieBefore = null;

        _shop.Restart();

        Assert.Equal(new CheckoutState.PresentAgain(RetryCode.Restarted), _shop.StateOf(checkout));
        Assert.Empty(_shop.Entries);
        _shop.Present(card);
        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
    }

    [Fact]
    public void The_intent_carries_what_the_till_called_the_checkout()
    {
        var checkout = _shop.Post(100, key: "receipt 1");

        _shop.Present(_chain.Issue());

        var intent = _shop.Entries[0].Intent;
        var context = intent.Context;
        Assert.Equal("receipt 1", intent.IdempotencyKey);
        Assert.Equal(checkout.Id, new Guid(intent.OperationId.Span, bigEndian: true));
        Assert.Equal(("USD", 42u, "2026-05-04"), (context.Currency, context.Store, context.BusinessDate));
    }

    [Fact]
    public void What_is_unsent_comes_in_batches_by_count_and_by_bytes()
    {
        var card = _chain.Issue();
        for (var i = 0; i < 3; i++)
            _shop.Sell(card, 100);
        var size = Journal.Unsent(0, 1, int.MaxValue)[0].CalculateSize();

        Assert.Equal([3u, 4u], Journal.Unsent(2, 2, int.MaxValue).Select(e => e.Sequence));
        Assert.Equal([1u], Journal.Unsent(0, 100, size).Select(e => e.Sequence));
        Assert.Equal([1u], Journal.Unsent(0, 100, 1).Select(e => e.Sequence));
        Assert.Empty(Journal.Unsent(6, 100, int.MaxValue));
    }

    [Fact]
    public void The_acknowledgement_survives_a_restart_and_may_go_backwards()
    {
        Journal.AcknowledgeThrough(7);
        _shop.Restart();
        Assert.Equal(7u, Journal.AcknowledgedThrough);

        Journal.AcknowledgeThrough(3);

        Assert.Equal(3u, Journal.AcknowledgedThrough);
    }

    [Fact]
    public void A_settled_doubt_stays_settled_after_a_restart()
    {
        var card = _chain.Issue();
        _shop.Post(100);
        card.Tear(9, TearMoment.After);
        _shop.Present(card);
        _shop.Present(card);

        _shop.Restart();

        Assert.Empty(Journal.OpenDoubts());
        Assert.Equal(3, _shop.Entries.Count);
    }
}
