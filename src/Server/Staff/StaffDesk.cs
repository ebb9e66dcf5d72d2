using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Staff;

/// <summary>What comes of adding or resetting somebody.</summary>
internal abstract record InvitationAnswer
{
    private InvitationAnswer() { }

    /// <param name="Code">What the link carries; it is kept nowhere.</param>
    public sealed record Invited(string Code, DateTimeOffset Until) : InvitationAnswer;

    /// <param name="Code">A stable one that says why not.</param>
    public sealed record Refused(string Code) : InvitationAnswer;
}

/// <summary>What administrators do about staff. Each change says who makes it and why, and ends the sessions
/// of whom it is about.</summary>
internal sealed class StaffDesk(StaffStore store, IOptions<StaffOptions> options, TimeProvider clock)
{
    private const int WhyMost = 200;

    /// <summary>Lets somebody in, who sets his password by the link.</summary>
    public InvitationAnswer Add(string name, StaffPlace place, string by, string why)
    {
        if ((StaffName.IsAcceptable(name) ? place.Refusal ?? RefusalOf(why) : "name-taken") is { } refusal)
            return new InvitationAnswer.Refused(refusal);
        var (invitation, member) = Invite(new StaffMember
        {
            Name = StaffName.Canonical(name),
            Roles = place.RolesText,
            Stores = place.Scope!.ToString(),
            CreatedUs = clock.Microseconds(),
        });
        return store.TryAdd(member, Change(AuditAction.StaffAdded, by, why))
            ? invitation
            : new InvitationAnswer.Refused("name-taken");
    }

    /// <summary>Gives somebody other roles and stores.</summary>
    public string? Place(string name, StaffPlace place, string by, string why) =>
        place.Refusal ?? RefusalOf(why) ?? store.Change(
            StaffName.Canonical(name), Change(AuditAction.StaffChanged, by, why), member => member with
            {
                Roles = place.RolesText,
                Stores = place.Scope!.ToString(),
            });

    /// <summary>Shuts somebody out until <see cref="Enable"/>, his tokens too.</summary>
    public string? Disable(string name, string by, string why) =>
        RefusalOf(why) ?? store.Change(
            StaffName.Canonical(name), Change(AuditAction.StaffDisabled, by, why), member => member with
            {
                DisabledUs = member.DisabledUs ?? clock.Microseconds(),
            });

    public string? Enable(string name, string by, string why) =>
        RefusalOf(why) ?? store.Change(
            StaffName.Canonical(name), Change(AuditAction.StaffEnabled, by, why), member => member with
            {
                DisabledUs = null,
            });

    /// <summary>Takes somebody's ways in away, and gives him a link for new ones.</summary>
    public InvitationAnswer Reset(string name, string by, string why)
    {
        if (RefusalOf(why) is { } wrong)
            return new InvitationAnswer.Refused(wrong);
        InvitationAnswer invitation = new InvitationAnswer.Refused("staff-unknown");
        var refusal = store.Change(
            StaffName.Canonical(name), Change(AuditAction.StaffReset, by, why), member =>
            {
                (invitation, var invited) = Invite(member with { TotpSecret = null });
                return invited;
            },
            recoveryHashes: [], withoutPasskeys: true);
        return refusal is null ? invitation : new InvitationAnswer.Refused(refusal);
    }

    /// <summary>Sets the password of whoever has this invitation.</summary>
    /// <returns>His name; null where it is no good.</returns>
    public string? Join(string code, string password) =>
        store.Join(HashOf(code), name => StaffLogin.HashOf(name, password), clock.GetUtcNow());

    private static string? RefusalOf(string why) => why.Trim().Length is 0 or > WhyMost ? "why-length" : null;

    private static string HashOf(string code) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    private StaffChange Change(string action, string by, string why) =>
        new(action, by, why.Trim(), clock.GetUtcNow());

    private (InvitationAnswer.Invited Invitation, StaffMember Member) Invite(StaffMember member)
    {
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        var until = clock.GetUtcNow().AddHours(options.Value.InvitationHours);
        return (new InvitationAnswer.Invited(code, until), member with
        {
            PasswordHash = "",
            Failures = 0,
            LockedUntilUs = null,
            InvitationHash = HashOf(code),
            InvitedUntilUs = UnixTime.Microseconds(until),
        });
    }
}
