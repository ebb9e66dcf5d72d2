using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.Server.Vault;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Tests.Cards;

/// <summary>Which cards are to get newer keys, and what the book has of those that get them, on every
/// engine.</summary>
public abstract class RotationContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly KeyVault _old;
    private readonly KeyVault _vault;
    private readonly Chip _chip;
    private readonly RotationBook _book;

    protected RotationContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        var content = VaultContent.Create(RandomNumberGenerator.Fill, _hq.Clock.GetUtcNow());
        _old = KeyVault.Holding(VaultContent.Decode(content.Encode()));
        _chip = _hq.Issue(1);
        _hq.Enrol(1, store: 319);
        Books(_old).Given(1, holdsKeys: true);
        content.AddMaster(CardKeyNumber.Issuer, RandomNumberGenerator.Fill);
        content.AddMaster(CardKeyNumber.Enquiry, RandomNumberGenerator.Fill);
        content.AddMaster(CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        content.AddMaster(CardKeyNumber.TransactionMac, RandomNumberGenerator.Fill);
        _vault = KeyVault.Holding(content);
        _hq.Database.Write(db => AuthorityBook.Meet(db, _vault, _hq.Clock.Microseconds()));
        _book = Books(_vault);
    }

    public void Dispose()
    {
        _old.Dispose();
        _vault.Dispose();
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Without_newer_keys_nothing_is_due()
    {
        var book = Books(_old);

        Assert.False(book.IsNeeded);
        Assert.Null(book.Due(_chip.Uid));
    }

    [Fact]
    public void The_issuers_key_is_due_at_once_and_what_terminals_hold_once_all_have_it()
    {
        _hq.Enrol(2, store: 319);
        var early = Target();
        _book.Given(1, holdsKeys: true);
        var halfway = Target();
        _book.Given(2, holdsKeys: true);

        Assert.Equal(("2.1.1.1", "2.1.1.1", "2.2.2.1"), (early, halfway, Target()));
        Assert.True(_book.IsNeeded);
    }

    [Fact]
    public void A_terminal_without_keys_or_shut_out_is_not_waited_for()
    {
        _hq.Enrol(2, store: 319);
        _hq.Enrol(3, store: 319);
        _book.Given(1, holdsKeys: true);
        _book.Given(2, holdsKeys: false);
        var before = Target();
        _hq.Database.Write(db => db.Run("UPDATE terminal SET revoked_us = 1 WHERE number = 3"));

        Assert.Equal(("2.1.1.1", "2.2.2.1"), (before, Target()));
    }

    [Fact]
    public void Nobody_is_waited_for_longer_than_the_chain_wants()
    {
        _hq.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        var before = Target();
        _hq.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(("2.1.1.1", "2.2.2.1"), (before, Target()));
    }

    [Theory]
    [InlineData(CardStatus.Personalising)]
    [InlineData(CardStatus.Blocked)]
    [InlineData(CardStatus.Retired)]
    public void A_card_that_nobody_uses_keeps_its_keys(CardStatus status)
    {
        _hq.Database.Write(db => (_hq.CardOf(_chip) with { Status = status }).PutStatus(db));

        Assert.Null(_book.Due(_chip.Uid));
    }

    [Fact]
    public void A_card_has_its_new_keys_when_it_has_proven_them_and_not_before()
    {
        _book.Given(1, holdsKeys: true);
        var due = _book.Due(_chip.Uid)!;

        _book.Begin(due, terminal: 1);
        _book.Fail(due, "card-not-trusted");
        var failed = (_hq.CardOf(_chip).KeyVersions.Text, Keys());
        _book.Begin(due, terminal: 1);
        var begun = Keys();
        _book.End(due);

        Assert.Equal(("1.1.1.1", "1 1 1 1 1 1 card-not-trusted"), failed);
        Assert.Equal("1 1 1 1 1 1 ", begun);
        Assert.Equal("2 2 2 1 1 0 ", Keys());
        Assert.Null(_book.Due(_chip.Uid));
        var told = _hq.Feed().Last(item => item.Card is not null).Card;
        Assert.Equal((2u, 2u, 1u), (told.EnquiryKeyVersion, told.SaleKeyVersion, told.Card.TmKeyVersion));
        var change = """{"before":"1.1.1.1","after":"2.2.2.1"}""";
        Assert.Equal(
            [$"card-keys-begun {change}", $"card-keys-changed {change}"],
            _hq.Database.Read(db => AuditLog.List(db, $"card:{_hq.CardOf(_chip).Number}", 0, 10))
                .Where(line => line.Action.StartsWith("card-keys", StringComparison.Ordinal))
                .Select(line => $"{line.Action} {line.Detail}").Reverse());
    }

    [Fact]
    public void The_report_of_terminals_tells_what_each_has_fetched()
    {
        _hq.Enrol(2, store: 319);
        _hq.Enrol(3, store: 319);
        _book.Given(2, holdsKeys: true);
        _book.Given(3, holdsKeys: false);

        Assert.Equal(
            ["1 1 1", "2 2 2", "3  "],
            Rows("terminal-keys").Select(row => $"{row[0]} {row[3]} {row[4]}"));
    }

    private RotationBook Books(KeyVault vault) => new(
        _hq.Database, vault, Options.Create(new CardOptions()), _hq.Clock);

    private string Target() => _book.Due(_chip.Uid)!.Target.Text;

    // Versions, cards, begun, failure.
    private string Keys() => string.Join(
        '\n', Rows("card-keys").Select(row => string.Join(' ', [.. row.Take(5), .. row.Skip(6)])));

    private IReadOnlyList<IReadOnlyList<object?>> Rows(string report) =>
        new ReportRoom(_hq.Database, _hq.Clock).Of(report, null, null)!.Rows;
}

public sealed class RotationOnSqlite(SqliteEngine engine)
    : RotationContract(engine), IClassFixture<SqliteEngine>;

public sealed class RotationOnPostgres(PostgresCluster cluster)
    : RotationContract(new PostgresEngine(cluster));
