using SmartCardCrm.Demo.Measuring;

namespace SmartCardCrm.Demo.Tests;

public sealed class SalesPathTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Strace_lines_are_read_by_thread_and_each_call_counts_once()
    {
        string[] lines =
        [
            "10579<tap 00> 1795446858.938015 fsync(3 <unfinished ...>",
            "10580<journal-idle> 1795446858.938669 fdatasync(4)      = 0",
            "10579<tap 00> 1795446858.938706 <... fsync resumed>) = 0",
            "10579<tap 00> 1795446858.940000 +++ exited with 0 +++",
        ];

        var fsyncs = FsyncLog.Read(lines).ToList();

        Assert.Equal(["tap 00", "journal-idle"], fsyncs.Select(f => f.Thread));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(17954468589380150), fsyncs[0].At);
    }

    [Theory]
    [InlineData(0, 0, 0, 8)]
    [InlineData(3, 0, 0, 9)]
    [InlineData(0, 5, 0, 9)]
    [InlineData(3, 5, 0, 10)]
    [InlineData(3, 0, 1, 10)]
    public void The_least_follows_from_what_the_sale_did(int earned, int redeemed, int actions, int least) =>
        Assert.Equal(least, Tap.Least(earned, redeemed, actions));

    [Fact]
    public void What_readers_sync_between_first_and_last_sale_counts_and_checkpoints_are_apart()
    {
        Tap[] taps = [Clean(second: 0), Clean(second: 10)];
        Fsync[] fsyncs =
        [
            At("tap 00", -5), At("tap 00", 0.5), At("tap 00", 0.6), At("tap 00", 5), At("journal-idle", 6),
            At("tap 00", 10.5), At("tap 00", 20),
        ];

        var path = SalesPath.Measure(taps, [fsyncs]);

        Assert.Equal(new SalesPath(Sales: 2, Apdus: 18, ApdusLeast: 18, Fsyncs: 4, FsyncsApart: 1), path);
    }

    [Fact]
    public void A_disturbed_tap_counts_nowhere_but_its_neighbour_on_another_reader_does()
    {
        var torn = Clean(second: 0) with { IsDisturbed = true, Apdus = 30 };
        var neighbour = Clean(second: 0) with { Reader = new ReaderIndex(0, 1) };
        Fsync[] fsyncs =
            [At("tap 00", 0.5), At("tap 00", 0.6), At("tap 00", 0.7), At("tap 01", 0.5), At("tap 01", 0.6)];

        var path = SalesPath.Measure([torn, neighbour], [fsyncs]);

        Assert.Equal(new SalesPath(Sales: 1, Apdus: 9, ApdusLeast: 9, Fsyncs: 2, FsyncsApart: 0), path);
    }

    [Fact]
    public void Without_a_trace_nothing_is_said_of_fsyncs() =>
        Assert.Null(SalesPath.Measure([Clean(second: 0)], fsyncs: null).Fsyncs);

    private static Tap Clean(double second) => new(
        new ReaderIndex(0, 0), Noon.AddSeconds(second), Noon.AddSeconds(second + 1), IsDisturbed: false,
        Apdus: 9, ApdusLeast: 9);

    private static Fsync At(string thread, double second) => new(thread, Noon.AddSeconds(second));
}
