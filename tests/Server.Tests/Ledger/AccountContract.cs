using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.CardActions;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Ledger;

/// <summary>What terminals do without a card, on every engine.</summary>
public abstract class AccountContract : IDisposable
{
    private const string Phone = "+1 (555) 010-0199";

    private readonly Headquarters _hq;
    private readonly Till _till;
    private byte _operations;

    protected AccountContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _till = _hq.NewTill();
    }

    public void Dispose()
    {
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Points_without_a_card_go_to_the_member_and_with_the_next_tap_to_the_card()
    {
        var chip = _hq.Issue(1, Phone);
        Sell(42_00, "+15550100199");

        _hq.Sync(_till);

        Assert.Equal((42, -42), (On(AccountKind.MemberOnAccount), On(AccountKind.ProgrammeIssued)));
        Assert.Equal([new CardAction(1, 42)], _hq.Actions(chip));
        _till.Sell(chip, new TestSale(1_00) { Pending = _hq.Actions(chip) });
        _hq.Sync(_till);
        Assert.Equal(43, chip.Points);
        Assert.Equal((0, 0), (On(AccountKind.MemberOnAccount), On(AccountKind.Adjustments)));
        Assert.Empty(_hq.Open());
        _hq.AssertBalanced(chip);
    }

    [Fact]
    public void A_member_who_gets_a_card_later_finds_the_points_on_it()
    {
        var member = _hq.Members.Add(1, new NewMember("Anna", null, "en", "Anna@Example.org"), "test");
        Sell(42_00, "anna@example.org");
        _hq.Sync(_till);
        Assert.Equal(42, _hq.Members.OnAccount(member.Id));

        var chip = _hq.IssueTo(member, 7);

        Assert.Equal([new CardAction(1, 42)], _hq.Actions(chip));
    }

    [Fact]
    public void Points_of_somebody_unknown_wait_until_the_member_is_registered()
    {
        Sell(42_00, Phone);
        _hq.Sync(_till);
        Assert.Equal(["unknown-member contact-unknown"], _hq.Open());
        Assert.Equal(0, On(AccountKind.ProgrammeIssued));

        var member = _hq.Members.Add(1, new NewMember("Anna", "1 555 010 0199", "en"), "test");
        Assert.Equal(["unknown-member contact-unknown"], _hq.Open());
        member = _hq.Members.Add(1, new NewMember("Anna", Phone, "en"), "test");

        Assert.Empty(_hq.Open());
        Assert.Equal(42, _hq.Members.OnAccount(member.Id));
    }

    [Fact]
    public void A_number_that_two_members_have_is_nobodys()
    {
        _hq.Members.Add(1, new NewMember("Anna", Phone, "en"), "test");
        _hq.Members.Add(1, new NewMember("Ada", Phone, "en"), "test");
        Sell(42_00, Phone);

        _hq.Sync(_till);

        Assert.Equal(["unknown-member contact-ambiguous"], _hq.Open());
    }

    [Theory]
    [InlineData("points")]
    [InlineData("basket")]
    [InlineData("rule-set-unknown")]
    [InlineData("contact-unreadable")]
    [InlineData("operation-used")]
    public void What_no_card_has_signed_and_does_not_fit_is_not_posted(string detail)
    {
        _hq.Members.Add(1, new NewMember("Anna", Phone, "en"), "test");
        if (detail == "operation-used")
            Sell(1_00, Phone);
        var used = detail == "operation-used" ? _operations : (byte)(_operations + 1);
        Sell(42_00, Phone, operation =>
        {
            operation.Terms.OperationId = Operation(used);
            switch (detail)
            {
                case "points": operation.Terms.Earned++; break;
                case "basket": operation.Terms.AmountMinor++; break;
                case "rule-set-unknown": operation.Terms.Context.RuleSetVersion = 9; break;
                case "contact-unreadable":
                    operation.SealedContact = ByteString.CopyFrom(new byte[200]);
                    break;
            }
        });

        _hq.Sync(_till);

        Assert.EndsWith(detail, Assert.Single(_hq.Open()), StringComparison.Ordinal);
        Assert.Equal(detail == "operation-used" ? 1 : 0, On(AccountKind.MemberOnAccount));
    }

    [Fact]
    public void An_entry_that_fails_where_nobody_foresaw_it_is_parked_and_the_rest_goes_on()
    {
        var chip = _hq.Issue(1, Phone);
        _till.Sell(chip, new TestSale(50_00));
        Sell(42_00, Phone);
        _till.Sell(chip, new TestSale(7_00));
        _hq.Secrets.Breaks = new InvalidOperationException("unforeseen");

        var verdicts = _hq.Sync(_till);
        _hq.Secrets.Breaks = null;
        _till.Sell(chip, new TestSale(1_00));
        _hq.Sync(_till);

        Assert.Equal(5, verdicts.Count);
        Assert.Equal(["unreadable unforeseen"], _hq.Open());
        Assert.Equal(58, chip.Points);
        _hq.AssertBalanced(chip);
    }

    [Fact]
    public void A_waiting_entry_that_fails_where_nobody_foresaw_it_keeps_nobody_from_registering()
    {
        Sell(42_00, Phone);
        _hq.Sync(_till);
        _hq.Secrets.Breaks = new InvalidOperationException("of the seal");

        var member = _hq.Members.Add(1, new NewMember("Anna", Phone, "en"), "test");

        _hq.Secrets.Breaks = null;
        Assert.Equal(1, member.Id);
        Assert.Equal(["unreadable unforeseen"], _hq.Open());
        Assert.Contains("of the seal", System.Text.Encoding.UTF8.GetString(_hq.Database.Read(db =>
            db.Value<byte[]>("SELECT evidence FROM book_exception WHERE detail = 'unforeseen'"))));
        Assert.Equal(0, On(AccountKind.MemberOnAccount));
        _till.Sell(_hq.IssueTo(member, 1), new TestSale(1_00));
        Assert.Equal(["unreadable unforeseen"], Synced());
    }

    [Fact]
    public void What_the_disk_does_is_no_entrys_fault()
    {
        Sell(42_00, Phone);
        _hq.Secrets.Breaks = new Microsoft.Data.Sqlite.SqliteException("disk I/O error", 10);

        Assert.Throws<Microsoft.Data.Sqlite.SqliteException>(() => _hq.Sync(_till));

        _hq.Secrets.Breaks = null;
        Assert.Equal(["unknown-member contact-unknown"], Synced());
    }

    [Fact]
    public void That_the_token_with_the_keys_was_pulled_out_is_no_entrys_fault()
    {
        Sell(42_00, Phone);
        _hq.Secrets.Breaks = new VaultException("token-failed", "The token is gone.");

        Assert.Throws<VaultException>(() => _hq.Sync(_till));

        _hq.Secrets.Breaks = null;
        Assert.Equal(["unknown-member contact-unknown"], Synced());
    }

    private IReadOnlyList<string> Synced()
    {
        _hq.Sync(_till);
        return [.. _hq.Open()];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Goods_that_come_back_without_a_card_are_taken_from_the_account(bool withCard)
    {
        var chip = _hq.Issue(1, Phone);
        var sale = withCard
            ? _till.OperationOf(_till.Sell(chip, new TestSale(50_00)))
            : Sell(50_00, Phone);
        Return(sale, 50_00, onAccount: -20, milli: 400);
        Return(sale, 50_00, onAccount: -30, milli: 600, before: 400);

        _hq.Sync(_till);

        Assert.Empty(_hq.Open());
        Assert.Equal(withCard ? -50 : 0, On(AccountKind.MemberOnAccount));
        Assert.Equal(0, On(AccountKind.ProgrammeIssued));
    }

    [Fact]
    public void A_return_without_a_card_at_another_terminal_than_the_sale_is_an_exception()
    {
        var chip = _hq.Issue(1, Phone);
        var sale = _till.OperationOf(_till.Sell(chip, new TestSale(50_00)));
        _hq.Sync(_till);
        var other = _hq.NewTill();
        Return(sale, 50_00, onAccount: -50, till: other);

        _hq.Sync(other);

        Assert.Equal(["rule-mismatch card-other"], _hq.Open());
        Assert.Equal(0, On(AccountKind.MemberOnAccount));
    }

    // The seller, away, does not know that all of it has come back elsewhere.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Goods_that_came_back_with_the_card_elsewhere_do_not_without_it(bool cardFirst)
    {
        var chip = _hq.Issue(1, Phone);
        var sale = _till.OperationOf(_till.Sell(chip, new TestSale(50_00)));
        _hq.Sync(_till);
        var other = _hq.NewTill();
        other.Sell(chip, new TestSale(50_00) { Return = new TestReturn(sale, Given: 0, Taken: 50) });
        Return(sale, 50_00, onAccount: -50);

        _hq.Sync(cardFirst ? other : _till);
        _hq.Sync(cardFirst ? _till : other);

        Assert.Equal(["rule-mismatch return-too-much"], _hq.Open());
        Assert.Equal(chip.Points, _hq.Balance(chip));
        Assert.Equal(cardFirst ? 0 : -50, On(AccountKind.MemberOnAccount));
    }

    [Fact]
    public void Other_points_than_the_goods_had_earned_are_an_exception()
    {
        _hq.Issue(1, Phone);
        var sale = Sell(50_00, Phone);
        Return(sale, 50_00, onAccount: 50);

        _hq.Sync(_till);

        Assert.Equal(["rule-mismatch points"], _hq.Open());
        Assert.Equal(50, On(AccountKind.MemberOnAccount));
    }

    private ByteString Sell(int amount, string contact, Action<AccountOperation>? forge = null)
    {
        var operation = new AccountOperation
        {
            Terms = TermsOf(amount, LogKind.Sale),
            SealedContact = ByteString.CopyFrom(SealedContact.Seal(
                _hq.Secrets.Authority, Contact.TryParse(contact)!.Value,
                [.. Enumerable.Repeat(_operations, 32)])),
        };
        operation.Terms.Earned = (uint)(amount / 100);
        operation.Terms.BalanceAfter = amount / 100;
        forge?.Invoke(operation);
        _till.Journal.Add(new EntryBody { AccountOperation = operation });
        return operation.Terms.OperationId;
    }

    private void Return(
        ByteString sale, int amount, int onAccount, long milli = 1000, long before = 0, Till? till = null)
    {
        var terms = TermsOf((int)(-amount * milli / 1000), LogKind.Return);
        terms.Lines.Clear();
        terms.SaleOperationId = sale;
        terms.OnAccount = onAccount;
        terms.Returned.Add(new ReturnedLine { QuantityMilli = milli });
        if (before > 0)
            terms.ReturnedBefore.Add(new ReturnedLine { QuantityMilli = before });
        (till ?? _till).Journal.Add(
            new EntryBody { AccountOperation = new AccountOperation { Terms = terms } });
    }

    private Intent TermsOf(int amount, LogKind kind) => new()
    {
        OperationId = Operation(++_operations),
        Kind = (uint)kind,
        AmountMinor = amount,
        Context = new SaleContext
        {
            Programme = 1,
            Currency = "USD",
            Store = 1,
            StoreZone = "UTC",
            BusinessDate = "2026-01-05",
            RuleSetVersion = 1,
            LocalTime = "2026-01-05T09:00:00",
        },
        Lines = { new BasketLine { QuantityMilli = 1000, AmountMinor = Math.Abs(amount) } },
    };

    private static ByteString Operation(byte number) =>
        ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xAC, 15), number]);

    private long On(AccountKind account) => _hq.Database.Read(db => db.Value<long>(
        "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @account",
        new { account = (long)account }));
}

public sealed class AccountsOnSqlite(SqliteEngine engine)
    : AccountContract(engine), IClassFixture<SqliteEngine>;

public sealed class AccountsOnPostgres(PostgresCluster cluster)
    : AccountContract(new PostgresEngine(cluster));
