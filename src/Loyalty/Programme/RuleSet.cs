using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Loyalty.Programme;

/// <summary>
/// What a programme gives and takes, as a versioned document: terminal and server read the same bytes and so
/// decide
/// alike. A published version never changes; a change is a new version.
/// </summary>
/// <param name="Version">1..65535, rising; every record on a card names the version it was decided
/// under.</param>
/// <param name="Programme">Programme number, as on the card.</param>
/// <param name="Currency">ISO 4217 code of the only currency this version knows.</param>
/// <param name="MinorPerUnit">Minor units in one whole currency unit: 100 for US dollars, 1 for yen.</param>
/// <param name="PointsPerUnit">Points for each whole unit paid; a started unit earns nothing.</param>
/// <param name="PointValueMinor">What one redeemed point pays, in minor units, at least 1.</param>
/// <param name="RedeemedPartEarns">Whether the part paid with points earns points too.</param>
/// <param name="CardBalanceMost">Points a card holds at most, as set at personalisation; earning stops
/// there.</param>
public sealed record RuleSet(
    int Version, uint Programme, string Currency, int MinorPerUnit, int PointsPerUnit,
    int PointValueMinor, bool RedeemedPartEarns, int CardBalanceMost)
{
    /// <summary>The document as it is stored and sent: UTF-8 JSON.</summary>
    public byte[] ToDocument() => JsonSerializer.SerializeToUtf8Bytes(this, RuleSetJson.Default.RuleSet);

    /// <summary>Reads and checks a document.</summary>
    /// <exception cref="FormatException">It is not JSON of this shape, or a number is out of its
    /// range.</exception>
    public static RuleSet FromDocument(ReadOnlySpan<byte> document)
    {
        RuleSet? rules;
        try
        {
            rules = JsonSerializer.Deserialize(document, RuleSetJson.Default.RuleSet);
        }
        catch (JsonException wrong)
        {
            throw new FormatException("The rule set is not a readable document.", wrong);
        }

        return rules is { IsInRange: true }
            ? rules
            : throw new FormatException("The rule set has a value out of range.");
    }

    private bool IsInRange =>
        Version is > 0 and <= ushort.MaxValue && Currency is { Length: 3 }
        && MinorPerUnit > 0 && PointsPerUnit >= 0 && PointValueMinor > 0 && CardBalanceMost > 0;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RuleSet))]
internal sealed partial class RuleSetJson : JsonSerializerContext;
