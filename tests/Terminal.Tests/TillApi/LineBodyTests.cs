using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Tests.TillApi;

/// <summary>A line of a basket as a till posts it.</summary>
public sealed class LineBodyTests
{
    [Theory]
    [InlineData(100, -1)]
    [InlineData(1, int.MaxValue)]
    public void A_discount_that_no_line_can_have_is_refused_with_a_code(long amount, long discount)
    {
        var refused = Assert.Throws<ProblemException>(
            () => new LineBody(amount, DiscountMinor: discount).ToLine());

        Assert.Equal("discount-out-of-range", refused.Code);
    }

    [Fact]
    public void What_was_taken_off_a_line_is_in_the_intent_and_read_back_from_it()
    {
        var line = new LineBody(800, "s-1", "SHIRT", Quantity: 2, TaxMinor: 160, DiscountMinor: 200).ToLine();

        var intent = new Intent
        {
            Context = new SaleContext { Currency = "USD" },
            Lines = { Entries.ToLine(line) },
        };

        Assert.Equal(200, line.DiscountMinor);
        Assert.Equal(line, Assert.Single(IntentReading.BasketOf(intent).Lines));
    }
}
