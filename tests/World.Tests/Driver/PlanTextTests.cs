namespace SmartCardCrm.World.Tests;

public class PlanTextTests
{
    [Fact]
    public void Every_set_of_faults_is_read_as_it_was_written()
    {
        for (var bits = 0; bits <= (int)Fault.All; bits++)
            Assert.Equal((Fault)bits, PlanText.ParseFaults(PlanText.NamesOf((Fault)bits)));
    }

    [Fact]
    public void Faults_are_written_in_their_order_with_dashes_between_words()
    {
        var faults = Fault.DiskFull | Fault.PowerCut | Fault.Tear;

        Assert.Equal("tear,power-cut,disk-full", PlanText.NamesOf(faults));
        Assert.Equal("none", PlanText.NamesOf(Fault.None));
        Assert.Equal("all", PlanText.NamesOf(Fault.All));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tear,")]
    [InlineData("teer")]
    [InlineData("tear,all")]
    [InlineData("PowerCut")]
    public void A_name_that_is_no_fault_makes_no_faults(string names) =>
        Assert.Null(PlanText.ParseFaults(names));

    [Fact]
    public void The_plan_of_a_seed_needs_only_the_seed()
    {
        var plan = WorldPlan.Of(17);

        Assert.Equal("tests/World/run.sh --seed 17", PlanText.Command(plan));
    }

    [Fact]
    public void Any_other_plan_is_written_out()
    {
        var plan = new WorldPlan(17, Taps: 41, Members: 3, Terminals: 1, Fault.Tear | Fault.Kill);

        Assert.Equal(
            "tests/World/run.sh --seed 17 --taps 41 --members 3 --terminals 1 --faults tear,kill",
            PlanText.Command(plan));
    }
}
