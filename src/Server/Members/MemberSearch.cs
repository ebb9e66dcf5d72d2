using System.Globalization;
using Dapper;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Members;

/// <summary>
/// Finds members by what people know of them: a number, an address, or words of the name, whole, begun or
/// misspelt by a letter. What it costs depends on what is found, not on how many members there are.
/// </summary>
internal static class MemberSearch
{
    /// <summary>So many are found at most: whoever looks for more had better look closer.</summary>
    public const int FoundMost = 200;

    private const int WordsMost = 8;
    private const int LikeMost = 32;
    private const int WordsLikeMost = 2000;

    // How many letters a word may be off: two are found where one is too many and another is missing.
    private const int OffMost = 2;

    /// <summary>Members who are found by a text, the likeliest first; no member twice.</summary>
    /// <param name="db">The book.</param>
    /// <param name="text">Not blank.</param>
    public static IReadOnlyList<Member> Find(DbSession db, string text)
    {
        var found = new Dictionary<long, int>();
        var digits = string.Concat(text.Where(char.IsAsciiDigit));
        if (digits.Length > 0 && text.All(IsOfNumber))
        {
            foreach (var id in ByNumber(db, digits))
                found.TryAdd(id, found.Count);
        }
        else if (text.Contains('@', StringComparison.Ordinal))
        {
            foreach (var id in ByWords(db, [[text.Trim().ToLowerInvariant()]]))
                found.TryAdd(id, found.Count);
        }
        else
        {
            var sought = SearchWords.OfName(text).Take(WordsMost).Select(word => Sought.For(db, word))
                .ToList();
            for (var off = 0; sought.Count > 0 && off <= Sought.Farthest && found.Count < FoundMost; off++)
            {
                foreach (var id in ByWords(db, [.. sought.Select(word => word.Within(off))]))
                    found.TryAdd(id, found.Count);
            }
        }

        if (found.Count == 0)
            return [];
        var parameters = new DynamicParameters();
        var first = found.OrderBy(one => one.Value).Take(FoundMost).Select(one => one.Key);
        var ids = InList.Add(parameters, "id", first);
        return [.. db.List<Member>($"SELECT {MemberBook.Columns} FROM member WHERE id IN {ids}", parameters)
            .OrderBy(member => found[member.Id])];
    }

    private static bool IsOfNumber(char letter) => char.IsAsciiDigit(letter) || " +-.()".Contains(letter);

    // A card's, or a phone's: whole, or its end.
    private static IEnumerable<long> ByNumber(DbSession db, string digits)
    {
        var ends = SearchWords.OfPhone(digits).Take(2);
        return
        [
            .. long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? db.List<long>("SELECT member FROM card WHERE number = @number", new { number })
                : [],
            .. ByWords(db, [[.. ends.Where(end => end == digits || end.Length >= 10)]]),
        ];
    }

    // Those who have one word of each list; the rarest list is gone through, the others are looked up.
    private static IReadOnlyList<long> ByWords(DbSession db, IReadOnlyList<IReadOnlyList<string>> lists)
    {
        if (lists.Any(words => words.Count == 0))
            return [];
        var sorted = lists.Count == 1 ? lists : [.. lists.OrderBy(words => Frequency(db, words))];
        var parameters = new DynamicParameters();
        var lines = sorted.Select((words, at) => InList.Add(parameters, $"list{at}word", words)).ToList();
        var others = string.Concat(lines.Skip(1).Select(words =>
            $" AND EXISTS (SELECT 1 FROM member_word o WHERE o.member = w.member AND o.word IN {words})"));
        return db.List<long>(
            $"SELECT w.member FROM member_word w WHERE w.word IN {lines[0]}{others} LIMIT {FoundMost}",
            parameters);
    }

    private static long Frequency(DbSession db, IReadOnlyList<string> words)
    {
        var parameters = new DynamicParameters();
        var list = InList.Add(parameters, "word", words);
        return Page.Count(db, $"FROM member_word WHERE word IN {list}", parameters);
    }

    /// <summary>A word that somebody has typed, and names' words like it.</summary>
    private sealed record Sought(IReadOnlyList<(string Word, int Off)> Like)
    {
        /// <summary>Of the misspelt ones: 0 is the word itself, 1 one that begins with it.</summary>
        public const int Farthest = OffMost + 1;

        public static Sought For(DbSession db, string typed)
        {
            var parameters = new DynamicParameters();
            var spellings = InList.Add(parameters, "spelling", SearchWords.SpellingsFor(typed));
            var words = db.List<string>(
                $"SELECT DISTINCT word FROM word_key WHERE spelling IN {spellings} LIMIT {WordsLikeMost}",
                parameters);
            return new Sought(
            [
                .. words.Select(word => (Word: word, Off: OffOf(typed, word)))
                    .Append((Word: typed, Off: 0)).Distinct()
                    .Where(word => word.Off <= Farthest)
                    .OrderBy(word => word.Off).ThenBy(word => word.Word, StringComparer.Ordinal),
            ]);
        }

        public IReadOnlyList<string> Within(int off) =>
            [.. Like.Where(like => like.Off <= off).Take(LikeMost).Select(like => like.Word)];

        private static int OffOf(string typed, string word) =>
            typed == word ? 0
            : word.StartsWith(typed, StringComparison.Ordinal) ? 1
            : typed.Length < SearchWords.MisspeltLeast ? int.MaxValue
            : Misspelling.Distance(typed, word) + 1;
    }
}
