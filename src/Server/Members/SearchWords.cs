using System.Globalization;
using System.Text;

namespace SmartCardCrm.Server.Members;

/// <summary>
/// Words as they are compared in a search: in small letters, without marks over them, letters and digits
/// only. Phone numbers are found by their ends, since nobody agrees about their beginnings.
/// </summary>
internal static class SearchWords
{
    /// <summary>A longer word is known by its beginning.</summary>
    public const int LengthMost = 32;

    /// <summary>A shorter word is not looked for misspelt: too many others are like it.</summary>
    public const int MisspeltLeast = 4;

    private const int PrefixLeast = 2;

    // As dialled at home, in a big and a smaller town, and as people ask for it.
    private static readonly int[] PhoneEnds = [10, 8, 7, 4];

    /// <summary>Under which words a member is found; none of somebody of whom nobody knows who it
    /// is.</summary>
    public static IReadOnlySet<string> Of(Member member)
    {
        var words = OfName(member.Name).ToHashSet(StringComparer.Ordinal);
        words.UnionWith(OfPhone(member.Phone ?? ""));
        if (member.Email is { } email)
            words.UnionWith([email, email.Split('@')[0]]);
        return words;
    }

    /// <summary>The words of a name, or of what somebody types.</summary>
    public static IEnumerable<string> OfName(string name) => Split(name).Where(word => word.Length > 0);

    /// <summary>Its digits, and their ends.</summary>
    public static IEnumerable<string> OfPhone(string phone)
    {
        var digits = string.Concat(phone.Where(char.IsAsciiDigit));
        return PhoneEnds.Where(length => length < digits.Length).Select(length => digits[^length..])
            .Prepend(digits).Where(end => end.Length > 0);
    }

    /// <summary>Spellings under which a name's word is found: its beginnings, and each without one of its
    /// letters.</summary>
    public static IEnumerable<string> SpellingsOf(string word) =>
        Enumerable.Range(PrefixLeast, Math.Max(word.Length - PrefixLeast, 0)).Select(length => word[..length])
            .Append(word).Concat(Misspelt(word)).Distinct(StringComparer.Ordinal);

    /// <summary>Spellings under which a word may stand that somebody has typed.</summary>
    public static IEnumerable<string> SpellingsFor(string typed) =>
        Misspelt(typed).Prepend(typed).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> Misspelt(string word) =>
        word.Length < MisspeltLeast
            ? []
            : Enumerable.Range(0, word.Length).Select(at => word.Remove(at, 1));

    private static IEnumerable<string> Split(string name)
    {
        var word = new StringBuilder();
        foreach (var letter in name.Normalize(NormalizationForm.FormKD))
        {
            if (char.IsLetterOrDigit(letter))
                word.Append(char.ToLowerInvariant(letter));
            else if (CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
                yield return Taken();
        }

        yield return Taken();

        string Taken()
        {
            var taken = word.ToString();
            word.Clear();
            return taken.Length > LengthMost ? taken[..LengthMost] : taken;
        }
    }
}
