using System.Text.RegularExpressions;
using SmartCardCrm.World.Tests;

namespace SmartCardCrm.Server.Tests.Documents;

/// <summary>Holds pages to the tests that they name.</summary>
public sealed partial class NamedTestTests
{
    private static readonly IReadOnlyList<string> Sources =
    [
        .. Directory.EnumerateFiles(
            Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText),
    ];

    [Theory]
    [InlineData("security.md", 40)]
    [InlineData("rules.md", 12)]
    public void Each_test_that_a_page_names_is_there(string name, int least)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", name));
        var named = Named().Matches(page)
            .Select(match => (Class: match.Groups["class"].Value, Method: match.Groups["method"].Value))
            .ToList();

        Assert.True(named.Count >= least, $"{named.Count} tests are named.");
        Assert.Equal([], named.Where(test => !Sources.Any(source =>
            source.Contains($"class {test.Class}", StringComparison.Ordinal)
            && source.Contains($" {test.Method}(", StringComparison.Ordinal))));
    }

    [GeneratedRegex(
        @"`(?<class>\w+(Tests|Contract))\.(?<method>\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
