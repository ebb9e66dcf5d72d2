using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace SmartCardCrm.Server.Staff;

/// <summary>What comes of a login.</summary>
internal enum LoginOutcome
{
    /// <summary>The password is right.</summary>
    Welcome,

    /// <summary>No such name, or another password: the answer does not say which.</summary>
    Refused,

    /// <summary>Too many wrong passwords; later again.</summary>
    Locked,
}

/// <summary>Passwords, and how often one may be wrong.</summary>
internal sealed class StaffLogin(StaffStore store, IOptions<StaffOptions> options, TimeProvider clock)
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
        name.Trim().Length is > 0 and <= 64
        && password.Length is >= PasswordLengthLeast and <= PasswordLengthMost;

    /// <summary>Adds the first of the staff.</summary>
    /// <returns>False where somebody is there already.</returns>
    public bool TryAddFirst(string name, string password)
    {
        var canonical = Canonical(name);
        return store.TryAddFirst(canonical, Hasher.HashPassword(canonical, password), clock.GetUtcNow());
    }

    public LoginOutcome TryLogin(string name, string password)
    {
        var now = clock.GetUtcNow();
        var known = store.Find(Canonical(name));
        if (known?.LockedUntil > now)
            return LoginOutcome.Locked;
        if (password.Length > PasswordLengthMost || !IsRight(known, password))
            return known is null ? LoginOutcome.Refused : Failed(known, now);

        store.SetFailures(known!.Name, 0, null, clock.GetUtcNow());
        return LoginOutcome.Welcome;
    }

    /// <summary>A name as it is kept: upper and lower case do not matter.</summary>
    public static string Canonical(string name) => name.Trim().ToLowerInvariant();

    private static bool IsRight(StaffMember? known, string password) =>
        Hasher.VerifyHashedPassword("", known?.PasswordHash ?? NobodysHash.Value, password)
            != PasswordVerificationResult.Failed
        && known is not null;

    private LoginOutcome Failed(StaffMember known, DateTimeOffset now)
    {
        var failures = known.Failures + 1;
        var locked = failures >= options.Value.FailuresMost;
        DateTimeOffset? until = locked ? now.AddMinutes(options.Value.LockMinutes) : null;
        store.SetFailures(known.Name, locked ? 0 : failures, until, now);
        return locked ? LoginOutcome.Locked : LoginOutcome.Refused;
    }
}
