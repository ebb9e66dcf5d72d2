using System.Text.Json.Serialization;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Staff;

/// <summary>One who may log in to the console.</summary>
internal sealed record StaffMember
{
    /// <summary>Trimmed, lower case.</summary>
    public string Name { get; init; } = "";

    /// <summary>In the form of ASP.NET's PasswordHasher, with salt and cost inside; empty before the first
    /// password.</summary>
    public string PasswordHash { get; init; } = "";

    /// <summary>Wrong passwords and codes since the last login or the last lock.</summary>
    public long Failures { get; init; }

    public long? LockedUntilUs { get; init; }

    /// <summary>Codes of <see cref="Staff.Roles"/>, with spaces between.</summary>
    public string Roles { get; init; } = "";

    /// <summary>As <see cref="StoreScope"/> writes itself.</summary>
    public string Stores { get; init; } = "";

    /// <summary>Sessions that carry an earlier one are over.</summary>
    public long Stamp { get; init; }

    public long? DisabledUs { get; init; }

    /// <summary>SHA-256 of the code by which he sets a password, hexadecimal; null where none
    /// waits.</summary>
    public string? InvitationHash { get; init; }

    public long? InvitedUntilUs { get; init; }

    public long CreatedUs { get; init; }

    /// <summary>Sealed; null where there is no second factor.</summary>
    public string? TotpSecret { get; init; }

    /// <summary>Codes of this step of time, and of earlier ones, let in no more.</summary>
    public long TotpStep { get; init; }

    public DateTimeOffset? LockedUntil =>
        LockedUntilUs is { } until ? UnixTime.FromMicroseconds(until) : null;

    public IReadOnlyList<string> RoleCodes =>
        Roles.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A stable code: active, invited, locked or disabled.</summary>
    public string StateAt(DateTimeOffset now) =>
        DisabledUs is not null ? "disabled"
        : PasswordHash.Length == 0 ? "invited"
        : LockedUntil > now ? "locked"
        : "active";

    /// <summary>Whether he can let others in again.</summary>
    public bool Administers =>
        DisabledUs is null && PasswordHash.Length > 0 && Stores == StoreScope.Chain.ToString()
        && RoleCodes.Contains(Staff.Roles.Administrator);
}

/// <summary>What somebody of the staff may do, and where: as people ask for it.</summary>
/// <param name="Roles">Codes.</param>
/// <param name="Stores">Numbers; none for the whole chain.</param>
internal sealed record StaffPlace(IReadOnlyList<string> Roles, IReadOnlyList<long>? Stores = null)
{
    /// <summary>Null where it names a number that is no store's.</summary>
    public StoreScope? Scope => Stores is null or { Count: 0 } ? StoreScope.Chain : StoreScope.Of(Stores);

    /// <summary>A stable code for what is wrong, or null.</summary>
    public string? Refusal =>
        Roles.Count == 0 || !Roles.All(Staff.Roles.IsKnown) ? "role-unknown"
        : Scope is null ? "store-number"
        : null;

    /// <summary>As the book keeps them, in the order of the table.</summary>
    public string RolesText =>
        string.Join(' ', Staff.Roles.All.Select(role => role.Code).Where(Roles.Contains));
}

/// <summary>Names that people may have.</summary>
internal static class StaffName
{
    public const int LengthMost = 64;

    // Stands where a name does in the console's addresses.
    private const string NewPage = "new";

    /// <summary>A name as it is kept: upper and lower case do not matter.</summary>
    public static string Canonical(string name) => name.Trim().ToLowerInvariant();

    /// <summary>Whether it is no name that the log of changes gives to programs.</summary>
    public static bool IsAcceptable(string name) =>
        Canonical(name) is { Length: > 0 and <= LengthMost } own
        && own is not (AuditActor.Operator or AuditActor.Server or NewPage)
        && char.IsLetterOrDigit(own[0])
        && own.All(sign => char.IsLetterOrDigit(sign) || sign is '.' or '-' or '_' or '@' or '\'' or ' ');
}

/// <summary>What the log of changes keeps of a change to somebody.</summary>
internal sealed record StaffWords(string? Before, string? After, string? Why);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StaffWords))]
internal sealed partial class StaffJson : JsonSerializerContext;
