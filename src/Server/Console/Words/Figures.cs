using System.Globalization;

namespace SmartCardCrm.Server.Console.Words;

/// <summary>Numbers as the reader's culture writes them.</summary>
internal static class Figures
{
    /// <summary>With a true minus.</summary>
    public static string Whole(long number) =>
        number.ToString("#,0;\u2212#,0;0", CultureInfo.CurrentCulture);

    /// <summary>With its sign, a true minus; nothing for 0.</summary>
    public static string Change(long number) =>
        number.ToString("+#,0;\u2212#,0;''", CultureInfo.CurrentCulture);

    /// <summary>Several changes, those that are 0 left out: +12 −50.</summary>
    public static string Changes(params ReadOnlySpan<long> numbers)
    {
        var words = new List<string>();
        foreach (var number in numbers)
        {
            if (number != 0)
                words.Add(Change(number));
        }

        return string.Join(' ', words);
    }

    /// <summary>An amount with its currency: 12.34 USD, −12.34 USD.</summary>
    /// <param name="minor">Minor units; below zero with a true minus.</param>
    /// <param name="currency">ISO 4217.</param>
    /// <param name="minorPerUnit">Minor units in a whole one: 1, 10, 100 …</param>
    public static string Money(long minor, string currency, int minorPerUnit)
    {
        var decimals = (minorPerUnit - 1).ToString(CultureInfo.InvariantCulture).TrimStart('0').Length;
        var amount = Math.Abs((decimal)minor) / minorPerUnit;
        var sign = minor < 0 ? "\u2212" : "";
        return $"{sign}{amount.ToString($"N{decimals}", CultureInfo.CurrentCulture)}\u00A0{currency}";
    }
}
