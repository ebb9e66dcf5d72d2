using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Terminal.Tests.Kit;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Tests.TillApi;

/// <summary>Who is at the till, as it says.</summary>
public sealed class CashierTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\u0007")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123x")]
    public void A_name_that_is_none_is_refused_with_a_code(string cashier)
    {
        var sale = new CheckoutBody("USD", AmountMinor: 100, Cashier: cashier);
        var back = new ReturnBody(new Guid("01900000-0000-7000-8000-000000000001"), Cashier: cashier);

        Assert.Equal("cashier-malformed", CodeOf(() => sale.ToRequest([], contacts: null)));
        Assert.Equal("cashier-malformed", CodeOf(() => back.ToReversal([])));
    }

    [Fact]
    public void The_intent_says_who_it_was()
    {
        var chain = new Chain();
        using var shop = new Shop(chain);
        var request = new CheckoutRequest(
            new Order.Sale(Basket.Of(new Money(1234, "USD")), PointsAsked: 0), Store: null, SoldAt: null,
            BusinessDate: null, Reader: null, Timeout: TimeSpan.FromMinutes(1))
        {
            Cashier = new CheckoutBody("USD", AmountMinor: 1, Cashier: " 7 Kim ")
                .ToRequest([], contacts: null).Cashier,
        };
        shop.Till.Desk.Create(request, "key");

        shop.Present(chain.Issue());

        Assert.Equal("7 Kim", shop.Entries[0].Intent.Context.Cashier);
    }

    private static string CodeOf(Func<CheckoutRequest> read) =>
        Assert.Throws<ProblemException>(read).Code;
}
