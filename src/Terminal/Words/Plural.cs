using System.Globalization;

namespace SmartCardCrm.Terminal.Words;

/// <summary>Which form of a counted noun a number takes.</summary>
internal static class Plural
{
    /// <summary>Picks the form for a number.</summary>
    /// <param name="forms">Separated by bars. English: 1 point, 2 points. Russian: 1 балл, 2 балла, 5 баллов;
    /// CLDR's one, few, many.</param>
    /// <param name="number">Any; the sign does not matter.</param>
    public static string Pick(string forms, long number, CultureInfo language) =>
        forms.Split('|')[language.TwoLetterISOLanguageName == "ru" ? Russian(number) : English(number)];

    private static int English(long number) => number is 1 or -1 ? 0 : 1;

    private static int Russian(long number)
    {
        var (tens, ones) = (Math.Abs(number % 100), Math.Abs(number % 10));
        return tens is >= 11 and <= 14 ? 2 : ones switch
        {
            1 => 0,
            2 or 3 or 4 => 1,
            _ => 2,
        };
    }
}
