namespace SmartCardCrm.World.Tests;

public sealed class BugHuntTests
{
    private static readonly PlantedBug Bug = new("some-bug", "It is wrong.", "File.cs", "a", "$bug", 5);

    [Fact]
    public void A_hunt_ends_with_the_first_seed_that_finds_the_bug()
    {
        var hunt = new BugHunt(run => run is { Bug: "some-bug", Seed: >= 3 } ? "I4" : null);

        var hunted = hunt.Hunt(Bug);

        Assert.Equal(new BugHunted(Bug, 3, "I4"), hunted);
    }

    [Fact]
    public void A_bug_that_no_seed_finds_was_not_found()
    {
        var hunt = new BugHunt(_ => null);

        var hunted = hunt.Hunt(Bug);

        Assert.Equal(new BugHunted(Bug, 5, null), hunted);
    }

    [Fact]
    public void A_seed_that_finds_something_without_the_bug_proves_nothing()
    {
        var hunt = new BugHunt(run => run.Seed == 2 ? "I5" : null);

        var hunted = hunt.Hunt(Bug);

        Assert.Equal(
            new BugHunted(Bug, 2, null) { Trouble = "seed 2 finds I5 without it" }, hunted);
    }

    [Fact]
    public void A_bug_is_hunted_with_its_recipe_and_judged_with_the_same()
    {
        var runs = new List<HuntingRun>();
        var hunt = new BugHunt(run =>
        {
            runs.Add(run);
            return run.Bug is null ? null : "I4";
        });

        hunt.Hunt(Bug with { Recipe = "--members 3" });

        Assert.Equal([new(1, "--members 3", "some-bug"), new(1, "--members 3", null)], runs);
    }

    [Fact]
    public void What_the_world_says_names_the_invariant() =>
        Assert.Equal("I4", BugHunt.InvariantIn("seed: 7\nviolation: I4: card 3 lost 20 points\n"));
}
