using System.Text.RegularExpressions;

namespace SmartCardCrm.World.Tests;

public sealed partial class PlantedBugTests
{
    public static TheoryData<string> Names => [.. PlantedBugs.All.Select(b => b.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_has_one_place_in_the_sources(string name)
    {
        var bug = PlantedBugs.All.Single(b => b.Name == name);

        var planted = bug.PlantIn(File.ReadAllText(Path.Combine(Repository.Root, bug.File)));

        Assert.Contains($"Planted.Is(\"{name}\")", planted, StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_at_least_thirty_each_with_a_name_of_its_own()
    {
        var names = PlantedBugs.All.Select(b => b.Name).ToList();

        Assert.InRange(names.Count, 30, int.MaxValue);
        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
        Assert.All(names, name => Assert.Matches(KebabCase(), name));
        Assert.All(PlantedBugs.All, bug => Assert.InRange(bug.SeedsMost, 1, 40));
    }

    [Fact]
    public void What_is_shipped_has_no_planted_bug() => Assert.DoesNotContain(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories),
        file => File.ReadAllText(file).Contains("Planted.Is(", StringComparison.Ordinal));

    [Fact]
    public void A_copy_has_every_bug_and_the_switch_in_every_room()
    {
        var folder = Directory.CreateTempSubdirectory("planted-");
        try
        {
            Planting.CopyTo(Repository.Root, folder.FullName);
            Planting.CopyTo(Repository.Root, folder.FullName);

            var sources = Directory
                .EnumerateFiles(Path.Combine(folder.FullName, "src"), "*.cs", SearchOption.AllDirectories)
                .Select(File.ReadAllText).ToList();
            Assert.All(PlantedBugs.All, bug => Assert.Contains(
                sources, text => text.Contains($"Planted.Is(\"{bug.Name}\")", StringComparison.Ordinal)));
            Assert.Equal(3, sources.Count(text => text.Contains("class Planted", StringComparison.Ordinal)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Three_thirds_are_all_of_them_each_once()
    {
        var thirds = Enumerable.Range(1, 3).SelectMany(k => new Part(k, 3).Among(PlantedBugs.All));

        Assert.Equal(PlantedBugs.All.Select(b => b.Name).Order(), thirds.Select(b => b.Name).Order());
    }

    [GeneratedRegex("^[a-z]+(-[a-z]+)+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KebabCase();
}
