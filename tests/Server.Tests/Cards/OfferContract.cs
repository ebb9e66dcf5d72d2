using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Cards;

/// <summary>Offers reach cards in their member file, on every engine.</summary>
public abstract class OfferContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly OfferBook _offers;
    private readonly Chip _chip;

    protected OfferContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _offers = new OfferBook(_hq.Database, _hq.Secrets, _hq.Clock);
        _chip = _hq.Issue(1);
    }

    private long Number => _hq.CardOf(_chip).Number;

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Each_change_of_its_offers_writes_the_cards_file_anew()
    {
        var christmas = new DateOnly(2026, 12, 25);
        Assert.Null(_offers.Give(Number, Wanted(1001, christmas, uses: 3, kind: 2)));
        Assert.Null(_offers.Give(Number, Wanted(7)));
        Assert.Null(_offers.Give(Number, Wanted(7)));
        Assert.Null(_offers.Give(Number, Wanted(1001, christmas, uses: 1)));
        Assert.Null(_offers.Take(Number, 7, "Ada"));

        CardOffer seven = new(7, null, 1, 0);
        Assert.Equal(
            [
                new CardAction(1, 0, File: File(new CardOffer(1001, christmas, 3, 2))),
                new(2, 0, File: File(seven, new CardOffer(1001, christmas, 3, 2))),
                new(3, 0, File: File(seven, new CardOffer(1001, christmas, 1, 0))),
                new(4, 0, File: File(new CardOffer(1001, christmas, 1, 0))),
            ],
            _hq.Actions(_chip));
        Assert.Equal([1001L], _offers.Of(Number).Select(offer => offer.Offer));
    }

    [Fact]
    public void A_card_has_room_for_eight_that_are_not_past()
    {
        _offers.Give(Number, Wanted(1, new DateOnly(2026, 1, 5)));
        for (var offer = 2; offer <= 8; offer++)
            Assert.Null(_offers.Give(Number, Wanted(offer)));
        Assert.Equal("offers-full", _offers.Give(Number, Wanted(9)));

        _hq.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Null(_offers.Give(Number, Wanted(9)));
        Assert.Equal(Enumerable.Range(2, 8).Select(n => (long)n), _offers.Of(Number).Select(o => o.Offer));
    }

    [Fact]
    public void What_cannot_be_done_is_refused_and_changes_nothing()
    {
        var planned = _hq.Plan(Chip.FromFactory(2).Uid);

        Assert.Equal("card-unknown", _offers.Give(99, Wanted(1)));
        Assert.Equal("card-not-active", _offers.Give(planned.Card.Number, Wanted(1)));
        Assert.Equal("offer-unknown", _offers.Take(Number, 1, "Ada"));
        Assert.Equal("by-length", _offers.Take(Number, 1, " "));
        Assert.Equal("by-length", Wanted(1, by: "").Refusal);
        Assert.All(
            [
                Wanted(0), Wanted(1L << 32), Wanted(1, uses: 0), Wanted(1, uses: 256), Wanted(1, kind: 256),
                Wanted(1, new DateOnly(1999, 1, 1)), Wanted(1, new DateOnly(2200, 1, 1)),
            ],
            wanted => Assert.Equal("offer-range", wanted.Refusal));
        Assert.Empty(_hq.Actions(_chip));
    }

    [Fact]
    public void A_card_that_has_written_its_offers_is_no_exception_and_one_that_has_not_is()
    {
        var till = _hq.NewTill();
        _offers.Give(Number, Wanted(7));
        till.Sell(_chip, new TestSale(30_00) { Pending = _hq.Actions(_chip) });
        _hq.Sync(till);
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(_chip);

        _offers.Take(Number, 7, "Ada");
        till.Sell(_chip, new TestSale(1_00) { Pending = _hq.Actions(_chip), KeepsFile = true });
        _hq.Sync(till);

        Assert.Equal(["rule-mismatch member-file"], _hq.Open());
    }

    [Fact]
    public void A_terminal_that_writes_a_member_file_for_nobody_is_caught()
    {
        var till = _hq.NewTill();
        till.Sell(_chip, new TestSale(1_00) { WritesFile = File(new CardOffer(666, null, 255, 0)) });

        _hq.Sync(till);

        Assert.Equal(["rule-mismatch member-file"], _hq.Open());
        _hq.AssertBalanced(_chip);
    }

    private static WantedOffer Wanted(
        long id, DateOnly? until = null, long uses = 1, long kind = 0, string by = "Ada") =>
        new(id, until, uses, kind, by);

    private static MemberFile File(params CardOffer[] offers) => new("en") { Offers = offers };
}

public sealed class OffersOnSqlite(SqliteEngine engine) : OfferContract(engine), IClassFixture<SqliteEngine>;

public sealed class OffersOnPostgres(PostgresCluster cluster) : OfferContract(new PostgresEngine(cluster));
