using System.Globalization;

namespace SmartCardCrm.Server.Ledger;

/// <summary>A store's business date as tills write it.</summary>
internal static class BusinessDay
{
    /// <summary>Null where it is none: nobody checks what a till writes there.</summary>
    public static DateOnly? TryParse(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, default, out var day)
            ? day
            : null;
}
