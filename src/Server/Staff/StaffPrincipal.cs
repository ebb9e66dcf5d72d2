using System.Globalization;
using System.Security.Claims;
using SmartCardCrm.Server.Audit;

namespace SmartCardCrm.Server.Staff;

/// <summary>Who is signed in, as requests carry him: name, roles, stores, and which of his sessions are
/// good.</summary>
internal static class StaffPrincipal
{
    private const string Stores = "stores";
    private const string Stamp = "stamp";

    /// <param name="member">As the book has him now.</param>
    /// <param name="scheme">How he came in.</param>
    public static ClaimsPrincipal Of(StaffMember member, string scheme) =>
        new(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, member.Name),
                .. member.RoleCodes.Select(role => new Claim(ClaimTypes.Role, role)),
                new Claim(Stores, member.Stores),
                new Claim(Stamp, member.Stamp.ToString(CultureInfo.InvariantCulture)),
            ],
            scheme));

    /// <summary>Whoever holds the token in the server's data folder.</summary>
    public static ClaimsPrincipal OfMachine(string scheme) =>
        new(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, AuditActor.Operator),
                new Claim(ClaimTypes.Role, Roles.Administrator),
                new Claim(Stores, StoreScope.Chain.ToString()),
            ],
            scheme));

    extension(ClaimsPrincipal user)
    {
        public bool May(Resource resource, Access access) =>
            user.Scope is { } scope && Roles.Permit(
                user.FindAll(ClaimTypes.Role).Select(role => role.Value), scope, resource, access);

        /// <summary>Null of one who is not of the staff.</summary>
        public StoreScope? Scope =>
            user.FindFirst(Stores) is { } stores ? StoreScope.TryParse(stores.Value) : null;

        /// <summary>Whether this is still how the book has him.</summary>
        public bool IsCurrent(StaffMember member) =>
            member.DisabledUs is null
            && user.FindFirst(Stamp)?.Value == member.Stamp.ToString(CultureInfo.InvariantCulture);

        /// <summary>Whether he holds the machine's token, and is nobody whom the book knows.</summary>
        public bool IsMachine => user.FindFirst(Stamp) is null;
    }
}
