using SmartCardCrm.Server.Console.Words;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Console.Staff;

/// <summary>What a form says of somebody's roles and stores.</summary>
internal sealed class PlaceForm
{
    public string? Name { get; set; }

    /// <summary>Codes.</summary>
    public string[]? Roles { get; set; }

    /// <summary>Numbers, with commas or spaces between; empty for the whole chain.</summary>
    public string? Stores { get; set; }

    public string? Why { get; set; }

    public StaffPlace Place => new(
        Roles ?? [],
        string.IsNullOrWhiteSpace(Stores) ? null : StoreScope.TryParse(Stores)?.Stores ?? [0]);
}

/// <summary>What pages about staff share.</summary>
internal static class StaffForms
{
    public static string AddressOf(string name) => $"/staff/{Uri.EscapeDataString(name)}";

    /// <summary>The stores where somebody works, in words.</summary>
    public static string StoresOf(StaffMember member, Texts texts) =>
        member.Stores == StoreScope.Chain.ToString()
            ? texts["WholeChain"]
            : member.Stores.Replace(" ", ", ", StringComparison.Ordinal);
}
