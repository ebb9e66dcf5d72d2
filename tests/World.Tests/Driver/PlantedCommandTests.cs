namespace SmartCardCrm.World.Tests;

public class PlantedCommandTests
{
    private static readonly PlantedBug Bug = new("retry-a-debit", "It is wrong.", "File.cs", "a", "$bug", 5);

    [Fact]
    public void The_table_says_by_what_each_was_found_and_how_many_were()
    {
        using var output = new StringWriter();

        var code = PlantedCommand.Tell(
            [
                new BugHunted(Bug, Seeds: 2, "I4"),
                new BugHunted(Bug with { Name = "ignore-a-gap" }, Seeds: 5, FoundBy: null),
                new BugHunted(Bug with { Name = "born-twice", SeedsMost = 40 }, Seeds: 3, FoundBy: null)
                {
                    Trouble = "seed 3 finds I5 without it",
                },
            ],
            output);

        Assert.Equal(1, code);
        Assert.Equal(
            """
            retry-a-debit                         2 of  5 seeds  found by I4
            ignore-a-gap                          5 of  5 seeds  not found
            born-twice                            3 of 40 seeds  seed 3 finds I5 without it
            planted: 3 found: 1

            """,
            output.ToString());
    }

    [Fact]
    public void All_found_is_success() =>
        Assert.Equal(0, PlantedCommand.Tell([new BugHunted(Bug, 2, "I4")], TextWriter.Null));
}
