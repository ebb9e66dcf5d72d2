using SmartCardCrm.Terminal.Doctor;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Tests.Pcsc;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>Readers of a real pcscd.</summary>
[Collection(OnePcscd.Name)]
public sealed class ReadersCheckTests(VirtualReaders readers)
{
    [Fact]
    public void Readers_that_are_there_are_named()
    {
        var finding = Assert.Single(ReadersCheck.Judge([], Seen()));

        Assert.Equal((Verdict.Ok, "readers"), (finding.Verdict, finding.Code));
        Assert.Contains(readers.Names[0], finding.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_that_the_shop_names_and_nobody_sees_is_told_with_those_that_are_there()
    {
        var findings = ReadersCheck.Judge([readers.Names[0], "ACS 00 00"], Seen()).ToList();

        Assert.Equal(["readers", "reader-absent"], findings.Select(f => f.Code));
        Assert.Contains(readers.Names[1], findings[1].Advice[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_does_not_run_is_told()
    {
        Seen();

        var sight = readers.WithoutDaemon(PcscSight.Look);

        Assert.Equal("pcsc-absent", Assert.Single(ReadersCheck.Judge([], sight)).Code);
        Seen();
    }

    [Fact]
    public void A_service_that_sees_nothing_or_lets_nobody_in_is_told()
    {
        Assert.Equal("reader-none", Assert.Single(ReadersCheck.Judge([], new PcscSight(null, []))).Code);
        Assert.Equal(
            "pcsc-refused",
            Assert.Single(ReadersCheck.Judge([], new PcscSight(PcscCode.SecurityViolation, []))).Code);
    }

    [Fact]
    public void The_readers_of_a_running_terminal_count_and_no_others()
    {
        var away = new PcscSight(PcscCode.NoService, []);

        Assert.Equal(["readers"], Running(away, ("counter", true)));
        Assert.Equal(["pcsc-absent", "reader-absent"], Running(away, ("counter", false)));
        Assert.Equal(["readers", "reader-absent"], Running(Seen(), ("counter", true), ("exit", false)));
    }

    [Fact]
    public void A_running_terminal_that_waits_for_a_reader_says_why_there_is_none()
    {
        Assert.Equal(["pcsc-absent"], Running(new PcscSight(PcscCode.NoService, [])));
        Assert.Equal(["reader-none"], Running(new PcscSight(null, [])));
        Assert.Equal(["reader-none"], Running(Seen()));
    }

    private static List<string> Running(PcscSight pcsc, params (string Name, bool Available)[] readers) =>
    [
        .. ReadersCheck.Judge(
            new ReadersAnswer([.. readers.Select(r => new ReaderAnswer(r.Name, r.Available, false))]), pcsc)
            .Select(f => f.Code),
    ];

    // A pcscd that was just killed is back within a moment.
    private PcscSight Seen()
    {
        PcscSight? sight = null;
        Assert.True(SpinWait.SpinUntil(
            () => (sight = PcscSight.Look()).Names.Count == readers.Names.Count, TimeSpan.FromSeconds(20)));
        return sight!;
    }
}
