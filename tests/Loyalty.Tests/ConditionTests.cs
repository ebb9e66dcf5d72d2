using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class ConditionTests
{
    private static readonly Basket Ten = Basket.Of(new Money(1000, "USD"));

    // A Thursday.
    private static readonly Occasion Evening = new(
        Tier: 2, ["parents"], Store: 31, new DateTime(2026, 11, 26, 18, 30, 0, DateTimeKind.Unspecified));

    [Fact]
    public void Tier_segment_store_and_basket_must_be_among_those_named()
    {
        Assert.True(Hold(new Conditions { Tiers = [1, 2], Segments = ["parents", "x"], Stores = [31] }));
        Assert.True(Hold(new Conditions()));
        Assert.False(Hold(new Conditions { Tiers = [1, 3] }));
        Assert.False(Hold(new Conditions { Segments = ["students"] }));
        Assert.False(Hold(new Conditions { Stores = [30] }));
        Assert.True(Hold(new Conditions { BasketLeastMinor = 1000 }));
        Assert.False(Hold(new Conditions { BasketLeastMinor = 1001 }));
    }

    [Fact]
    public void First_and_last_day_belong_to_the_time()
    {
        DateOnly today = new(2026, 11, 26);

        Assert.True(Hold(new Conditions { FirstDay = today, LastDay = today }));
        Assert.False(Hold(new Conditions { FirstDay = today.AddDays(1) }));
        Assert.False(Hold(new Conditions { LastDay = today.AddDays(-1) }));
    }

    [Fact]
    public void Days_of_the_week_are_the_stores_own()
    {
        Assert.True(Hold(new Conditions { Days = [DayOfWeek.Thursday] }));
        Assert.False(Hold(new Conditions { Days = [DayOfWeek.Friday, DayOfWeek.Wednesday] }));
    }

    [Theory]
    [InlineData("18:30", "19:00", true)]
    [InlineData("18:00", "18:30", false)]
    [InlineData("18:00", "00:00", true)]
    [InlineData("22:00", "18:31", true)]
    [InlineData("22:00", "18:30", false)]
    [InlineData("00:00", "00:00", true)]
    public void A_span_begins_with_its_first_minute_ends_before_its_last_and_may_last_over_midnight(
        string from, string to, bool holds) =>
        Assert.Equal(holds, Hold(new Conditions { From = Time(from), To = Time(to) }));

    private static bool Hold(Conditions conditions) => conditions.Hold(Ten, Evening);

    private static TimeOnly Time(string text) =>
        TimeOnly.ParseExact(text, "HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
