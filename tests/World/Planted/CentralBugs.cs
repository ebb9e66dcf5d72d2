namespace SmartCardCrm.World;

/// <summary>Mistakes in taps that headquarters decides.</summary>
internal static class CentralBugs
{
    private const string Terminal = "src/Terminal/Relay/CentralTap.cs";
    private const string Orders = "src/Server/Taps/CentralOrders.cs";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("broken-line-taken-for-no", "A commit whose answer the line lost did not happen.",
            Terminal, "_closing = _mayHaveCommitted", "_closing = _mayHaveCommitted && !$bug", 12),
        new("decided-twice", "The terminal sells alone what headquarters has begun and the line cut off.",
            Terminal, "catch (HeadquartersAwayException) when (_begun is not null)",
            "catch (HeadquartersAwayException) when (_begun is not null && !$bug)", 12),
        new("central-counts-as-offline", "The record of a tap that headquarters decided says offline.",
            Orders, "Circumstances => Circumstances.Centralised;",
            "Circumstances => $bug ? Circumstances.Offline : Circumstances.Centralised;", 12),
        new("imitation-not-noticed", "Headquarters does not look at what the card has signed.",
            "src/Taps/Tap.cs", "if (books.Check?.IsGenuine(", "if (!$bug && books.Check?.IsGenuine(", 20),
    ];
}
