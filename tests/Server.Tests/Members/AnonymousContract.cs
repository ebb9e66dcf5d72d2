using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Members;

/// <summary>Cards of somebody unknown, who says later who he is, on every engine. A dollar gives a
/// point.</summary>
public abstract class AnonymousContract : IDisposable
{
    private const string Phone = "+15550100199";

    private readonly Headquarters _hq;
    private readonly AnonymousBook _book;
    private readonly Till _till;
    private readonly Member _somebody;
    private readonly Chip _chip;

    protected AnonymousContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _book = new AnonymousBook(_hq.Database, _hq.Secrets, _hq.Clock);
        _till = _hq.NewTill();
        _somebody = _book.Add(1, "en", "Ada");
        _chip = _hq.IssueTo(_somebody, 1);
    }

    public void Dispose()
    {
        Assert.Equal([], new BookFigures(_hq.Database).Check()
            .Where(line => line.Broken > 0).Select(line => line.Says));
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Somebody_who_registers_has_his_points_and_what_waited_for_him()
    {
        Sell(_chip, 50_00, redeem: 0);
        Sell(_chip, 10_00, redeem: 20);
        SellWithoutCard(42_00);
        Assert.Equal(["unknown-member contact-unknown"], _hq.Open());
        Assert.True(_somebody.IsAnonymous);

        Assert.Null(_book.Register(_somebody.Id, new NewMember(" Anna ", Phone, "ru"), "Grace"));

        Assert.Empty(_hq.Open());
        var member = _hq.Members.Find(_somebody.Id)!;
        Assert.Equal(("Anna", Phone, "ru", false), (
            member.Name, member.Phone, member.Language, member.IsAnonymous));
        Assert.Equal("ru", Told(_chip).Language);
        Assert.Equal([new CardAction(1, 42)], _hq.Actions(_chip));
        Assert.Equal(50 + 9 - 20 + 42, Total(member));
        Assert.Equal(
            "member-not-anonymous",
            _book.Register(_somebody.Id, new NewMember("Eve", null, "en"), "Ada"));
    }

    [Fact]
    public void What_a_member_has_done_is_one_list_with_a_card_and_without_one_and_so_is_his_account()
    {
        Assert.Null(_book.Register(_somebody.Id, new NewMember("Anna", Phone, "ru"), "Grace"));
        Sell(_chip, 50_00);
        _hq.Clock.Advance(TimeSpan.FromMinutes(1));
        SellWithoutCard(42_00);
        _hq.Clock.Advance(TimeSpan.FromMinutes(1));
        Sell(_chip, 10_00, redeem: 20);
        var list = new TransactionList(_hq.Database);

        var page = list.OfMember(_somebody.Id, 0, 3);

        Assert.Equal(4, page.Total);
        Assert.Equal(
            [(3, 10_00, 9, 20, ProofState.Proven), (0, 42_00, 42, 0, TransactionList.WithoutCard),
                (2, 50_00, 50, 0, ProofState.Proven)],
            page.Rows.Select(row => (row.Counter, row.AmountMinor, row.Earned, row.Redeemed, row.Proof)));
        Assert.Equal(
            [(2, 42_00)],
            page.Rows.Where(row => row.CardNumber == 0)
                .Select(row => (row.Kind, JournalReading.TermsOf(row.Intent!)!.AmountMinor)));
        Assert.Equal([1], list.OfMember(_somebody.Id, 3, 3).Rows.Select(row => row.Counter));
        Assert.Equal(
            [(1, -42), (3, 42)],
            new AccountMoves(_hq.Database).Newest(_somebody.Id, 9)
                .Select(move => (move.Contra, move.Points)));
    }

    [Fact]
    public void A_card_that_is_moved_takes_its_points_its_history_and_what_is_on_its_way_along()
    {
        var anna = _hq.Members.Add(1, new NewMember("Anna", Phone, "ru"), "test");
        var old = _hq.IssueTo(anna, 2);
        Sell(old, 7_00);
        var sale = Sell(_chip, 50_00);
        Sell(_chip, 5_00, redeem: 50);
        Return(sale, 50_00, taken: 4);
        Assert.Equal(-46, _hq.Members.OnAccount(_somebody.Id));
        Assert.Equal([new CardAction(1, -46)], _hq.Actions(_chip));

        Assert.Null(_book.Move(_hq.CardOf(_chip).Number, anna.Id, "Grace"));

        Assert.Equal((0, -46), (_hq.Members.OnAccount(_somebody.Id), _hq.Members.OnAccount(anna.Id)));
        Assert.Equal((anna.Id, "ru"), (Told(_chip).Member, Told(_chip).Language));
        Assert.Equal([new CardAction(1, -46)], _hq.Actions(_chip));
        Assert.Equal((7 - 46, 0), (Total(anna), Total(_somebody)));
        Assert.Equal(anna.Id, _hq.Members.Find(_somebody.Id)!.MovedTo);
        Assert.Equal([anna], _hq.Members.List(null, 0, 10).Rows);
        Sell(_chip, 60_00);
        Sell(_chip, 1_00);
        Assert.Equal(60 - 46 + 1 + 7, Total(anna));
        _hq.AssertBalanced(_chip, old);
    }

    [Fact]
    public void Lots_and_points_for_later_go_along_with_their_days()
    {
        _till.Rules = new ProgrammeBook(_hq.Database, _hq.Secrets, _hq.Clock).Publish(
            ProgrammeBook.FirstRules with { Validity = new Validity(PendingDays: 2, Months: 1) }, "test");
        using var run = new MemberRun(
            _hq.Database, _hq.Secrets, new FeedBell(), _hq.Clock, NullLogger<MemberRun>.Instance);
        var anna = _hq.Members.Add(1, new NewMember("Anna", null, "en"), "test");
        Sell(_chip, 30_00);
        Run(days: 2);
        Sell(_chip, 12_00);
        Run(days: 0);
        var before = PointsOf(_somebody);
        Assert.Equal((1, 12L), (before.Lots.Count - 1, before.Pending));

        Assert.Null(_book.Move(_hq.CardOf(_chip).Number, anna.Id, "Grace"));

        Assert.Equal(before.Lots, PointsOf(anna).Lots);
        Assert.Equal((12L, 0L, 0), (
            PointsOf(anna).Pending, PointsOf(_somebody).Pending, PointsOf(_somebody).Lots.Count));
        Run(days: 2);
        Sell(_chip, 1_00);
        Assert.Equal((42, 1L), (_chip.Points, PointsOf(anna).Pending));
        Run(days: 60);
        Assert.Equal(-42, _hq.Members.OnAccount(anna.Id));
        Assert.Equal([new CardAction(3, -42)], _hq.Actions(_chip).Skip(2));

        void Run(int days)
        {
            _hq.Clock.Advance(TimeSpan.FromDays(days));
            run.Run(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void All_of_somebodys_cards_go_along()
    {
        Sell(_chip, 50_00);
        var retirements = new RetirementBook(
            _hq.Database, _hq.Secrets, Microsoft.Extensions.Options.Options.Create(new CardOptions()),
            _hq.Clock);
        retirements.Replace(_hq.CardOf(_chip).Number, "damaged", "Ada");
        var next = _hq.IssueTo(_somebody, 2);
        var anna = _hq.Members.Add(1, new NewMember("Anna", null, "en"), "test");

        Assert.Null(_book.Move(_hq.CardOf(next).Number, anna.Id, "Grace"));

        Assert.Equal([anna.Id, anna.Id], [_hq.CardOf(_chip).Member, _hq.CardOf(next).Member]);
        Sell(next, 1_00);
        Assert.Equal((51, 51), (next.Points, Total(anna)));
        Assert.Equal(51, PointsOf(anna).Lots.Sum(lot => lot.Points));
    }

    [Fact]
    public void What_cannot_be_done_is_refused_and_changes_nothing()
    {
        var anna = _hq.Members.Add(1, new NewMember("Anna", null, "en"), "test");
        var annas = _hq.CardOf(_hq.IssueTo(anna, 2)).Number;
        var (card, other) = (_hq.CardOf(_chip).Number, _book.Add(1, "en", "Ada"));
        var before = _hq.Feed();

        Assert.Equal("card-unknown", _book.Move(99, anna.Id, "Ada"));
        Assert.Equal("member-unknown", _book.Move(card, 99, "Ada"));
        Assert.Equal("member-not-anonymous", _book.Move(annas, other.Id, "Ada"));
        Assert.Equal("member-anonymous", _book.Move(card, other.Id, "Ada"));
        Assert.Equal("member-anonymous", _book.Move(card, _somebody.Id, "Ada"));
        Assert.Equal("member-unknown", _book.Register(99, new NewMember("Eve", null, "en"), "Ada"));
        Assert.Equal(before, _hq.Feed());
        _hq.Cards.Plan(Chip.FromFactory(5).Uid, _somebody.Id, TestSecrets.Versions, "Ada");
        Assert.Equal("card-not-active", _book.Move(card, anna.Id, "Ada"));
    }

    private ByteString Sell(Chip chip, int amount, int redeem = 0)
    {
        var sold = _till.Sell(chip, new TestSale(amount) { Redeem = redeem, Pending = _hq.Actions(chip) });
        _hq.Sync(_till);
        return _till.OperationOf(sold);
    }

    // More is due than the card holds.
    private void Return(ByteString sale, int amount, int taken)
    {
        _till.Sell(_chip, new TestSale(amount) { Return = new TestReturn(sale, Given: 0, taken) });
        _hq.Sync(_till);
    }

    private void SellWithoutCard(int amount)
    {
        _till.Journal.Add(new EntryBody
        {
            AccountOperation = new AccountOperation
            {
                Terms = new Intent
                {
                    OperationId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xAC, 16)]),
                    Kind = (uint)LogKind.Sale,
                    AmountMinor = amount,
                    Context = new SaleContext
                    {
                        Programme = 1,
                        Currency = "USD",
                        Store = 1,
                        StoreZone = "UTC",
                        BusinessDate = "2026-01-05",
                        RuleSetVersion = (uint)_till.Rules.Version,
                        LocalTime = "2026-01-05T09:00:00",
                    },
                    BalanceAfter = amount / 100,
                    Earned = (uint)amount / 100,
                    Lines = { new SyncContract.BasketLine { QuantityMilli = 1000, AmountMinor = amount } },
                },
                SealedContact = ByteString.CopyFrom(SealedContact.Seal(
                    _hq.Secrets.Authority, Contact.TryParse(Phone)!.Value,
                    [.. Enumerable.Repeat((byte)9, 32)])),
            },
        });
        _hq.Sync(_till);
    }

    private CardItem Told(Chip chip) => _hq.Feed().Last(item =>
        item.Card is { } told && Uid.FromBytes(told.Card.Uid.Span) == chip.Uid).Card;

    private MemberPoints PointsOf(Member member) =>
        new MemberPointsReport(_hq.Database, _hq.Clock).Of(member);

    private long Total(Member member) => PointsOf(member) is var points
        ? points.OnCards + points.OnAccount
        : 0;
}

public sealed class AnonymousOnSqlite(SqliteEngine engine)
    : AnonymousContract(engine), IClassFixture<SqliteEngine>;

public sealed class AnonymousOnPostgres(PostgresCluster cluster)
    : AnonymousContract(new PostgresEngine(cluster));
