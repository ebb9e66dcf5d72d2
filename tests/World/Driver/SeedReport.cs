using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.World;

/// <summary>How the run of a seed went, in one line of JSON from a child to the campaign.</summary>
/// <param name="Cells">Those that this child had not yet reported.</param>
/// <param name="Violation">Null where nothing was found.</param>
internal sealed record SeedReport(
    ulong Seed, int Taps, TimeSpan TerminalTime, IReadOnlyDictionary<string, long> Faults,
    IReadOnlyList<string> Cells, Violation? Violation)
{
    public Loss Loss { get; init; }

    /// <summary>A run that gave no report of its own.</summary>
    public static SeedReport Of(ulong seed, Violation violation) => new(
        seed, Taps: 0, TimeSpan.Zero, new Dictionary<string, long>(StringComparer.Ordinal), [], violation);

    public string ToLine() => JsonSerializer.Serialize(this, DriverJson.Default.SeedReport);

    /// <exception cref="JsonException">The line is not a report.</exception>
    public static SeedReport Parse(string line) =>
        JsonSerializer.Deserialize(line, DriverJson.Default.SeedReport)
        ?? throw new JsonException("A report is not null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SeedReport))]
[JsonSerializable(typeof(Tally))]
internal sealed partial class DriverJson : JsonSerializerContext;
