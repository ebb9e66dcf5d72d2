using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Sync;

/// <summary>Which terminals are told of which card, on both engines.</summary>
public abstract class KnownCardsContract : IDisposable
{
    private const uint Near = 1;
    private const uint Beside = 2;
    private const uint Far = 3;

    private readonly Headquarters _hq;
    private readonly Till _near;
    private readonly Till _far;

    private protected KnownCardsContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _near = _hq.NewTill();
        _hq.NewTill();
        _far = _hq.NewTill();
        _hq.Enrol(Near, store: 10);
        _hq.Enrol(Beside, store: 10);
        _hq.Enrol(Far, store: 20);
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_card_is_known_at_all_terminals_of_the_store_where_it_was_issued()
    {
        var chip = _hq.Issue(1, terminal: Near);

        Assert.Equal([chip.Uid], Cards(_hq.FeedFor(Near)));
        Assert.Equal([chip.Uid], Cards(_hq.FeedFor(Beside)));
        Assert.Empty(Cards(_hq.FeedFor(Far)));
    }

    [Fact]
    public void A_terminal_is_told_which_language_the_cards_owner_speaks()
    {
        _hq.IssueTo(_hq.Members.Add(1, new NewMember("Анна", null, "ru"), "test"), 1, terminal: Near);

        var told = Assert.Single(_hq.FeedFor(Near).Items, item => item.Card is not null);
        Assert.Equal("ru", told.Card.Language);
    }

    [Fact]
    public void A_store_hears_of_a_card_once_it_was_used_there_and_then_of_each_change()
    {
        var chip = _hq.Issue(1, terminal: Near);
        var (near, far) = (_hq.FeedFor(Near).Through, _hq.FeedFor(Far).Through);
        Queue(chip, 7);

        Sell(_far, chip);

        var heard = _hq.FeedFor(Far, far);
        Assert.Equal([7], heard.Items.Select(item => item.CardAction?.Points).OfType<int>());
        var known = Assert.Single(heard.Items, item => item.Card is not null).Card;
        Assert.Equal((2u, 1u), (known.AcknowledgedCounter, (uint)Cards(_hq.FeedFor(Near, near)).Count));

        Sell(_near, chip);

        var again = Assert.Single(_hq.FeedFor(Far, heard.Through).Items).Card;
        Assert.Equal(3u, again.AcknowledgedCounter);
    }

    [Fact]
    public void Who_only_says_that_a_card_was_there_is_told_nothing_of_it()
    {
        var chip = _hq.Issue(1, terminal: Near);

        _far.Sell(chip, new TestSale(5_00) { Fate = Fate.TornBeforeCommit });
        _far.Sell(chip, new TestSale(5_00) { Fate = Fate.AnswerLost });
        _hq.Sync(_far);

        Assert.Empty(Cards(_hq.FeedFor(Far)));
    }

    [Fact]
    public void A_card_that_the_store_knows_is_not_told_again_because_it_was_used()
    {
        var chip = _hq.Issue(1, terminal: Near);
        var head = _hq.FeedFor(Near).Through;

        _hq.Database.Write(db => KnownCards.Note(db, Beside, chip.Uid.ToString()));

        Assert.Equal(head, _hq.FeedFor(Near).Through);
    }

    [Fact]
    public void A_blocked_card_is_listed_everywhere_also_where_nobody_knows_it()
    {
        var chip = _hq.Issue(1, terminal: Near);

        _hq.Database.Write(db => HotlistBook.Publish(db, _hq.Secrets, _hq.CardOf(chip), nowUs: 1));

        Assert.Single(_hq.FeedFor(Far).Items, item => item.Hotlist is not null);
    }

    [Fact]
    public void What_is_for_one_terminal_is_told_to_no_other()
    {
        _hq.Database.Write(db => Feed.Publish(
            db, "limits:2", new FeedItem { Limits = new LimitsItem() }, Audience.Only(Beside)));

        Assert.Equal((0, 1), (Limits(Near), Limits(Beside)));
        Assert.Equal(_hq.FeedFor(Near).Through, _hq.FeedFor(Beside).Through);
    }

    [Fact]
    public void A_part_that_is_full_goes_no_further_than_its_last_item()
    {
        _hq.Issue(1, terminal: Near);
        _hq.Issue(2, terminal: Far);
        _hq.Issue(3, terminal: Near);

        var first = _hq.FeedFor(Near, cursor: 1, most: 1);
        var second = _hq.FeedFor(Near, first.Through, most: 1);
        var last = _hq.FeedFor(Near, second.Through, most: 1);

        Assert.Equal((false, false, true), (first.IsLast, second.IsLast, last.IsLast));
        Assert.Equal(2, Cards(first).Concat(Cards(second)).Distinct().Count());
        Assert.Empty(last.Items);
        Assert.Equal(_hq.Database.Read(Feed.Head), last.Through);
    }

    [Fact]
    public void In_an_older_book_a_store_knows_the_cards_that_were_used_there()
    {
        Sell(_far, _hq.Issue(1));
        _hq.Database.Write(db => db.Run(
            """
            DROP TABLE known_card;
            DROP INDEX feed_card;
            ALTER TABLE feed DROP COLUMN for_terminal;
            ALTER TABLE feed DROP COLUMN for_card;
            DELETE FROM migration WHERE number = 13;
            """));

        Migrations.Run(_hq.Database);
        _hq.Issue(2, terminal: Near);

        Assert.Equal((1, 1), (Cards(_hq.FeedFor(Near)).Count, Cards(_hq.FeedFor(Far)).Count));
        Assert.NotEqual(Cards(_hq.FeedFor(Near)), Cards(_hq.FeedFor(Far)));
    }

    private void Sell(Till till, Chip chip)
    {
        till.Sell(chip, new TestSale(5_00));
        _hq.Sync(till);
    }

    private void Queue(Chip chip, int points) => _hq.Database.Write(db => CardActionQueue.Deliver(
        new Server.Ledger.OpenBook(db, _hq.Secrets, nowUs: 1), _hq.CardOf(chip), points));

    private int Limits(uint terminal) =>
        _hq.FeedFor(terminal).Items.Count(item => item.Limits is not null);

    private static IReadOnlyList<Uid> Cards(FeedPart part) =>
    [
        .. part.Items.Select(item => item.Card).OfType<CardItem>()
            .Select(item => Uid.FromBytes(item.Card.Uid.Span)),
    ];
}

public sealed class KnownCardsOnSqlite(SqliteEngine engine)
    : KnownCardsContract(engine), IClassFixture<SqliteEngine>;

public sealed class KnownCardsOnPostgres(PostgresCluster cluster)
    : KnownCardsContract(new PostgresEngine(cluster));
