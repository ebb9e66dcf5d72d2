using System.Xml.Linq;

namespace SmartCardCrm.Architecture.Tests;

/// <summary>
/// Who may refer to whom. The table is the architecture; the project files must agree with it.
/// </summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["CardProtocol"] = [],
        ["Loyalty"] = [],
        ["SyncContract"] = [],
        ["Taps"] = ["CardProtocol", "Loyalty", "SyncContract"],
        ["Terminal"] = ["CardProtocol", "Loyalty", "SyncContract", "Taps"],
        ["Server"] = ["CardProtocol", "Loyalty", "SyncContract", "Taps"],
        ["hardware-sim"] = [],
        ["Demo"] = [],
    };

    // Rooms whose packages are part of what they promise.
    private static readonly Dictionary<string, string[]> Packages = new(StringComparer.Ordinal)
    {
        ["CardProtocol"] = ["BouncyCastle.Cryptography"],
        ["Loyalty"] = [],
        ["SyncContract"] = ["Google.Protobuf", "Grpc.Core.Api", "Grpc.Tools"],
        ["Taps"] = [],
    };

    public static TheoryData<string> Projects => [.. Arrows.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_what_its_arrows_allow(string project)
    {
        var references = References(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension);

        Assert.Empty(references.Except(Arrows[project], StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("CardProtocol")]
    [InlineData("Loyalty")]
    [InlineData("SyncContract")]
    [InlineData("Taps")]
    public void A_shared_room_brings_in_no_other_package(string project)
    {
        var packages = References(project, "PackageReference");

        Assert.Empty(packages.Except(Packages[project], StringComparer.Ordinal));
    }

    [Fact]
    public void Every_project_outside_tests_is_in_the_table()
    {
        var projects = ProjectFiles().Where(f => !f.StartsWith("tests/", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension);

        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), projects.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Tree.Root, "SmartCardCrm.sln")).Replace('\\', '/');

        Assert.DoesNotContain(ProjectFiles(), file => !solution.Contains(file, StringComparison.Ordinal));
    }

    [Fact]
    public void The_simulator_and_the_code_under_test_share_no_namespace()
    {
        var simulator = Tree.Sources.Where(f => f.StartsWith("hardware-sim/", StringComparison.Ordinal));

        Assert.DoesNotContain(simulator, file => Tree.Lines(file).Any(MentionsTheProtocol));

        static bool MentionsTheProtocol(string line) =>
            line.Contains("SmartCardCrm.CardProtocol", StringComparison.Ordinal);
    }

    private static IEnumerable<string> ProjectFiles() =>
        Tree.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal));

    private static List<string> References(string project, string element)
    {
        var file = ProjectFiles().Single(f => Path.GetFileNameWithoutExtension(f) == project);
        return [.. XDocument.Load(Path.Combine(Tree.Root, file)).Descendants(element)
            .Select(e => ((string?)e.Attribute("Include") ?? "").Replace('\\', '/'))];
    }
}
