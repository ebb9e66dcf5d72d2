using System.Security.Claims;
using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Console.Layout;

/// <summary>A page that the menu leads to.</summary>
/// <param name="Href">Its address.</param>
/// <param name="Text">Name of the text that it is called by.</param>
/// <param name="Resource">What it shows.</param>
/// <param name="Access">What it asks for.</param>
internal sealed record MenuItem(string Href, string Text, Resource Resource, Access Access = Access.Read)
{
    private static readonly IReadOnlyList<MenuItem> All =
    [
        new("/members", "Members", Resource.Members),
        new("/cards", "Cards", Resource.Cards),
        new("/transactions", "Transactions", Resource.Transactions),
        new("/exceptions", "Exceptions", Resource.Exceptions),
        new("/terminals", "Terminals", Resource.Terminals),
        new("/issue", "Issue", Resource.Issuing, Access.Change),
        new("/staff", "Staff", Resource.Staff),
    ];

    /// <summary>What somebody may open, in the menu's order.</summary>
    public static IEnumerable<MenuItem> For(ClaimsPrincipal? user) =>
        All.Where(item => user?.May(item.Resource, item.Access) == true);
}
