using System.Globalization;

namespace SmartCardCrm.Server.Console.Words;

/// <summary>Which form of a counted noun a number takes.</summary>
internal static class Plural
{
    /// <summary>How many forms a language has; their order is that of <see cref="Pick"/>.</summary>
    public static int FormsOf(CultureInfo language) => language.TwoLetterISOLanguageName == "ru" ? 3 : 2;

    /// <summary>Picks the form for a number.</summary>
    /// <param name="forms">
    /// Separated by bars. English: 1 card, 2 cards. Russian: 1 карта, 2 карты, 5 карт; CLDR's one, few, many.
    /// </param>
    /// <param name="number">Any; the sign does not matter.</param>
    /// <param name="language">Whose rule counts.</param>
    public static string Pick(string forms, long number, CultureInfo language) =>
        forms.Split('|')[FormsOf(language) == 3 ? Russian(number) : number is 1 or -1 ? 0 : 1];

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
