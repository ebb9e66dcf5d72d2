using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Terminal.Doctor;

/// <summary>The findings for people: a line each, and what to do below it. And for machines.</summary>
/// <param name="Worst">ok, warn or fail: what the command's exit code rests on.</param>
internal sealed record Report(Verdict Worst, IReadOnlyList<Finding> Findings)
{
    public static Report Of(IReadOnlyList<Finding> findings) =>
        new(findings.Select(f => f.Verdict).DefaultIfEmpty().Max(), findings);

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.Report);

    /// <summary>Each line as <c>fail  CODE  what was seen</c>.</summary>
    public IEnumerable<string> Lines()
    {
        var width = Findings.Select(f => f.Code.Length).DefaultIfEmpty().Max();
        foreach (var finding in Findings)
        {
            yield return $"{Name(finding.Verdict),-4}  {finding.Code.PadRight(width)}  {finding.Seen}";
            foreach (var advice in finding.Advice)
                yield return $"      {advice}";
        }

        yield return FormattableString.Invariant(
            $"{Count(Verdict.Ok)} ok, {Count(Verdict.Warn)} to look at, {Count(Verdict.Fail)} failed");
    }

    private int Count(Verdict verdict) => Findings.Count(f => f.Verdict == verdict);

    private static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Warn => "warn",
        _ => "fail",
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
