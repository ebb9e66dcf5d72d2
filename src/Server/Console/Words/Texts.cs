using System.Globalization;
using System.Resources;
using Microsoft.Extensions.Localization;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Console.Words;

/// <summary>The console's texts in the reader's language, from Texts.resx and Texts.ru.resx.</summary>
internal sealed class Texts(IStringLocalizer<Texts> texts)
{
    private static readonly ResourceManager Resources = new(typeof(Texts));

    public string this[string name] => texts[name];

    public string this[string name, params object[] values] => texts[name, values];

    /// <summary>A member's name; of one of whom nobody knows it, that.</summary>
    public string Member(string name) => name.Length > 0 ? name : texts["Anonymous"];

    /// <summary>A number with its noun: "5 cards".</summary>
    /// <param name="noun">Name of a text that holds the noun's forms for <see cref="Plural.Pick"/>.</param>
    /// <param name="number">How many.</param>
    public string Count(string noun, long number) => $"{Figures.Whole(number)} {Noun(noun, number)}";

    /// <summary>How long a list is: "5 cards", or "1,000 cards or more".</summary>
    /// <param name="noun">As in <see cref="Count"/>.</param>
    /// <param name="total">As <see cref="Page.Count"/> counts.</param>
    public string CountedList(string noun, long total) =>
        total < Page.CountMost ? Count(noun, total) : texts["OrMore", Count(noun, total)];

    /// <summary>The noun alone, in the form that the number asks for.</summary>
    public string Noun(string noun, long number) =>
        Plural.Pick(texts[noun], number, CultureInfo.CurrentUICulture);

    /// <summary>What a report's column is called: in this report, or else in all.</summary>
    public string Column(string report, string column)
    {
        var own = texts[$"Column.{report}.{column}"];
        return own.ResourceNotFound ? Code("Column", column) : own;
    }

    /// <summary>What an exception's detail says, beside its cause.</summary>
    public string Detail(string cause, string detail) => cause is Cause.Gap or Cause.Late
        ? texts["MissingCounters", detail.Replace("..", "–", StringComparison.Ordinal)]
        : Detail(detail);

    /// <summary>What an exception's detail says; a settlement's names more than people need.</summary>
    public string Detail(string detail) => Code(
        "Detail", detail.StartsWith("settlement-", StringComparison.Ordinal) ? "settlement" : detail);

    /// <summary>A text in another language than the reader's.</summary>
    public static string In(CultureInfo language, string name, params object[] values) =>
        string.Format(language, Resources.GetString(name, language) ?? name, values);

    /// <summary>The text for a stable code, or the code itself where it is newer than the texts.</summary>
    /// <param name="family">What kind of code it is; the text's name is family.code.</param>
    /// <param name="code">As in the book.</param>
    public string Code(string family, string code)
    {
        var text = texts[$"{family}.{code}"];
        return text.ResourceNotFound ? code : text;
    }
}
