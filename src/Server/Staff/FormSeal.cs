using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace SmartCardCrm.Server.Staff;

/// <summary>What a form carries from one step to the next, for a quarter of an hour: nobody else can make or
/// read it.</summary>
internal sealed class FormSeal(IDataProtectionProvider protection)
{
    /// <summary>How long a form has.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(15);

    /// <param name="form">Which: what one form carries is nothing to another.</param>
    /// <param name="text">What it is to carry.</param>
    public string Seal(string form, string text) => Of(form).Protect(text, Lasts);

    /// <summary>Null where it was not sealed here for this form, or too long ago.</summary>
    public string? Open(string form, string textSealed)
    {
        try
        {
            return Of(form).Unprotect(textSealed);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private ITimeLimitedDataProtector Of(string form) =>
        protection.CreateProtector("staff form", form).ToTimeLimitedDataProtector();
}
