using System.Text.Json.Nodes;

namespace SmartCardCrm.Crash.Till;

/// <summary>One thing a till asked for, and what it was told of it in the end.</summary>
/// <param name="key">Its idempotency key.</param>
/// <param name="card">Whose card was presented, or was to be; null where none was.</param>
internal sealed class Told(string key, string? card)
{
    public string Key => key;

    public string? Card => card;

    /// <summary>It moves points on the account of the card's member, and no card is presented.</summary>
    public bool IsOnAccount { get; init; }

    /// <summary>The terminal's name for it; empty until it was taken.</summary>
    public string Id { get; set; } = "";

    /// <summary>The last answer.</summary>
    public JsonObject? Answer { get; private set; }

    public string State => Text("state");

    /// <summary>Nothing will change any more.</summary>
    public bool IsOver => IsEnd(State);

    /// <summary>It was said to have happened.</summary>
    public bool Happened => State is "completed";

    /// <summary>The till went on without knowing.</summary>
    public bool IsGivenUp => State is "abandoned";

    /// <summary>Points put on the card, or on the account.</summary>
    public int Earned => IsOnAccount ? Math.Max(Number("onAccount"), 0) : Number("earned");

    /// <summary>Points taken off it.</summary>
    public int Redeemed => IsOnAccount ? Math.Max(-Number("onAccount"), 0) : Number("redeemed");

    public static bool IsEnd(string state) =>
        state is "completed" or "answered" or "declined" or "cancelled" or "abandoned" or "timed_out";

    /// <summary>Takes note of what the terminal says now.</summary>
    /// <exception cref="Judge.Violation">It said something else before.</exception>
    public void Hear(JsonObject answer)
    {
        if (IsOver && !JsonNode.DeepEquals(Essence(answer), Essence(Answer!)))
            throw new Judge.Violation("I3", $"the till was told {Answer}, and now {answer}");
        Answer = answer;
    }

    public override string ToString() => $"{key} {State}";

    // What tills print; how many tries it took may be told otherwise.
    private static JsonObject Essence(JsonObject answer) => new()
    {
        ["state"] = answer["state"]?.DeepClone(),
        ["result"] = answer["result"]?.DeepClone(),
        ["card"] = answer["card"]?.DeepClone(),
    };

    private string Text(string name) => Answer?[name]?.GetValue<string>() ?? "";

    private int Number(string name) => Answer?["result"]?[name]?.GetValue<int>() ?? 0;
}
