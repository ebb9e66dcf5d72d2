using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Tests.Sync;

/// <summary>A clock that differs from the server's is a fault that people are shown, while it
/// differs.</summary>
public sealed class ClockWatchTests
{
    private static readonly DateTimeOffset ServersTime = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly FaultBook _faults = new();

    [Theory]
    [InlineData(-200, "clock: 3 min 20 s behind the server's")]
    [InlineData(121, "clock: 2 min 1 s ahead of the server's")]
    [InlineData(-90_000, "clock: 1 d 1 h behind the server's")]
    public void A_clock_that_is_off_is_a_fault(int secondsAhead, string expected)
    {
        Hear(secondsAhead, Welcome);

        Assert.Equal(expected, Assert.Single(_faults.Lines));
    }

    [Theory]
    [InlineData(-120)]
    [InlineData(0)]
    [InlineData(120)]
    public void A_clock_that_is_right_or_nearly_so_is_none(int secondsAhead)
    {
        Hear(secondsAhead, Welcome);

        Assert.Empty(_faults.Lines);
    }

    [Theory]
    [InlineData(-7_200, "clock: 2 h 0 min behind this terminal's own newest entry")]
    [InlineData(-120, null)]
    [InlineData(86_400, null)]
    public void A_clock_that_went_backwards_is_a_fault_before_anybody_was_asked(
        int secondsAhead, string? expected)
    {
        var clock = new FakeTimeProvider(ServersTime.AddSeconds(secondsAhead));

        new ClockWatch(_faults, clock, NullLogger<ClockWatch>.Instance).Began(written: ServersTime);

        Assert.Equal(expected, _faults.Lines.SingleOrDefault());
    }

    [Fact]
    public void It_goes_away_when_the_clock_fits_again_and_comes_back_with_the_next_answer()
    {
        Hear(-200, Welcome);
        Hear(-1, Feed);
        var corrected = _faults.Lines;
        Hear(-300, Feed);

        Assert.Empty(corrected);
        Assert.Equal("clock: 5 min 0 s behind the server's", Assert.Single(_faults.Lines));
    }

    [Fact]
    public void A_message_without_a_time_says_nothing()
    {
        Hear(-200, Welcome);
        Hear(0, _ => new ServerMessage { Feed = new FeedBatch() });
        Hear(0, _ => new ServerMessage { Acknowledgement = new Acknowledgement() });

        Assert.Single(_faults.Lines);
    }

    private void Hear(int secondsAhead, Func<long, ServerMessage> say)
    {
        var clock = new FakeTimeProvider(ServersTime.AddSeconds(secondsAhead));
        var watch = new ClockWatch(_faults, clock, NullLogger<ClockWatch>.Instance);
        watch.Heard(say((ServersTime - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond));
    }

    private static ServerMessage Welcome(long us) =>
        new() { Welcome = new Welcome { ServerTimeUs = us } };

    private static ServerMessage Feed(long us) => new() { Feed = new FeedBatch { AsOfUs = us } };
}
