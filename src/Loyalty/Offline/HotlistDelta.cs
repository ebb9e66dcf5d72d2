using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCardCrm.Loyalty.Offline;

/// <summary>A change of the list of cards that no terminal may serve, as headquarters signs it. It counts
/// only for who has the list as it was before: so nothing can be left out, and nothing told again.</summary>
/// <param name="From">The version that it changes, 0 or more. From 0 it is the list's beginning.</param>
/// <param name="To">The version that it makes of it, above <paramref name="From"/>.</param>
/// <param name="Added">UIDs that are listed from then on, each 14 hex digits in upper case.</param>
/// <param name="Removed">UIDs that are no longer listed.</param>
public sealed record HotlistDelta(
    long From, long To, IReadOnlyList<string> Added, IReadOnlyList<string> Removed)
{
    private const int UidDigits = 14;

    /// <summary>The document as it is stored, signed and sent: UTF-8 JSON.</summary>
    public byte[] ToDocument() =>
        JsonSerializer.SerializeToUtf8Bytes(this, HotlistDeltaJson.Default.HotlistDelta);

    /// <summary>Reads and checks a document.</summary>
    /// <exception cref="FormatException">It is not JSON of this shape, or a value is out of its
    /// range.</exception>
    public static HotlistDelta FromDocument(ReadOnlySpan<byte> document)
    {
        HotlistDelta? delta;
        try
        {
            delta = JsonSerializer.Deserialize(document, HotlistDeltaJson.Default.HotlistDelta);
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"The hotlist's change is not readable: {wrong.Message}", wrong);
        }

        return delta is { IsInRange: true }
            ? delta
            : throw new FormatException("The hotlist's change has a value out of range.");
    }

    private bool IsInRange => From >= 0 && To > From && Added.Concat(Removed).All(IsUid);

    private static bool IsUid(string text) =>
        text is { Length: UidDigits } && text.All(char.IsAsciiHexDigitUpper);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(HotlistDelta))]
internal sealed partial class HotlistDeltaJson : JsonSerializerContext;
