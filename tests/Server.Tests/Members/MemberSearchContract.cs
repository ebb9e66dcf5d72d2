using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Members;

/// <summary>Members are found by what people know of them, on every engine.</summary>
public abstract class MemberSearchContract : IDisposable
{
    private readonly Database _database;
    private readonly MemberBook _members;
    private readonly ErasureBook _erasures;
    private readonly AnonymousBook _anonymous;

    protected MemberSearchContract(Engine engine)
    {
        var clock = new FakeTimeProvider();
        _database = engine.OpenBook();
        new ProgrammeBook(_database, new TestSecrets(), clock).SeedFirst();
        _members = new MemberBook(_database, new TestSecrets(), clock);
        _erasures = new ErasureBook(_database, new TestSecrets(), clock);
        _anonymous = new AnonymousBook(_database, new TestSecrets(), clock);
        foreach (var (name, phone, email) in new (string, string?, string?)[]
        {
            ("Ada Lovelace", "+44 20 7946 0018", "ada@example.org"),
            ("Grace Hopper", "8 (916) 123-45-67", null),
            ("Graciela Hooper", null, null),
            ("Анна Ёлкина", null, "Anna.Yolkina@Example.org"),
            ("Zoë O'Brien", null, null),
        })
        {
            _members.Add(1, new NewMember(name, phone, "en", email), "test");
        }
    }

    public void Dispose()
    {
        _database.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    // A word, another's beginning, in any order and writing.
    [InlineData("LOVELACE", "Ada Lovelace")]
    [InlineData("lov ada", "Ada Lovelace")]
    [InlineData("анна", "Анна Ёлкина")]
    [InlineData("елкина", "Анна Ёлкина")]
    [InlineData("zoe obrien", "Zoë O'Brien")]
    // A letter left out, put in, changed, exchanged with its neighbour; one missing and one too many.
    [InlineData("lovlace", "Ada Lovelace")]
    [InlineData("lovellace", "Ada Lovelace")]
    [InlineData("lovalace", "Ada Lovelace")]
    [InlineData("lvoelace", "Ada Lovelace")]
    [InlineData("ovelacek", "Ada Lovelace")]
    [InlineData("ёлкена", "Анна Ёлкина")]
    // The likelier first.
    [InlineData("hopper", "Grace Hopper", "Graciela Hooper")]
    [InlineData("hooper", "Graciela Hooper", "Grace Hopper")]
    [InlineData("grac", "Grace Hopper", "Graciela Hooper")]
    // A number as it is written, as others write it, and its end.
    [InlineData("+44 20 7946 0018", "Ada Lovelace")]
    [InlineData("0018", "Ada Lovelace")]
    [InlineData("79460018", "Ada Lovelace")]
    [InlineData("+7 916 123 45 67", "Grace Hopper")]
    [InlineData("123-45-67", "Grace Hopper")]
    // An address, and its first part.
    [InlineData("ADA@example.org", "Ada Lovelace")]
    [InlineData("anna.yolkina@example.org", "Анна Ёлкина")]
    // Nobody: too far off, too short to be misspelt, one word that fits nobody, nothing to look for.
    [InlineData("lovxxace")]
    [InlineData("adb")]
    [InlineData("ada hopper")]
    [InlineData("lovelace@example.org")]
    [InlineData("5")]
    [InlineData("***")]
    [InlineData("' OR 1=1 --")]
    public void Members_are_found_by(string text, params string[] names) =>
        Assert.Equal(names, Found(text));

    [Fact]
    public void A_page_of_what_is_found_goes_on_where_the_one_before_ended()
    {
        Assert.Equal("Graciela Hooper", _members.List("gra", 1, 1).Rows.Single().Name);
        Assert.Equal(2, _members.List("gra", 1, 1).Total);
    }

    [Fact]
    public void Of_many_with_one_name_the_first_are_found()
    {
        _database.Write(db =>
        {
            for (var one = 0; one < MemberSearch.FoundMost; one++)
                MemberBook.Insert(db, 1, new NewMember($"Ada Number{one}", null, "en"), nowUs: 0);
        });

        Assert.Equal(MemberSearch.FoundMost, _members.List("ada", 0, 10).Total);
        Assert.Equal(["Ada Lovelace"], Found("ada lovelace"));
    }

    [Fact]
    public void An_erased_member_is_found_by_nothing_and_a_name_nobody_has_any_more_is_nowhere()
    {
        _erasures.Erase(1, "test");

        Assert.Empty(Found("lovelace"));
        Assert.Empty(Found("0018"));
        Assert.Empty(Found("ada@example.org"));
        Assert.Equal(0, Count("member_word WHERE member = 1"));
        Assert.Equal(0, Count("word_key WHERE word = 'lovelace'"));
        Assert.NotEqual(0, Count("word_key WHERE word = 'hopper'"));
    }

    [Fact]
    public void An_anonymous_member_is_found_once_he_has_said_who_he_is()
    {
        var nobody = _database.Write(db =>
            MemberBook.Insert(db, 1, new NewMember("", null, "en"), nowUs: 0));

        _anonymous.Register(nobody.Id, new NewMember("Hedy Lamarr", null, "en"), "test");

        Assert.Equal(["Hedy Lamarr"], Found("lamar"));
    }

    [Fact]
    public void Members_of_a_book_that_is_older_than_the_search_get_their_words_once()
    {
        _database.Write(db =>
        {
            db.Run("DELETE FROM member_word");
            db.Run("DELETE FROM word_key");
            db.Run("UPDATE member SET has_words = 0 WHERE id <> 3");
        });
        Assert.Empty(Found("lovelace"));

        Assert.Equal(4, _database.Write(MemberWords.CatchUp));
        Assert.Equal(0, _database.Write(MemberWords.CatchUp));

        Assert.Equal(["Ada Lovelace"], Found("lovelace"));
        Assert.Equal(["Grace Hopper"], Found("hooper"));
    }

    private IEnumerable<string> Found(string text) =>
        _members.List(text, 0, 10).Rows.Select(member => member.Name);

    private long Count(string from) => _database.Read(db => db.Value<long>($"SELECT COUNT(*) FROM {from}"));
}

public sealed class MemberSearchOnSqlite(SqliteEngine engine)
    : MemberSearchContract(engine), IClassFixture<SqliteEngine>;

public sealed class MemberSearchOnPostgres(PostgresCluster cluster)
    : MemberSearchContract(new PostgresEngine(cluster));
