using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>Headquarters may have a card once its customer waits for nothing any more, for new
/// keys.</summary>
public sealed class LendingTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly List<Uid> _offered = [];
    private readonly List<Uid> _lent = [];

    public LendingTests()
    {
        _shop = new Shop(_chain, cards: [1, 2]);
        _shop.Till.Guests.Offered += (reader, uid) =>
        {
            Assert.Equal("counter", reader);
            _offered.Add(uid);
        };
    }

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void A_card_is_offered_once_its_sale_is_over_and_the_till_has_been_told()
    {
        var checkout = _shop.Post(100);
        _shop.Till.Guests.Offered += (_, _) =>
            Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));

        _shop.Present(_chain.Issue());

        Assert.Equal([Chain.UidOf(1)], _offered);
    }

    [Fact]
    public void A_card_that_nobody_sold_to_or_that_is_in_doubt_is_not_offered()
    {
        var card = _chain.Issue();
        _shop.Present(card);
        card.Tear(9, TearMoment.After);
        _shop.Sell(card, 100);

        Assert.Empty(_offered);
    }

    [Fact]
    public void Who_wants_a_served_card_gets_it_while_it_lies_there()
    {
        var checkout = _shop.Post(100);
        _shop.Till.Guests.Offered += (_, uid) => Want(uid);

        _shop.Present(_chain.Issue());

        Assert.IsType<CheckoutState.Completed>(_shop.StateOf(checkout));
        Assert.Equal([Chain.UidOf(1)], _lent);
    }

    [Fact]
    public void Who_wants_a_served_card_gets_neither_the_next_customers_nor_the_same_before_it_is_served()
    {
        Want(Chain.UidOf(1));

        _shop.Sell(_chain.Issue(2), 100);
        _shop.Present(_chain.Issue());

        Assert.Empty(_lent);
        Assert.True(_shop.Till.Guests.Wants("counter", Chain.UidOf(1)));
    }

    [Fact]
    public void A_terminal_with_both_versions_serves_cards_of_both_whatever_it_was_told()
    {
        _shop.Keys.Replace(
            [
                _chain.Master(CardKeyNumber.Enquiry), _chain.Master(CardKeyNumber.Enquiry, 2),
                _chain.Master(CardKeyNumber.Sale), _chain.Master(CardKeyNumber.Sale, 2),
            ],
            _chain.ReaderIdKey(1));

        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_chain.Issue(1), 100));
        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_chain.Issue(2, keyVersion: 2), 100));
    }

    [Fact]
    public void A_terminal_with_old_keys_alone_leaves_a_card_with_new_ones_as_it_is()
    {
        var card = _chain.Issue(2, keyVersion: 2);

        var state = _shop.Sell(card, 100);

        Assert.Equal(new CheckoutState.PresentAgain(RetryCode.CardRefused), state);
        Assert.Equal(1u, card.Look().Tmc);
    }

    private void Want(Uid uid) => _shop.Till.Guests.Announce(
        new ReaderGuest("counter", (_, card) => _lent.Add(card.Uid), uid));
}
