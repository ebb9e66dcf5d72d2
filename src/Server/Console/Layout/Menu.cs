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
    /// <summary>What somebody may open, in the menu's order.</summary>
    public static IEnumerable<MenuItem> For(ClaimsPrincipal? user) =>
        MenuGroup.For(user).SelectMany(group => group.Items);
}

/// <summary>Pages that stand together in the menu.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Items">In their order.</param>
internal sealed record MenuGroup(string Name, IReadOnlyList<MenuItem> Items)
{
    private static readonly IReadOnlyList<MenuGroup> All =
    [
        new("customers",
        [
            new("/members", "Members", Resource.Members),
            new("/cards", "Cards", Resource.Cards),
            new("/issue", "Issue", Resource.Issuing, Access.Change),
            new("/stock", "Stock.Title", Resource.Stock),
        ]),
        new("programme", [new("/programme", "Programme", Resource.Rules)]),
        new("book",
        [
            new("/transactions", "Transactions", Resource.Transactions),
            new("/exceptions", "Exceptions", Resource.Exceptions),
            new("/approvals", "House.Approvals", Resource.Approvals),
            new("/reports", "Reports", Resource.Reports),
            new("/certificates", "Certificates", Resource.Certificates),
        ]),
        new("house",
        [
            new("/terminals", "Terminals", Resource.Terminals),
            new("/keys", "Keys", Resource.Authorities),
            new("/staff", "Staff", Resource.Staff),
            new("/audit", "Audit", Resource.Audit),
        ]),
    ];

    /// <summary>What somebody may open; no group is empty.</summary>
    public static IEnumerable<MenuGroup> For(ClaimsPrincipal? user) =>
        All.Select(group => group with
        {
            Items = [.. group.Items.Where(item => user?.May(item.Resource, item.Access) == true)],
        }).Where(group => group.Items.Count > 0);
}
