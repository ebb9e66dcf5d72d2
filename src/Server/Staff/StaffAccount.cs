using SmartCardCrm.Server.Audit;

namespace SmartCardCrm.Server.Staff;

/// <summary>What somebody does about his own ways in.</summary>
internal sealed class StaffAccount(
    StaffStore store, StaffLogin login, SecondFactor factor, TimeProvider clock)
{
    /// <summary>Sets up a second factor; his sessions end.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="secret">That his app was told, Base32.</param>
    /// <param name="code">By which he shows that it was.</param>
    /// <returns>Recovery codes, this once; null where the code is wrong, or he has a second factor.</returns>
    public IReadOnlyList<string>? SetFactor(string name, string secret, string code)
    {
        if (factor.StepOf(secret, code) is not { } step)
            return null;
        var codes = SecondFactor.NewRecoveryCodes();
        return Change(
            name, AuditAction.StaffFactorSet,
            member => member with { TotpSecret = factor.Seal(secret), TotpStep = step },
            [.. codes.Select(SecondFactor.HashOf)])
            ? codes
            : null;
    }

    /// <summary>Takes the second factor away; his sessions end.</summary>
    /// <param name="member">Who has one.</param>
    /// <param name="code">One of his app's, or a recovery code.</param>
    /// <returns>False where the code is wrong.</returns>
    public bool RemoveFactor(StaffMember member, string code) =>
        login.TryCode(member.Name, code) == LoginOutcome.Welcome
        && Change(
            member.Name, AuditAction.StaffFactorRemoved, had => had with { TotpSecret = null }, []);

    private bool Change(
        string name, string action, Func<StaffMember, StaffMember> to, IReadOnlyList<string> hashes) =>
        store.Change(name, new StaffChange(action, name, null, clock.GetUtcNow()), to, hashes) is null;
}
