using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Members;

/// <summary>A member who wants to be forgotten is, on every engine.</summary>
public abstract class ErasureContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly ErasureBook _erasures;
    private readonly AnonymousBook _anonymous;
    private readonly Member _member;
    private readonly Chip _chip;

    protected ErasureContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _erasures = new ErasureBook(_hq.Database, _hq.Secrets, _hq.Clock);
        _anonymous = new AnonymousBook(_hq.Database, _hq.Secrets, _hq.Clock);
        _member = _hq.Members.Add(1, new NewMember("Анна", "+1 555", "ru", "anna@example.org"), "test");
        _chip = _hq.IssueTo(_member, 1);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Nothing_in_the_book_says_any_more_who_it_was_and_the_points_stay()
    {
        var till = _hq.NewTill();
        till.Sell(_chip, new TestSale(30_00));
        _hq.Sync(till);

        Assert.Null(_erasures.Erase(_member.Id, " Grace "));

        var left = _hq.Members.Find(_member.Id)!;
        Assert.Equal(("", null, null, true), (left.Name, left.Phone, left.Email, left.IsAnonymous));
        Assert.Equal(0, _hq.Members.List("анна", 0, 10).Total);
        Assert.Equal(0, _hq.Members.List("555", 0, 10).Total);
        _hq.AssertBalanced(_chip);
        var line = _hq.Database.Read(db => AuditLog.List(db, $"member:{_member.Id}", 0, 1)).Single();
        Assert.Equal(("Grace", "member-erased", ""), (line.DoneBy, line.Action, line.Detail));
    }

    [Fact]
    public void The_card_is_emptied_at_its_next_tap_in_the_same_transaction()
    {
        var offers = new OfferBook(_hq.Database, _hq.Secrets, _hq.Clock);
        offers.Give(_hq.CardOf(_chip).Number, new WantedOffer(7, null, 1, 0, "Ada"));
        _erasures.Erase(_member.Id, "Grace");
        var till = _hq.NewTill();
        till.Sell(_chip, new TestSale(30_00) { Pending = _hq.Actions(_chip) });
        _hq.Sync(till);

        Assert.Equal(
            [
                new CardAction(1, 0, File: new MemberFile("ru") { Offers = [new CardOffer(7, null, 1, 0)] }),
                new(2, 0, File: MemberFile.Erased),
            ],
            _hq.Actions(_chip));
        Assert.Equal($"01{new string('0', 254)}", _chip.MemberFile);
        Assert.Empty(offers.Of(_hq.CardOf(_chip).Number));
        Assert.Empty(_hq.Open());
    }

    [Fact]
    public void Who_says_again_who_he_is_has_his_language_on_the_card_again()
    {
        _erasures.Erase(_member.Id, "Grace");

        _anonymous.Register(_member.Id, new NewMember("Anna", null, "en"), "Ada");

        Assert.Equal(new MemberFile("en"), _hq.Actions(_chip)[^1].File);
    }

    [Fact]
    public void What_cannot_be_done_is_refused_and_changes_nothing()
    {
        Assert.Equal("member-unknown", _erasures.Erase(99, "Grace"));
        Assert.Equal("by-length", _erasures.Erase(_member.Id, " "));
        Assert.Empty(_hq.Actions(_chip));
        _erasures.Erase(_member.Id, "Grace");

        Assert.Equal("member-anonymous", _erasures.Erase(_member.Id, "Grace"));
        Assert.Single(_hq.Actions(_chip));
    }
}

public sealed class ErasureOnSqlite(SqliteEngine engine)
    : ErasureContract(engine), IClassFixture<SqliteEngine>;

public sealed class ErasureOnPostgres(PostgresCluster cluster)
    : ErasureContract(new PostgresEngine(cluster));
