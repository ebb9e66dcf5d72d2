using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Terminal.Signals;

/// <summary>signals.json says something that cannot be done. The message tells what to change.</summary>
internal sealed class SignalsFileException(string message, Exception? inner = null)
    : Exception($"signals.json {message}", inner)
{
    public const string Code = "signals-config";
}

/// <summary>signals.json as it is written; docs/operations.md explains it.</summary>
internal sealed record SignalsFile(string Driver)
{
    public int? Chip { get; set; }

    public bool LowIsOn { get; set; }

    public IReadOnlyList<SetEntry> Sets { get; set; } = [];

    public TamperEntry? Tamper { get; set; }

    public IReadOnlyDictionary<string, PatternEntry> Patterns { get; set; } =
        new Dictionary<string, PatternEntry>(StringComparer.Ordinal);

    /// <summary>The lights of one reader, by pin.</summary>
    internal sealed record SetEntry
    {
        public string? Reader { get; set; }

        public int? Green { get; set; }

        public int? Red { get; set; }

        public int? Yellow { get; set; }

        public int? Buzzer { get; set; }

        public IReadOnlyList<SignalWire> Wires(string reader)
        {
            (Parts Part, int? Pin)[] parts =
            [
                (Parts.Green, Green), (Parts.Red, Red), (Parts.Yellow, Yellow), (Parts.Buzzer, Buzzer),
            ];
            return [.. parts.Where(p => p.Pin is not null)
                .Select(p => new SignalWire(reader, p.Part, p.Pin!.Value))];
        }
    }

    /// <summary>The switch that opens with the housing.</summary>
    internal sealed record TamperEntry(int Pin)
    {
        /// <summary>low for a switch to ground that is closed while the housing is: a cut wire is an open
        /// one.</summary>
        public string Closed { get; set; } = "low";

        public int DebounceMs { get; set; } = 100;
    }

    internal sealed record PatternEntry(IReadOnlyList<string> Steps)
    {
        public bool Repeat { get; set; }
    }

    /// <summary>Null where there is none: a terminal without signals.</summary>
    /// <exception cref="SignalsFileException">It is no JSON of this shape.</exception>
    public static SignalsFile? Load(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), SignalsJson.Default.SignalsFile)
                ?? throw new SignalsFileException("is empty.");
        }
        catch (JsonException wrong)
        {
            throw new SignalsFileException($"cannot be read: {wrong.Message}", wrong);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SignalsFile))]
internal sealed partial class SignalsJson : JsonSerializerContext;
