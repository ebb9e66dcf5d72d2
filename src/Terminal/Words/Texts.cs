using System.Globalization;
using System.Resources;

namespace SmartCardCrm.Terminal.Words;

/// <summary>What the terminal says to people in one language, from Texts.resx and Texts.ru.resx.</summary>
internal sealed class Texts
{
    private static readonly ResourceManager Resources = new(typeof(Texts));

    private Texts(string language) => Language = CultureInfo.GetCultureInfo(language);

    /// <summary>For whoever names no language that there is.</summary>
    public static Texts English { get; } = new("en");

    public static Texts Russian { get; } = new("ru");

    public CultureInfo Language { get; }

    /// <summary>The text of this name; there must be one.</summary>
    public string this[string name] => Find(name)
        ?? throw new MissingManifestResourceException($"{Language.Name} has no text {name}.");

    /// <summary>The text of this name; null where there is none.</summary>
    public string? Find(string name) => Resources.GetString(name, Language);

    /// <summary>The language of a card or of a query.</summary>
    /// <param name="language">Two letters; null where nobody named one.</param>
    /// <returns>Null where there are no texts in it.</returns>
    public static Texts? Of(string? language) => language switch
    {
        "en" => English,
        "ru" => Russian,
        _ => null,
    };

    /// <summary>What a caller likes best of what there is, by Accept-Language.</summary>
    public static Texts For(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptLanguage;
        return accepted.Where(a => a.Quality != 0).OrderByDescending(a => a.Quality ?? 1)
            .Select(a => Of(a.Value.ToString().ToLowerInvariant().Split('-')[0]))
            .FirstOrDefault(texts => texts is not null) ?? English;
    }
}
