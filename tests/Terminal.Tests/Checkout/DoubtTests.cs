using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>Design section 4.7: what a look at the card's log settles, and what it does not.</summary>
public class DoubtTests
{
    // CommitTransaction's place in a sale that only earns.
    private const int Commit = 9;

    private readonly Chain _chain = new();

    [Fact]
    public void Ours_is_the_last_record_so_it_happened_and_the_card_still_proves_it()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, TearMoment.After);

        var wire = shop.Present(card);

        var result = Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout)).Result;
        Assert.Equal((12, 12), (result.Earned, card.Look().Points));
        // The log under the sale key; the last commit under the enquiry key; the session begun anew.
        Assert.Equal("5A 71 AF AB 5A 71 AF AD 5A 71 AF", string.Join(' ', wire.Select(c => $"{c[1]:X2}")));
        Assert.Equal([2, 1, 2], wire.Where(c => c[1] == 0x71).Select(c => c[5]));
        var settlement = shop.Entries[2].Settlement;
        Assert.True(settlement.Happened);
        var steps = Books.Plain(
            shop.Entries[0].Intent.Steps, shop.Entries[1].Doubt.EncryptedPreviousReaderId.Span);
        Assert.True(_chain.Proves(Chain.UidOf(1), settlement.Tmc, settlement.Tmv.Span, steps));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public void Ours_is_found_behind_those_of_other_terminals(int others)
    {
        using var shop = new Shop(_chain);
        using var other = new Shop(_chain, number: 2);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, TearMoment.After);
        Visit(other, card, others);

        shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
        var settlement = shop.Entries[^1].Settlement;
        Assert.True(settlement.Happened);
        Assert.Equal((2u + (uint)others, 0u), (settlement.NewestCounter, settlement.Tmc));
        Assert.Equal(12 + others, card.Look().Points);
    }

    [Fact]
    public void The_newest_record_is_the_one_read_so_it_did_not_happen_and_the_same_tap_tries_again()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, TearMoment.Before);

        var wire = shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
        Assert.Equal(12, card.Look().Points);
        Assert.Equal(
            "5A 71 AF AB 5A 71 AF AB 6C 0C 8B C8 C7", string.Join(' ', wire.Select(c => $"{c[1]:X2}")));
        Assert.False(shop.Entries[2].Settlement.Happened);
        Assert.Equal(shop.Entries[0].Intent.OperationId, shop.Entries[3].Intent.OperationId);
    }

    [Fact]
    public void What_was_read_to_settle_stays_out_of_the_next_proof()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        Doubt(shop, card, TearMoment.Before);

        shop.Present(card);

        var outcome = shop.Entries[^1].Outcome;
        var steps = Books.Plain(outcome.Steps);
        Assert.Equal("AB 6C 0C 8B C8", string.Join(' ', steps.Select(s => $"{s.Header.Span[0]:X2}")));
        Assert.True(_chain.Proves(Chain.UidOf(1), outcome.Tmc, outcome.Tmv.Span, steps));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    public void Ours_is_absent_among_the_ten_so_it_did_not_happen(int others)
    {
        using var shop = new Shop(_chain);
        using var other = new Shop(_chain, number: 2);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, TearMoment.Before);
        Visit(other, card, others);

        shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
        Assert.Equal(12 + others, card.Look().Points);
        Assert.Contains(shop.Entries, e => e.Settlement is { Happened: false });
    }

    [Theory]
    [InlineData(TearMoment.Before)]
    [InlineData(TearMoment.After)]
    public void After_more_than_ten_others_it_stays_open_and_the_card_serves_new_checkouts(TearMoment moment)
    {
        using var shop = new Shop(_chain);
        using var other = new Shop(_chain, number: 2);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, moment);
        Visit(other, card, moment == TearMoment.Before ? 11 : 10);

        shop.Present(card);
        var next = shop.Sell(card, 700);

        Assert.Equal(new CheckoutState.InDoubt(1), shop.StateOf(checkout));
        Assert.IsType<CheckoutState.Completed>(next);
        Assert.Single(shop.Till.Journal.OpenDoubts());
        Assert.DoesNotContain(shop.Entries, e => e.Settlement is not null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Headquarters_closes_what_the_card_cannot_tell(bool happened)
    {
        using var shop = new Shop(_chain);
        using var other = new Shop(_chain, number: 2);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, happened ? TearMoment.After : TearMoment.Before);
        Visit(other, card, 11);
        shop.Present(card);

        shop.Hear(Closed(happened));

        Assert.Empty(shop.Till.Journal.OpenDoubts());
        Assert.IsType(
            happened ? typeof(CheckoutState.Completed) : typeof(CheckoutState.PresentAgain),
            shop.StateOf(checkout));
        shop.Restart();
        shop.Present(card);
        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
        Assert.Equal(12 + 11, card.Look().Points);
        Assert.Empty(shop.Till.Journal.OpenDoubts());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Headquarters_may_be_quicker_than_the_end_of_the_tap(bool happened)
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = shop.Post(1234);
        card.Tear(Commit, happened ? TearMoment.After : TearMoment.Before);
        shop.Till.Journal.Grew += () =>
        {
            if (shop.Entries[^1].Doubt is not null)
                shop.Hear(Closed(happened));
        };

        shop.Present(card);

        Assert.IsType(
            happened ? typeof(CheckoutState.Completed) : typeof(CheckoutState.PresentAgain),
            shop.StateOf(checkout));
        Assert.Equal(1, shop.Till.Desk.Get(checkout.Id)?.Doubts);
    }

    [Fact]
    public void What_headquarters_says_of_another_terminals_doubt_closes_none_here()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        Doubt(shop, card, TearMoment.After);
        var closed = Closed(happened: true);
        closed.DoubtClosed.Terminal = 2;

        shop.Hear(closed);

        Assert.Single(shop.Till.Journal.OpenDoubts());
    }

    [Fact]
    public void A_card_behind_what_it_showed_us_is_refused_and_reported_and_the_doubt_stays()
    {
        using var shop = new Shop(_chain, number: 1, cards: [99]);
        var card = _chain.Issue();
        var copy = card.Clone();
        shop.Sell(card, 100);
        var inDoubt = Doubt(shop, card, TearMoment.After);
        var next = shop.Post(500);

        shop.Present(copy);

        Assert.Equal(new CheckoutState.Declined(DeclineReason.CardSuspect), shop.StateOf(next));
        Assert.IsType<CheckoutState.InDoubt>(shop.StateOf(inDoubt));
        var suspicion = shop.Entries[^1].Suspicion;
        Assert.Equal(
            ("doubt-behind", 1u, 2u), (suspicion.Code, suspicion.CounterRead, suspicion.CounterKnown));
        Assert.Equal(0, copy.Look().Points);
        shop.Present(card);
        Assert.IsType<CheckoutState.Completed>(shop.StateOf(inDoubt));
    }

    [Theory]
    [InlineData(TearMoment.Before)]
    [InlineData(TearMoment.After)]
    public void A_till_that_gives_up_is_told_so_and_the_card_still_settles_it(TearMoment moment)
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, moment);

        Assert.Equal(CancelAnswer.Abandoned, shop.Till.Desk.Cancel(checkout.Id));
        shop.Present(card);

        Assert.IsType<CheckoutState.Abandoned>(shop.StateOf(checkout));
        Assert.Equal(
            [
                EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Doubt,
                EntryBody.ContentOneofCase.Abandonment, EntryBody.ContentOneofCase.Settlement,
            ],
            shop.Story);
        Assert.Equal(moment == TearMoment.After, shop.Entries[^1].Settlement.Happened);
    }

    [Fact]
    public void Another_customers_card_does_not_serve_a_checkout_in_doubt()
    {
        using var shop = new Shop(_chain, number: 1, cards: [1, 2]);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, TearMoment.Before);

        var wire = shop.Present(_chain.Issue(2));

        Assert.Empty(wire);
        Assert.IsType<CheckoutState.InDoubt>(shop.StateOf(checkout));
    }

    [Fact]
    public void The_settled_checkout_goes_before_an_older_one_that_waits_for_any_card()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var older = shop.Post(500, reader: "elsewhere");
        var checkout = Doubt(shop, card, TearMoment.Before);
        var waiting = shop.Post(700);

        shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
        Assert.IsType<CheckoutState.Waiting>(shop.StateOf(waiting));
        Assert.IsType<CheckoutState.Waiting>(shop.StateOf(older));
    }

    [Fact]
    public void A_look_torn_off_leaves_the_doubt_for_the_next_one()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, TearMoment.After);

        card.Tear(4, TearMoment.After);
        shop.Present(card);
        Assert.IsType<CheckoutState.InDoubt>(shop.StateOf(checkout));
        shop.Present(card);

        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
    }

    [Fact]
    public void A_doubt_survives_a_restart_with_its_checkout()
    {
        using var shop = new Shop(_chain);
        var card = _chain.Issue();
        var checkout = Doubt(shop, card, TearMoment.After);

        shop.Restart();

        Assert.Equal(new CheckoutState.InDoubt(1), shop.StateOf(checkout));
        shop.Present(card);
        Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
    }

    private static Checkout Doubt(Shop shop, SimulatedCard card, TearMoment moment)
    {
        var checkout = shop.Post(1234);
        card.Tear(Commit, moment);
        shop.Present(card);
        Assert.IsType<CheckoutState.InDoubt>(shop.StateOf(checkout));
        return checkout;
    }

    private static void Visit(Shop shop, SimulatedCard card, int times)
    {
        for (var i = 0; i < times; i++)
            Assert.IsType<CheckoutState.Completed>(shop.Sell(card, 100));
    }

    private static FeedItem Closed(bool happened) => new()
    {
        DoubtClosed = new DoubtClosedItem { Terminal = 1, IntentSequence = 1, Happened = happened },
    };
}
