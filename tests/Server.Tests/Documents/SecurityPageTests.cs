using System.Text.RegularExpressions;
using SmartCardCrm.World.Tests;

namespace SmartCardCrm.Server.Tests.Documents;

/// <summary>Holds docs/security.md to the tests that it names.</summary>
public sealed partial class SecurityPageTests
{
    private static readonly IReadOnlyList<string> Sources =
    [
        .. Directory.EnumerateFiles(
            Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText),
    ];

    [Fact]
    public void Each_attack_names_a_test_that_is_there()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "security.md"));
        var named = Named().Matches(page)
            .Select(match => (Class: match.Groups["class"].Value, Method: match.Groups["method"].Value))
            .ToList();

        Assert.True(named.Count >= 40, $"{named.Count} tests are named.");
        Assert.Equal([], named.Where(test => !Sources.Any(source =>
            source.Contains($"class {test.Class}", StringComparison.Ordinal)
            && source.Contains($" {test.Method}(", StringComparison.Ordinal))));
    }

    [GeneratedRegex(
        @"`(?<class>\w+(Tests|Contract))\.(?<method>\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
