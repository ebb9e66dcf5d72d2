using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.World;

/// <summary>A violation and the seed whose run had it.</summary>
internal sealed record Finding(ulong Seed, Violation Violation);

/// <summary>What the seeds of a campaign came to, kept in a file so that a campaign goes on where it
/// ended.</summary>
[JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
internal sealed class Tally
{
    /// <summary>What was run: sums over different builds would prove nothing about either.</summary>
    public string Build { get; set; } = "";

    /// <summary>The campaign's first seed.</summary>
    public ulong From { get; set; }

    /// <summary>Every seed from <see cref="From"/> to just below this one has been run.</summary>
    public ulong Through { get; set; }

    /// <summary>Seeds above <see cref="Through"/> that have been run.</summary>
    public SortedSet<ulong> Beyond { get; } = [];

    public int Seeds { get; set; }

    public long Taps { get; set; }

    /// <summary>Simulated time of all terminals together, in hours.</summary>
    public double TerminalHours { get; set; }

    /// <summary>How long the campaign has been running, all its parts together, in hours.</summary>
    public double Hours { get; set; }

    public SortedDictionary<string, long> Faults { get; } = new(StringComparer.Ordinal);

    [JsonObjectCreationHandling(JsonObjectCreationHandling.Replace)]
    public Loss Loss { get; set; }

    public SortedSet<string> Cells { get; } = new(StringComparer.Ordinal);

    public List<Finding> Findings { get; } = [];

    public static Tally Begin(ulong from, string build) =>
        new() { Build = build, From = from, Through = from };

    /// <exception cref="JsonException">The file is not a tally.</exception>
    public static Tally Load(string path) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(path), DriverJson.Default.Tally)
        ?? throw new JsonException("A tally is not null.");

    /// <summary>Replaces the file as a whole: a kill at any moment leaves the old one or the new.</summary>
    public void Save(string path)
    {
        var fresh = path + ".new";
        using (var file = File.Create(fresh))
        {
            JsonSerializer.Serialize(file, this, DriverJson.Default.Tally);
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }

    public bool HasRun(ulong seed) => seed < Through || Beyond.Contains(seed);

    public void Add(SeedReport report)
    {
        Beyond.Add(report.Seed);
        while (Beyond.Remove(Through))
            Through++;
        Seeds++;
        Taps += report.Taps;
        TerminalHours += report.TerminalTime.TotalHours;
        foreach (var (kind, times) in report.Faults)
            Faults[kind] = Faults.GetValueOrDefault(kind) + times;
        Loss += report.Loss;
        Cells.UnionWith(report.Cells);
        if (report.Violation is { } violation)
            Findings.Add(new Finding(report.Seed, violation));
    }

    /// <summary>The campaign's result, a figure a line.</summary>
    /// <param name="cells">The cells that can be visited.</param>
    public IEnumerable<string> Summary(IReadOnlyCollection<string> cells)
    {
        const double HoursOfYear = 24 * 365.25;
        var yearsPerHour = Hours > 0 ? TerminalHours / HoursOfYear / Hours : 0;
        yield return Line($"seeds: {Seeds}");
        yield return Line($"taps: {Taps}");
        yield return Line($"terminal years per hour: {yearsPerHour:F0}");
        yield return $"faults: {FigureText.Strikes(Faults)}";
        yield return FigureText.Loss(Loss);
        yield return FigureText.Coverage(Cells, cells);
        yield return Line($"violations: {Findings.Count}");
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
