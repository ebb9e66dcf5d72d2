using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Tests.Sync;

public sealed class BackOffTests
{
    [Fact]
    public void Pauses_double_up_to_a_limit_and_start_again_after_success()
    {
        var longest = new BackOff(bytes => bytes.Fill(0xFF));

        var pauses = Enumerable.Range(0, 8).Select(_ => longest.Next().TotalSeconds).ToList();
        longest.Reset();

        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 15, 15], pauses);
        Assert.Equal(0.25, longest.Next().TotalSeconds);
    }

    [Fact]
    public void Jitter_takes_off_at_most_half()
    {
        var shortest = new BackOff(bytes => bytes.Clear());

        Assert.Equal(0.125, shortest.Next().TotalSeconds);
    }
}
