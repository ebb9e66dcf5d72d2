using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using OtpNet;

namespace SmartCardCrm.Server.Staff;

/// <summary>Codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds), and those that stand
/// in for it once each.</summary>
internal sealed class SecondFactor(IDataProtectionProvider protection, TimeProvider clock)
{
    private const int SecretBytes = 20;
    private const int RecoveryBytes = 10;
    private const int RecoveryCodes = 10;

    // A phone's clock may be half a minute off.
    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    private readonly IDataProtector _secrets = protection.CreateProtector("staff second factor");

    /// <summary>A secret for an app, Base32.</summary>
    public static string NewSecret() => Base32Encoding.ToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>What the app is told: an otpauth address.</summary>
    public static string AddressOf(string name, string secret) =>
        new OtpUri(OtpType.Totp, secret, name, "SmartCardCrm").ToString();

    /// <summary>Codes to be kept on paper, each good once: four groups of four.</summary>
    public static IReadOnlyList<string> NewRecoveryCodes() =>
        [.. Enumerable.Range(0, RecoveryCodes).Select(_ => string.Join(
            '-', Base32Encoding.ToString(RandomNumberGenerator.GetBytes(RecoveryBytes)).Chunk(4)
                .Select(group => new string(group))))];

    /// <summary>A recovery code as the book keeps it; how it is typed does not matter.</summary>
    public static string HashOf(string code)
    {
        var typed = new string([.. code.Where(char.IsLetterOrDigit).Select(char.ToUpperInvariant)]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(typed)));
    }

    /// <summary>The step of time that a code belongs to; null of a wrong one.</summary>
    public long? StepOf(string secret, string code)
    {
        var totp = new Totp(Base32Encoding.ToBytes(secret));
        var now = clock.GetUtcNow().UtcDateTime;
        return totp.VerifyTotp(now, code.Trim(), out var step, Window) ? step : null;
    }

    /// <summary>A secret as the book keeps it.</summary>
    public string Seal(string secret) => _secrets.Protect(secret);

    /// <summary>Null where the keys of sessions are not those that sealed it, as after a restore.</summary>
    public string? Open(string secretSealed)
    {
        try
        {
            return _secrets.Unprotect(secretSealed);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
