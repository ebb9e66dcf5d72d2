using System.Reflection;
using System.Text.RegularExpressions;
using SmartCardCrm.Terminal.Doctor;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Tests.Doctor;

/// <summary>docs/operations.md explains every code that the source can say, and no other.</summary>
public sealed partial class OperationsPageTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void The_page_explains_what_doctor_says() =>
        Same(Constants(typeof(DoctorCode)), Table("What doctor says"));

    [Fact]
    public void The_page_explains_why_no_card_is_served() =>
        Same(StopCheck.Codes, Table("Why no card is served"));

    [Fact]
    public void Doctor_knows_every_reason_for_which_no_card_is_served() => Same(
        Constants(typeof(StopCode)).Concat(Constants(typeof(SyncCode)).Where(SyncCode.StopsSelling)),
        StopCheck.Codes);

    [Fact]
    public void The_page_explains_how_the_terminals_commands_fail() => Same(
        Found(CommandFailure(), "src/Terminal").Append("internal"),
        Table("What the terminal's commands say"));

    [Fact]
    public void The_page_explains_how_the_servers_commands_fail() => Same(
        new[] { "Commands", "Backup", "Storage", "Vault" }
            .SelectMany(room => Found(CommandFailure(), $"src/Server/{room}")),
        Table("What the server's commands say"));

    [Fact]
    public void The_page_explains_why_something_differs() => Same(
        Code().Matches(File.ReadAllText(Path.Combine(Root, "src/Server/Reconciliation/Cause.cs")))
            .Select(m => m.Groups["code"].Value),
        Table("Why something differs"));

    [Fact]
    public void The_page_explains_what_is_not_done_to_an_exception() => Same(
        Refusal().Matches(File.ReadAllText(Path.Combine(Root, "src/Server/Operator/ExceptionCalls.cs")))
            .Select(m => m.Groups["code"].Value),
        Table("What is not done to an exception"));

    [Fact]
    public void The_page_explains_what_is_not_done_to_a_members_points() => Same(
        Refusal().Matches(File.ReadAllText(Path.Combine(Root, "src/Server/Operator/AdjustmentCalls.cs")))
            .Select(m => m.Groups["code"].Value),
        Table("What is not done to a member's points"));

    [Fact]
    public void The_page_explains_what_is_wrong_with_opening_balances() => Same(
        Code().Matches(File.ReadAllText(Path.Combine(Root, "src/Server/Openings/OpeningFile.cs")))
            .Select(m => m.Groups["code"].Value),
        Table("What is wrong with a file of opening balances"));

    [Fact]
    public void The_page_names_what_a_certificate_checks() => Same(
        new[] { "BookChecks", "CertificateMaking" }
            .SelectMany(file => CheckName().Matches(
                File.ReadAllText(Path.Combine(Root, $"src/Server/DayCertificates/{file}.cs"))))
            .Select(m => m.Groups["code"].Value),
        Table("The daily certificate"));

    [Fact]
    public void The_page_explains_what_is_not_done_to_a_card() => Same(
        Refusal().Matches(File.ReadAllText(Path.Combine(Root, "src/Server/Operator/CardProblems.cs")))
            .Select(m => m.Groups["code"].Value),
        Table("What is not done to a card"));

    [Fact]
    public void The_page_explains_who_is_not_let_in() => Same(
        Refusal().Matches(File.ReadAllText(Path.Combine(Root, "src/Server/Operator/StaffCalls.cs")))
            .Select(m => m.Groups["code"].Value)
            .Concat(["operator-token", "not-permitted", "by-another"]),
        Table("Who is not let in"));

    [Fact]
    public void The_page_names_every_report() => Same(
        new[]
            {
                "CardReports", "ExceptionReports", "HotlistReports", "InsiderReports", "KeyReports",
                "LedgerReports", "LiabilityMonths", "TerminalReports", "TierReports",
            }
            .SelectMany(file => ReportName().Matches(
                File.ReadAllText(Path.Combine(Root, $"src/Server/Reports/{file}.cs"))))
            .Select(m => m.Groups["code"].Value),
        Table("Reports"));

    [Fact]
    public void The_page_explains_what_the_log_warns_of() =>
        Same(Found(Warning(), "src/Terminal"), Table("What the log says"));

    private static void Same(IEnumerable<string> source, IEnumerable<string> page) => Assert.Equal(
        source.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        page.Order(StringComparer.Ordinal));

    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetRawConstantValue())
            .OfType<string>();

    private static IEnumerable<string> Found(Regex code, string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => code.Matches(File.ReadAllText(file))).Select(m => m.Groups["code"].Value);

    // The codes in the first column of the table under a heading.
    private static IEnumerable<string> Table(string heading)
    {
        var lines = File.ReadAllLines(Path.Combine(Root, "docs", "operations.md"))
            .SkipWhile(line => line.TrimStart('#') != $" {heading}").Skip(1)
            .TakeWhile(line => !line.StartsWith('#'));
        return lines.Select(line => Row().Match(line)).Where(m => m.Success)
            .SelectMany(m => m.Groups["cell"].Value.Split(',')).Select(code => code.Trim(' ', '`'));
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SmartCardCrm.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("This is no checkout.");
        return folder.FullName;
    }

    [GeneratedRegex(@"const string \w+ = ""(?<code>[a-z-]+)"";", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"""(?<code>[a-z]+-[a-z-]+)"" => ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Refusal();

    [GeneratedRegex(
        @"^            ""(?<code>[a-z-]+)"",", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex ReportName();

    [GeneratedRegex(@"""I[0-9]+"", ""(?<code>[a-z-]+)"",", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CheckName();

    [GeneratedRegex(@"^\| (?<cell>`[^|]+`) \|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex(
        @"(Exception\(|CommandException \w+\(\) =>\s+new\(|\(code, text\) = \(|const string Code =)\s*"
            + @"""(?<code>[a-z]+(-[a-z]+)*)""",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommandFailure();

    [GeneratedRegex(
        @"LoggerMessage\(\s*LogLevel\.(Warning|Error|Critical),((?!LoggerMessage)[\s\S])*?"
            + @"EventName = ""(?<code>[a-z-]+)""",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Warning();
}
