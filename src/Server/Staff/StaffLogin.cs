using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Staff;

/// <summary>What comes of a login.</summary>
internal enum LoginOutcome
{
    /// <summary>All is right.</summary>
    Welcome,

    /// <summary>The password is right, and a code is wanted as well.</summary>
    CodeWanted,

    /// <summary>No such name, another password or another code: the answer does not say which.</summary>
    Refused,

    /// <summary>Too many wrong passwords and codes; later again.</summary>
    Locked,
}

/// <summary>Passwords and codes, and how often they may be wrong.</summary>
internal sealed class StaffLogin(
    StaffStore store, SecondFactor factor, IOptions<StaffOptions> options, TimeProvider clock)
{
    /// <summary>Shortest password taken.</summary>
    public const int PasswordLengthLeast = 12;

    private const int PasswordLengthMost = 200;

    // OWASP's figure for PBKDF2-HMAC-SHA512, which is what the hasher does.
    private static readonly PasswordHasher<string> Hasher =
        new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));

    // Compared with where there is no such name, so that both answers take their time.
    private static readonly Lazy<string> NobodysHash =
        new(() => Hasher.HashPassword("", "nobody's password"));

    public static bool IsAcceptable(string name, string password) =>
        StaffName.IsAcceptable(name) && IsAcceptable(password);

    public static bool IsAcceptable(string password) =>
        password.Length is >= PasswordLengthLeast and <= PasswordLengthMost;

    /// <summary>A password as the book keeps it.</summary>
    public static string HashOf(string name, string password) => Hasher.HashPassword(name, password);

    /// <summary>Adds the first of the staff.</summary>
    /// <returns>False where somebody is there already.</returns>
    public bool TryAddFirst(string name, string password)
    {
        var canonical = StaffName.Canonical(name);
        return store.TryAddFirst(canonical, HashOf(canonical, password), clock.GetUtcNow());
    }

    public LoginOutcome TryLogin(string name, string password)
    {
        var now = clock.GetUtcNow();
        var known = store.Find(StaffName.Canonical(name));
        if (known?.LockedUntil > now)
            return LoginOutcome.Locked;
        if (password.Length > PasswordLengthMost || !IsRight(known, password))
            return known is null ? LoginOutcome.Refused : Failed(known, now);

        // Until the code is right as well, failures go on being counted.
        return known!.TotpSecret is not null ? LoginOutcome.CodeWanted : Welcome(known);
    }

    /// <summary>Takes a code of somebody whose password was right: one of his app, or a recovery
    /// code.</summary>
    public LoginOutcome TryCode(string name, string code)
    {
        var now = clock.GetUtcNow();
        if (store.Find(StaffName.Canonical(name)) is not { TotpSecret: not null } known || !CanLogIn(known))
            return LoginOutcome.Refused;
        if (known.LockedUntil > now)
            return LoginOutcome.Locked;
        return IsRightCode(known, code) ? Welcome(known) : Failed(known, now);
    }

    /// <summary>Whether this is a code of his; it is void from now on.</summary>
    public bool IsRightCode(StaffMember known, string code) =>
        (factor.Open(known.TotpSecret!) is { } secret && factor.StepOf(secret, code) is { } step
            && store.TakeStep(known.Name, step))
        || store.TakeRecoveryCode(known.Name, SecondFactor.HashOf(code), clock.GetUtcNow());

    private LoginOutcome Welcome(StaffMember known)
    {
        store.SetFailures(known.Name, 0, null, clock.GetUtcNow());
        return LoginOutcome.Welcome;
    }

    private static bool IsRight(StaffMember? known, string password) =>
        Hasher.VerifyHashedPassword("", HashOfOrNobodys(known), password) != PasswordVerificationResult.Failed
        && CanLogIn(known);

    private static bool CanLogIn(StaffMember? known) =>
        known is { DisabledUs: null, PasswordHash.Length: > 0 };

    private static string HashOfOrNobodys(StaffMember? known) =>
        CanLogIn(known) ? known!.PasswordHash : NobodysHash.Value;

    private LoginOutcome Failed(StaffMember known, DateTimeOffset now)
    {
        var failures = known.Failures + 1;
        var locked = failures >= options.Value.FailuresMost;
        DateTimeOffset? until = locked ? now.AddMinutes(options.Value.LockMinutes) : null;
        store.SetFailures(known.Name, locked ? 0 : failures, until, now);
        return locked ? LoginOutcome.Locked : LoginOutcome.Refused;
    }
}
