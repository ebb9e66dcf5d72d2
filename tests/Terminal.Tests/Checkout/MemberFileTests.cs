using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>What headquarters wants to stand on a card of its member: offers, or nothing any more.</summary>
public sealed class MemberFileTests : IDisposable
{
    private static readonly CardOffer Spring = new(1001, new DateOnly(2026, 5, 4), 1, 2);
    private static readonly CardOffer Always = new(7, null, 255, 0);

    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly SimulatedCard _card;

    public MemberFileTests()
    {
        _shop = new Shop(_chain);
        _card = _chain.Issue();
    }

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Offers_come_with_a_sale_for_one_exchange_more_and_are_shown_while_they_hold()
    {
        _shop.Hear(Writes(1, new MemberFile("en") { Offers = [Spring, Always] }));
        _shop.Post(20_00);
        var sent = _shop.Present(_card);

        Assert.Equal(
            "5A 71 AF AB 6C 0C 8D 8B C8 C7", string.Join(' ', sent.Select(command => $"{command[1]:X2}")));
        Assert.Equal([Spring, Always], Ask().Offers!);
        _chain.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal([Always], Ask().Offers!);
    }

    [Fact]
    public void Of_several_files_the_last_one_is_written_once()
    {
        _shop.Hear(Writes(1, new MemberFile("en") { Offers = [Spring] }));
        _shop.Hear(SaleTests.Action(2, points: 5));
        _shop.Hear(Writes(3, new MemberFile("ru") { Offers = [Always] }));
        _shop.Post(20_00);
        var sent = _shop.Present(_card);

        Assert.Single(sent, command => command[1] == 0x8D);
        var answer = Ask();
        Assert.Equal(("ru", 25), (answer.Language, answer.Balance));
        Assert.Equal([Always], answer.Offers!);
        Assert.Equal(3, SaleTests.RecordOn(_card).LastCardAction);
    }

    [Fact]
    public void An_erased_card_tells_nothing_of_its_member_and_sells_on()
    {
        _shop.Hear(Writes(1, MemberFile.Erased));
        _shop.Sell(_card, 20_00);

        var answer = Ask();

        Assert.Equal($"01{new string('0', 254)}", _card.Look().MemberFile);
        Assert.Equal((null, null), (answer.Language, answer.Alias));
        Assert.Empty(answer.Offers!);
        Assert.IsType<CheckoutState.Completed>(_shop.Sell(_card, 20_00));
    }

    [Fact]
    public void A_blocked_card_is_emptied_all_the_same()
    {
        _shop.Hear(new FeedItem
        {
            Hotlist = new HotlistItem { Uid = Chain.ItemOf(1).Card.Uid, Listed = true },
        });
        var blocks = SaleTests.Action(1, points: 0);
        blocks.CardAction.Blocks = true;
        _shop.Hear(blocks);
        _shop.Sell(_card, 20_00);
        _shop.Hear(Writes(2, MemberFile.Erased));

        _shop.Sell(_card, 20_00);

        Assert.Equal($"01{new string('0', 254)}", _card.Look().MemberFile);
        Assert.Equal(3u, _card.Look().Tmc);
    }

    [Fact]
    public void A_tap_torn_anywhere_writes_file_and_record_together_or_neither()
    {
        var file = new MemberFile("en") { Offers = [Always] };
        for (var tear = 8; tear <= 21; tear++)
        {
            using var shop = new Shop(_chain);
            var card = _chain.Issue();
            shop.Hear(Writes(1, file));
            var before = card.Look().MemberFile;
            card.Tear(tear / 2, tear % 2 == 0 ? TearMoment.Before : TearMoment.After);

            shop.Sell(card, 20_00);
            var isWritten = card.Look().MemberFile != before;
            Assert.Equal(isWritten ? 1 : 0, SaleTests.RecordOn(card).LastCardAction);
            shop.Present(card);

            Assert.NotEqual(before, card.Look().MemberFile);
            Assert.Equal(20, card.Look().Points);
        }
    }

    [Theory]
    [InlineData("english", 7u, "", 1u)]
    [InlineData("", 7u, "", 1u)]
    [InlineData("en", 0u, "", 1u)]
    [InlineData("en", 7u, "4 May", 1u)]
    [InlineData("en", 7u, "", 256u)]
    public void A_file_for_which_no_card_has_room_is_not_stored(
        string language, uint id, string until, uint uses)
    {
        var item = Writes(1, new MemberFile("en"));
        item.CardAction.File = new MemberFileItem
        {
            Language = language,
            Offers = { new OfferItem { Id = id, Until = until, UsesLeft = uses } },
        };

        Assert.Throws<FormatException>(() => _shop.Hear(item));
    }

    private EnquiryResult Ask()
    {
        var asked = _shop.Post(new Order.Enquiry(null, 0, WithMember: true));
        _shop.Present(_card);
        return Assert.IsType<CheckoutState.Answered>(_shop.StateOf(asked)).Result;
    }

    private static FeedItem Writes(uint number, MemberFile file)
    {
        var item = SaleTests.Action(number, points: 0);
        item.CardAction.File = MemberFiles.ToItem(file);
        return item;
    }
}
