namespace SmartCardCrm.Server.Staff;

/// <summary>What staff read or change.</summary>
internal enum Resource
{
    /// <summary>Figures and checks of the whole chain.</summary>
    Overview,

    /// <summary>Customers, what they hold, and their tiers.</summary>
    Members,

    /// <summary>Moving members' points by hand.</summary>
    Adjustments,

    /// <summary>What a member may ask for about himself: to be told all that is held, and to be forgotten for
    /// good.</summary>
    Erasure,

    /// <summary>Cards in use, each with its history.</summary>
    Cards,

    /// <summary>Making new cards at a shop's reader.</summary>
    Issuing,

    /// <summary>Batches of cards not yet in use.</summary>
    Stock,
    Transactions,
    Exceptions,

    /// <summary>Deciding on what another person has proposed.</summary>
    Approvals,
    Terminals,
    Rules,

    /// <summary>Giving tiers to members.</summary>
    Tiers,

    /// <summary>Giving offers to cards.</summary>
    Offers,
    Reports,

    /// <summary>Closed months, and their files for the accountants.</summary>
    Periods,

    /// <summary>Opening balances.</summary>
    Openings,

    /// <summary>Daily certificates.</summary>
    Certificates,

    /// <summary>The log of changes.</summary>
    Audit,

    /// <summary>The authorities that speak for headquarters.</summary>
    Authorities,
    Staff,
}

/// <summary>How far a permission goes.</summary>
internal enum Access
{
    Read,

    /// <summary>Reading too.</summary>
    Change,
}

/// <summary>What a role is allowed.</summary>
/// <param name="Code">As in the book, in calls and commands.</param>
internal sealed record Role(string Code)
{
    public IReadOnlyList<Resource> Reads { get; init; } = [];

    public IReadOnlyList<Resource> Changes { get; init; } = [];

    public bool Permits(Resource resource, Access access) =>
        Changes.Contains(resource) || (access == Access.Read && Reads.Contains(resource));
}

/// <summary>The roles of staff: the one table that says what each may do.</summary>
internal static class Roles
{
    public const string Administrator = "administrator";

    private static readonly Resource[] Everything = Enum.GetValues<Resource>();

    public static readonly IReadOnlyList<Role> All =
    [
        new("cashier")
        {
            Reads = [Resource.Cards, Resource.Offers, Resource.Transactions],
            Changes = [Resource.Members],
        },
        new("supervisor")
        {
            Reads = [Resource.Offers, Resource.Transactions, Resource.Terminals],
            Changes =
            [
                Resource.Members, Resource.Adjustments, Resource.Cards, Resource.Issuing, Resource.Exceptions,
                Resource.Approvals,
            ],
        },
        new("issuer")
        {
            Reads = [Resource.Cards],
            Changes = [Resource.Members, Resource.Issuing, Resource.Stock],
        },
        new("analyst")
        {
            Reads =
            [
                Resource.Overview, Resource.Transactions, Resource.Rules, Resource.Reports, Resource.Periods,
                Resource.Certificates,
            ],
        },
        new("marketer")
        {
            Reads = [Resource.Overview, Resource.Reports],
            Changes = [Resource.Rules, Resource.Offers],
        },
        new("it")
        {
            Reads = [Resource.Overview, Resource.Certificates, Resource.Audit],
            Changes = [Resource.Terminals, Resource.Authorities],
        },
        new("auditor") { Reads = Everything },
        new(Administrator) { Changes = Everything },
    ];

    // What belongs to a store. Members and cards belong to all: a customer shops anywhere.
    private static readonly IReadOnlyList<Resource> InStores =
    [
        Resource.Members, Resource.Cards, Resource.Offers, Resource.Issuing, Resource.Transactions,
        Resource.Exceptions, Resource.Approvals, Resource.Adjustments, Resource.Terminals,
    ];

    public static bool IsKnown(string code) => All.Any(role => role.Code == code);

    /// <summary>Whether any of somebody's roles permits it where he works.</summary>
    public static bool Permit(
        IEnumerable<string> codes, StoreScope scope, Resource resource, Access access) =>
        (scope.IsChain || InStores.Contains(resource))
        && All.Any(role => codes.Contains(role.Code) && role.Permits(resource, access));
}
