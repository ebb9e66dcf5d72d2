using System.Globalization;

namespace SmartCardCrm.Demo.Purchases;

/// <summary>A made-up member.</summary>
/// <param name="Name">Given name and family name.</param>
/// <param name="Language">ISO 639-1: en or ru.</param>
internal sealed record MemberName(string Name, string Language)
{
    private static readonly string[] EnglishGiven =
        ["Alice", "Ben", "Clara", "David", "Emma", "Frank", "Grace", "Henry", "Irene", "Jack", "Kate", "Leo",
            "Mary", "Noah"];

    private static readonly string[] EnglishFamily =
        ["Baker", "Carter", "Dixon", "Ellis", "Fisher", "Grant", "Hughes", "Keller", "Mason", "Palmer",
            "Reed", "Walsh"];

    private static readonly string[] RussianGiven =
        ["Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Зоя", "Иван", "Ксения", "Лев", "Мария", "Олег"];

    // Family names that do not change with gender.
    private static readonly string[] RussianFamily =
        ["Бондаренко", "Гончар", "Ткач", "Короленко", "Лисовских", "Мельник", "Седых", "Черных", "Шевчук",
            "Юрченко"];

    /// <summary>A phone number of those that are for stories.</summary>
    public static string PhoneOf(int household) =>
        $"+1 555 01{household.ToString("00000", CultureInfo.InvariantCulture)}";

    public static MemberName For(ulong seed, int household)
    {
        var dice = Dice.For(seed, $"name {household.ToString(CultureInfo.InvariantCulture)}");
        return dice.Chance(0.7)
            ? new MemberName($"{dice.Pick(EnglishGiven)} {dice.Pick(EnglishFamily)}", "en")
            : new MemberName($"{dice.Pick(RussianGiven)} {dice.Pick(RussianFamily)}", "ru");
    }
}
