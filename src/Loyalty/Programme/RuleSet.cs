using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Loyalty.Programme;

/// <summary>
/// What a programme gives and takes, as a versioned document: terminal and server read the same bytes and so
/// decide alike. A published version never changes; a change is a new version.
/// </summary>
/// <param name="Version">1..65535, rising; every record on a card names the version it was decided
/// under.</param>
/// <param name="Programme">Programme number, as on the card.</param>
/// <param name="Currency">ISO 4217 code of the only currency this version knows.</param>
/// <param name="MinorPerUnit">Minor units in one whole currency unit: 100 for US dollars, 1 for yen.</param>
/// <param name="CardBalanceMost">Points a card holds at most, as set at personalisation; earning stops
/// there.</param>
/// <param name="Rules">Applied from the first to the last; none gives nothing.</param>
public sealed record RuleSet(
    int Version, uint Programme, string Currency, int MinorPerUnit, int CardBalanceMost,
    IReadOnlyList<Rule> Rules)
{
    public const int RulesMost = 200;

    // What a document leaves out, the generated reader sets to null.

    /// <summary>How points are counted.</summary>
    public Counting Counting { get; init => field = value ?? new(); } = new();

    /// <summary>What points buy.</summary>
    public Redemption Redemption { get; init => field = value ?? new(); } = new();

    /// <summary>From when to when points may be spent.</summary>
    public Validity Validity { get; init => field = value ?? new(); } = new();

    /// <summary>Policies of returns.</summary>
    public ReturnPolicy Returns { get; init => field = value ?? new(); } = new();

    /// <summary>Levels that members reach.</summary>
    public Tiers Tiers { get; init => field = value ?? new(); } = new();

    /// <summary>The document as it is stored and sent: UTF-8 JSON.</summary>
    public byte[] ToDocument() => JsonSerializer.SerializeToUtf8Bytes(this, RuleSetJson.Default.RuleSet);

    /// <summary>Reads and checks a document.</summary>
    /// <exception cref="FormatException">It is not JSON of this shape, or a value is out of its
    /// range.</exception>
    public static RuleSet FromDocument(ReadOnlySpan<byte> document)
    {
        RuleSet? rules;
        try
        {
            rules = JsonSerializer.Deserialize(document, RuleSetJson.Default.RuleSet);
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException)
        {
            throw new FormatException($"The rule set is not a readable document: {wrong.Message}", wrong);
        }

        if (rules is null)
            throw new FormatException("The rule set is not a readable document.");
        return rules.Fault is not { } fault
            ? rules
            : throw new FormatException($"The rule set has a value out of range: {fault}.");
    }

    /// <summary>What is out of its range, by its place in the document; null where nothing is.</summary>
    public string? Fault =>
        Version is < 1 or > ushort.MaxValue ? "version"
        : Currency is not { Length: 3 } || !Currency.All(char.IsAsciiLetterUpper) ? "currency"
        : MinorPerUnit < 1 ? "minorPerUnit"
        : CardBalanceMost < 1 ? "cardBalanceMost"
        : Rules.Count > RulesMost || Rules.Contains(null!) ? "rules"
        : Rules.FirstOrDefault(rule => !rule.IsInRange) is { } wrong ? $"rules, {wrong.Code}"
        : Rules.DistinctBy(rule => rule.Code).Count() < Rules.Count ? "rules, a code is used twice"
        : !Redemption.IsInRange ? "redemption"
        : !Validity.IsInRange ? "validity"
        : !Returns.IsInRange ? "returns"
        : !Tiers.IsInRange ? "tiers"
        : !Enum.IsDefined(Counting.Amounts) || !Enum.IsDefined(Counting.Rounding) ? "counting"
        : null;
}

/// <summary>Policies of counting, for all rules of a rule set.</summary>
public sealed record Counting
{
    /// <summary>Whether tax earns.</summary>
    public AmountBasis Amounts { get; init; }

    /// <summary>Whether what was taken off a line earns as if it had been paid.</summary>
    public bool DiscountEarns { get; init; }

    /// <summary>Whether each line is counted, and rounded, for itself. Otherwise a rule counts all its lines
    /// together, and each has its share.</summary>
    public bool EachLine { get; init; }

    /// <summary>How a multiplied number of points becomes a whole one.</summary>
    public Rounding Rounding { get; init; }
}

/// <summary>Which amount of a line earns.</summary>
public enum AmountBasis
{
    /// <summary>With tax.</summary>
    Gross,

    /// <summary>Without.</summary>
    Net,
}

/// <summary>How a fraction becomes whole.</summary>
public enum Rounding
{
    /// <summary>Towards zero.</summary>
    Down,

    /// <summary>To the nearest; a half goes up.</summary>
    Nearest,

    /// <summary>Away from zero.</summary>
    Up,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RuleSet))]
internal sealed partial class RuleSetJson : JsonSerializerContext;
