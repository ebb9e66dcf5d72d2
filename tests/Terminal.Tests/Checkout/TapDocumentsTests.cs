using System.Text;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>A checkout on its way to headquarters, which takes none that a till could not have
/// posted.</summary>
public sealed class TapDocumentsTests
{
    private static readonly Basket Shirt = Basket.Of(new Money(1_999, "USD"));

    [Fact]
    public void A_checkout_comes_back_as_it_was()
    {
        var checkout = Of(new Order.Sale(Shirt, CheckoutRequest.AllPoints));

        Assert.Equal(checkout, TapDocuments.ReadCheckout(TapDocuments.Write(checkout)));
    }

    [Fact]
    public void What_became_of_it_comes_back_too()
    {
        CheckoutState[] states =
        [
            new CheckoutState.PresentAgain(RetryCode.CardLost), new CheckoutState.InDoubt(7),
            new CheckoutState.Declined(DeclineReason.CardBlocked),
        ];

        Assert.Equal(states, states.Select(state => TapDocuments.ReadState(TapDocuments.Write(state))));
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_no_till_could_have_posted_is_refused(string why)
    {
        Assert.NotEmpty(why);
        var document = TapDocuments.Write(Wrong[why]);

        Assert.Throws<FormatException>(() => TapDocuments.ReadCheckout(document));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"id":"0193e7a0-0000-7000-8000-000000000000","request":null}""")]
    public void What_is_no_checkout_is_refused(string document) =>
        Assert.Throws<FormatException>(() => TapDocuments.ReadCheckout(Encoding.UTF8.GetBytes(document)));

    public static TheoryData<string> Impossible => [.. Wrong.Keys];

    private static Dictionary<string, Checkout> Wrong { get; } = new(StringComparer.Ordinal)
    {
        ["points below zero"] = Of(new Order.Sale(Shirt, -1)),
        ["an amount beyond the card's"] = Of(new Order.Sale(Basket.Of(new Money(1L << 31, "USD")), 0)),
        ["a negative amount"] = Of(new Order.Sale(Basket.Of(new Money(-1, "USD")), 0)),
        ["no basket"] = Of(new Order.Sale(new Basket("USD", []), 0)),
        ["a currency of two letters"] = Of(new Order.Sale(Basket.Of(new Money(1, "US")), 0)),
        ["a control character"] = Of(new Order.Sale(
            new Basket("USD", [new BasketLine("a\n", "", 1000, 1, 0)]), 0)),
        ["nothing comes back"] = Of(new Order.Return(Guid.AllBitsSet, [])),
        ["a line before the first comes back"] = Of(new Order.Return(
            Guid.AllBitsSet, [new ReturnedLine(-1, 1000)])),
        ["more comes back than can be counted"] = Of(new Order.Return(
            Guid.AllBitsSet, [new ReturnedLine(0, long.MaxValue), new ReturnedLine(0, long.MaxValue)])),
        ["a return without the card"] = Of(new Order.Return(
            Guid.AllBitsSet, [new ReturnedLine(0, 1000)], WithoutCard: true)),
        ["an adjustment by nothing"] = Of(new Order.Adjustment(0, "goodwill", "Vera")),
        ["nobody's adjustment"] = Of(new Order.Adjustment(1, "goodwill", "")),
        ["a time that is none"] = Of(new Order.Sale(Shirt, 0)) with
        {
            Request = RequestOf(new Order.Sale(Shirt, 0)) with { SoldAt = "yesterday" },
        },
        ["no name of its own"] = Of(new Order.Sale(Shirt, 0)) with { IdempotencyKey = "" },
    };

    private static Checkout Of(Order order) => new(
        Guid.AllBitsSet, RequestOf(order), "key", default, new CheckoutState.Waiting(), 0, 0, default);

    private static CheckoutRequest RequestOf(Order order) =>
        new(order, 1, "2026-11-23T10:00:00", new DateOnly(2026, 11, 23), null, TimeSpan.FromMinutes(2));
}
