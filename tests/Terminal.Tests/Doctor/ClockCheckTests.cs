using SmartCardCrm.Terminal.Doctor;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>Whether the machine knows the time.</summary>
public sealed class ClockCheckTests
{
    private static readonly ClockSight Good =
        new(TimeSpan.Zero, Synchronised: true, HasRtc: true, IsPi: true);

    [Fact]
    public void A_clock_that_agrees_is_synchronised_and_keeps_time_is_fine() =>
        Assert.Equal([(Verdict.Ok, "clock"), (Verdict.Ok, "synchronised")], Kinds(Good));

    [Theory]
    [InlineData(119, Verdict.Ok, "clock")]
    [InlineData(-121, Verdict.Warn, "clock-off")]
    [InlineData(3601, Verdict.Fail, "clock-off")]
    public void A_difference_is_judged_by_its_size(int secondsAhead, object verdict, string code) =>
        Assert.Equal(
            ((Verdict)verdict, code), Kinds(Good with { Ahead = TimeSpan.FromSeconds(secondsAhead) })[0]);

    [Fact]
    public void What_cannot_be_known_is_no_trouble() => Assert.Equal(
        [(Verdict.Ok, "clock"), (Verdict.Ok, "synchronised")],
        Kinds(Good with { Ahead = null, Synchronised = null }));

    [Fact]
    public void A_clock_that_nobody_sets_is_a_warning() => Assert.Equal(
        (Verdict.Warn, "clock-unsynchronised"), Kinds(Good with { Synchronised = false })[1]);

    [Fact]
    public void A_Pi_without_a_battery_is_advised_and_a_PC_is_not()
    {
        Assert.Equal((Verdict.Warn, "rtc-absent"), Kinds(Good with { HasRtc = false })[2]);
        Assert.Equal(2, Kinds(Good with { HasRtc = false, IsPi = false }).Count);
    }

    [Fact]
    public async Task A_program_that_is_not_there_answers_nothing()
    {
        Assert.Null(await Programs.Ask("no-such-program", [], CancellationToken.None));
        Assert.Null(await Programs.Ask("false", [], CancellationToken.None));
        Assert.Equal("yes", await Programs.Ask("echo", ["yes"], CancellationToken.None));
    }

    private static List<(Verdict Verdict, string Code)> Kinds(ClockSight sight) =>
        [.. ClockCheck.Judge(sight).Select(f => (f.Verdict, f.Code))];
}
