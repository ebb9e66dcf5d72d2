using System.Text.Json;

namespace SmartCardCrm.Server.Console.Words;

/// <summary>One thing that the audit log keeps of a change.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Value">As it stands there; null for nothing.</param>
internal sealed record AuditFact(string Name, string? Value)
{
    public const string Before = "before";
    public const string After = "after";

    /// <summary>What an entry's detail says, a fact for each of its names. Where it has a state before and
    /// one after, those that are the same in both are left out.</summary>
    /// <param name="detail">JSON, or empty; anything else is one fact without a name.</param>
    public static IReadOnlyList<AuditFact> Of(string detail)
    {
        if (detail.Length == 0)
            return [];
        try
        {
            using var document = JsonDocument.Parse(detail);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. Of(document.RootElement, "")]
                : [new AuditFact("", TextOf(document.RootElement))];
        }
        catch (JsonException)
        {
            return [new AuditFact("", detail)];
        }
    }

    private static IEnumerable<AuditFact> Of(JsonElement all, string prefix)
    {
        var same = all.TryGetProperty(Before, out var before) && all.TryGetProperty(After, out var after)
            ? Same(before, after)
            : [];
        return all.EnumerateObject().SelectMany(one => one.Value.ValueKind == JsonValueKind.Object
            ? Of(one.Value, $"{prefix}{one.Name}.")
                .Where(fact => one.Name is not (Before or After) || !same.Contains(fact.Name.Split('.')[^1]))
            : [new AuditFact(prefix + one.Name, TextOf(one.Value))]);
    }

    private static HashSet<string> Same(JsonElement before, JsonElement after) =>
        (before.ValueKind, after.ValueKind) == (JsonValueKind.Object, JsonValueKind.Object)
            ? [.. before.EnumerateObject()
                .Where(one => after.TryGetProperty(one.Name, out var other)
                    && one.Value.GetRawText() == other.GetRawText())
                .Select(one => one.Name)]
            : [];

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
