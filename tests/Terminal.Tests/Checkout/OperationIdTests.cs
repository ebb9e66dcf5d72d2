using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

public class OperationIdTests
{
    [Fact]
    public void Ids_are_version_7_of_the_clocks_time_and_rise_even_within_a_millisecond()
    {
        var chain = new Chain();
        var ids = new OperationIds(chain.Clock, chain.Random);

        var made = Enumerable.Range(0, 5000).Select(_ => ids.Next()).ToList();

        Assert.Equal(made.Order(), made);
        Assert.Equal(5000, made.Distinct().Count());
        Assert.All(made, id => Assert.Equal((7, 8), (id.Version, id.Variant & 0xC)));
        var milliseconds = Convert.ToInt64(made[0].ToString("N")[..12], 16);
        Assert.Equal(chain.Clock.GetUtcNow().ToUnixTimeMilliseconds(), milliseconds);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(7_258_118_400_000)]
    public void Ids_rise_whatever_the_clock_says(long milliseconds)
    {
        var chain = new Chain();
        chain.Clock.AdjustTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
        var ids = new OperationIds(chain.Clock, chain.Random);

        var made = Enumerable.Range(0, 5000).Select(_ => ids.Next()).ToList();

        Assert.Equal(made.Order(), made);
        Assert.Equal(5000, made.Distinct().Count());
        Assert.All(made, id => Assert.Equal((7, 8), (id.Version, id.Variant & 0xC)));
    }
}
