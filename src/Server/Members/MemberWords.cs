using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Members;

/// <summary>Keeps the words under which members are found. Whoever writes a member's name or contacts writes
/// them anew in the same transaction.</summary>
internal static class MemberWords
{
    private const int MembersAtOnce = 1000;

    private static readonly RowShape Words = new("word text, member bigint");
    private static readonly RowShape Spellings = new("spelling text, word text");

    /// <summary>Writes down under which words members are found who had none before.</summary>
    public static void Add(DbSession db, IReadOnlyList<Member> members)
    {
        var words = members.ToDictionary(member => member.Id, SearchWords.Of);
        db.Insert("member_word", new Rows(
            Words, [.. words.SelectMany(one => one.Value, object?[] (one, word) => [word, one.Key])]));
        db.RunForEach(
            "INSERT INTO word_key (spelling, word) SELECT spelling, word FROM {rows} WHERE 1 = 1 "
            + "ON CONFLICT (spelling, word) DO NOTHING",
            new Rows(Spellings,
            [
                .. members.SelectMany(member => SearchWords.OfName(member.Name))
                    .Distinct(StringComparer.Ordinal)
                    .SelectMany(SearchWords.SpellingsOf, object?[] (word, spelling) => [spelling, word]),
            ]));
    }

    /// <summary>Writes a member's words anew, as he is now.</summary>
    public static void Renew(DbSession db, Member member)
    {
        var before = db.List<string>("SELECT word FROM member_word WHERE member = @Id", new { member.Id });
        db.Run("DELETE FROM member_word WHERE member = @Id", new { member.Id });
        db.Run("UPDATE member SET has_words = 1 WHERE id = @Id", new { member.Id });
        Add(db, [member]);
        // A rare name would tell of whoever bore it.
        foreach (var word in before)
        {
            db.Run(
                """
                DELETE FROM word_key
                WHERE word = @word AND NOT EXISTS (SELECT 1 FROM member_word m WHERE m.word = word_key.word)
                """,
                new { word });
        }
    }

    /// <summary>Gives words to some members of a book that is older than the search.</summary>
    /// <returns>How many; 0 when all have theirs.</returns>
    public static int CatchUp(DbSession db)
    {
        var members = db.List<Member>(
            $"SELECT {MemberBook.Columns} FROM member WHERE has_words = 0 ORDER BY id LIMIT {MembersAtOnce}");
        if (members.Count == 0)
            return 0;
        Add(db, members);
        db.Run(
            "UPDATE member SET has_words = 1 WHERE has_words = 0 AND id <= @Last",
            new { Last = members[^1].Id });
        return members.Count;
    }
}

/// <summary>Gives words to the members of a book that is older than the search, while it is served.</summary>
internal sealed class MemberWordsRun(Database database) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A commit at a time, so that intake goes on in between.
        while (!stoppingToken.IsCancellationRequested && await Task.Run(CatchUp, stoppingToken) > 0)
            await Task.Yield();
    }

    private int CatchUp() =>
        database.Read(db => db.Value<long>("SELECT COUNT(*) FROM member WHERE has_words = 0")) == 0
            ? 0
            : database.Write(MemberWords.CatchUp);
}
