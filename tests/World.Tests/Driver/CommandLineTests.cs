namespace SmartCardCrm.World.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("--seed", "1", "--from", "2")]
    [InlineData("--seed", "1", "--resume", "file.json")]
    [InlineData("--seed", "1", "--taps", "3000000000")]
    [InlineData("--seed", "-1")]
    [InlineData("--faults", "tear")]
    [InlineData("--twice")]
    [InlineData("--seed", "1", "--faults", "teer")]
    [InlineData("--seed", "1", "--members", "0")]
    [InlineData("--taps", "0")]
    [InlineData("--taps", "many")]
    [InlineData("--processes", "0")]
    [InlineData("--minutes", "-1")]
    [InlineData("--planted", "no-such-bug")]
    [InlineData("--planted", "--taps", "1000")]
    [InlineData("--planted", "--seed", "1")]
    [InlineData("--planted", "--part", "0/3")]
    [InlineData("--planted", "--part", "4/3")]
    [InlineData("--planted", "--part", "a third")]
    [InlineData("--part", "1/3")]
    [InlineData("--sead", "1")]
    [InlineData("1")]
    public async Task A_wrong_command_line_runs_nothing_and_ends_with_2(params string[] args)
    {
        var simulation = new Simulation(_ => throw new InvalidOperationException("It ran."), []);

        Assert.Equal(2, await CommandLine.RunAsync(args, simulation));
    }
}
