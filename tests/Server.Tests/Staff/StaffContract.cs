using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>Who is of the staff, what each may do, and who changed it, on both engines.</summary>
public abstract class StaffContract : IDisposable
{
    private const string Password = "correct horse battery";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 27, 8, 0, 0, TimeSpan.Zero));
    private readonly Database _book;
    private readonly StaffStore _store;
    private readonly StaffDesk _desk;
    private readonly StaffLogin _login;
    private readonly StaffTokens _tokens;
    private readonly SecondFactor _factor;
    private readonly StaffAccount _account;

    private protected StaffContract(Engine engine)
    {
        _book = engine.OpenBook();
        _store = new StaffStore(_book);
        var options = Options.Create(new StaffOptions());
        _desk = new StaffDesk(_store, options, _clock);
        _factor = new SecondFactor(new EphemeralDataProtectionProvider(), _clock);
        _login = new StaffLogin(_store, _factor, options, _clock);
        _account = new StaffAccount(_store, _login, _factor, _clock);
        _tokens = new StaffTokens(_book, _store, _clock);
        Assert.True(_login.TryAddFirst("Ada", Password));
    }

    public void Dispose()
    {
        _book.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Somebody_is_invited_and_comes_in_with_a_password_of_his_own()
    {
        var invited = Invited(_desk.Add(" Vera ", Cashier(7, 3), "ada", "Opens on Monday."));

        Assert.Equal(LoginOutcome.Refused, _login.TryLogin("vera", ""));
        Assert.Null(_desk.Join("guessed", Password));
        Assert.Equal("vera", _desk.Join(invited.Code, Password));
        Assert.Null(_desk.Join(invited.Code, "another password"));

        Assert.Equal(LoginOutcome.Welcome, _login.TryLogin("Vera", Password));
        var vera = _store.Find("vera")!;
        Assert.Equal("active", vera.StateAt(_clock.GetUtcNow()));
        Assert.Equal(("cashier", "3 7"), (vera.Roles, vera.Stores));
        Assert.Equal(
            """ada staff-added {"after":"cashier in 3 7","why":"Opens on Monday."}""", Audited("vera")[0]);
        Assert.Equal("vera staff-joined {}", Audited("vera")[1]);
    }

    [Fact]
    public void An_invitation_expires_and_a_newer_one_voids_it()
    {
        var first = Invited(_desk.Add("vera", Cashier(), "ada", "New."));
        var second = Invited(_desk.Reset("vera", "ada", "Lost the link."));

        Assert.Null(_desk.Join(first.Code, Password));
        _clock.Advance(TimeSpan.FromHours(73));
        Assert.Null(_desk.Join(second.Code, Password));
    }

    [Fact]
    public void A_change_of_roles_says_who_what_and_why_and_voids_what_was_let_in_before()
    {
        Join("vera", Cashier(3));
        var session = StaffPrincipal.Of(_store.Known("vera")!, "test");

        Assert.Null(_desk.Place(
            "vera", new StaffPlace(["auditor", "analyst"]), "ada", "Works at headquarters now."));

        Assert.False(session.IsCurrent(_store.Known("vera")!));
        Assert.Equal(("analyst auditor", "*"), (_store.Find("vera")!.Roles, _store.Find("vera")!.Stores));
        Assert.Equal(
            "ada staff-changed " + """
            {"before":"cashier in 3","after":"analyst auditor in *","why":"Works at headquarters now."}
            """,
            Audited("vera")[^1]);
    }

    [Fact]
    public void Whoever_is_disabled_has_no_way_in_until_he_is_enabled()
    {
        Join("vera", Cashier());
        var token = _tokens.Make("vera", "scripts", 10);

        Assert.Null(_desk.Disable("vera", "ada", "Has left."));
        Assert.Equal(LoginOutcome.Refused, _login.TryLogin("vera", Password));
        Assert.Null(_tokens.Identify(token, "test"));

        Assert.Null(_desk.Enable("vera", "ada", "Is back."));
        Assert.Equal(LoginOutcome.Welcome, _login.TryLogin("vera", Password));
        Assert.Equal("vera", _tokens.Identify(token, "test")!.Identity!.Name);
    }

    [Fact]
    public void Somebody_is_always_left_who_may_do_everything()
    {
        Invited(_desk.Add("vera", new StaffPlace([Roles.Administrator]), "ada", "Second."));

        // Vera has no password yet: she could let nobody in.
        Assert.Equal("last-administrator", _desk.Disable("ada", "ada", "Leaves."));
        Assert.Equal("last-administrator", _desk.Place("ada", Cashier(), "ada", "Tired."));
        Assert.Equal(
            "last-administrator", _desk.Place("ada", new StaffPlace(["administrator"], [3]), "ada", "Shop."));
        Assert.Equal(
            new InvitationAnswer.Refused("last-administrator"), _desk.Reset("ada", "ada", "Forgot it."));
        Assert.Equal(LoginOutcome.Welcome, _login.TryLogin("ada", Password));

        Join("vera", new StaffPlace([Roles.Administrator]));
        Assert.Null(_desk.Disable("ada", "vera", "Has left."));
        Assert.Equal("last-administrator", _desk.Disable("vera", "vera", "Me too."));
    }

    [Theory]
    [InlineData("ada", "cashier", 1L, "Why.", "name-taken")]
    [InlineData("operator", "cashier", 1L, "Why.", "name-taken")]
    [InlineData("operator:vera", "cashier", 1L, "Why.", "name-taken")]
    [InlineData("terminal:1", "cashier", 1L, "Why.", "name-taken")]
    [InlineData("new", "cashier", 1L, "Why.", "name-taken")]
    [InlineData(" ", "cashier", 1L, "Why.", "name-taken")]
    [InlineData("vera", "king", 1L, "Why.", "role-unknown")]
    [InlineData("vera", "cashier", 0L, "Why.", "store-number")]
    [InlineData("vera", "cashier", 1L, " ", "why-length")]
    public void What_cannot_be_is_refused(string name, string role, long store, string why, string code)
    {
        Assert.Equal(
            new InvitationAnswer.Refused(code), _desk.Add(name, new StaffPlace([role], [store]), "ada", why));

        Assert.Equal(["ada"], _store.All().Select(member => member.Name));
    }

    [Fact]
    public void A_token_is_its_owners_until_it_expires_or_is_revoked()
    {
        Join("vera", Cashier(3));
        var (first, second) = (_tokens.Make("vera", "scripts", 1), _tokens.Make("vera", "tablet", 366));

        var vera = _tokens.Identify(first, "test")!;
        Assert.True(vera.May(Resource.Members, Access.Change));
        Assert.False(vera.May(Resource.Terminals, Access.Change));
        Assert.Equal([3L], vera.Scope!.Stores);
        Assert.Null(_tokens.Identify(first + "x", "test"));
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Null(_tokens.Identify(first, "test"));
        Assert.NotNull(_tokens.Identify(second, "test"));
        Assert.True(_tokens.Revoke("vera", 2, "ada"));
        Assert.False(_tokens.Revoke("vera", 2, "ada"));
        Assert.Null(_tokens.Identify(second, "test"));

        Assert.Equal([("tablet", 2L), ("scripts", 1L)], _tokens.Of("vera").Select(t => (t.Title, t.Number)));
        var kept = _book.Read(db => db.List<string>("SELECT token_hash FROM staff_token"));
        Assert.DoesNotContain(kept, hash => hash.Contains(second, StringComparison.Ordinal));
        Assert.Equal("""ada staff-token-revoked {"token":2}""", Audited("vera")[^1]);
    }

    [Fact]
    public void Who_may_do_what_is_asked_of_memory_between_changes()
    {
        Join("vera", Cashier());
        Assert.Equal("cashier", _store.Known("vera")!.Roles);

        // Behind its back, so that a query would show.
        _book.Write(db => db.Run("UPDATE staff SET roles = 'auditor' WHERE name = 'vera'"));

        Assert.Equal("cashier", _store.Known("vera")!.Roles);
        _desk.Place("ada", new StaffPlace([Roles.Administrator]), "ada", "Anything.");
        Assert.Equal("auditor", _store.Known("vera")!.Roles);
    }

    [Fact]
    public void With_a_second_factor_a_password_alone_lets_nobody_in_and_no_code_does_twice()
    {
        var secret = SecondFactor.NewSecret();
        Assert.Null(_account.SetFactor("ada", secret, "000000"));
        Assert.Equal(LoginOutcome.Welcome, _login.TryLogin("ada", Password));
        Assert.NotNull(_account.SetFactor("ada", secret, CodeOf(secret)));

        Assert.Equal(LoginOutcome.CodeWanted, _login.TryLogin("ada", Password));
        // The code that set it up is used.
        Assert.Equal(LoginOutcome.Refused, _login.TryCode("ada", CodeOf(secret)));
        _clock.Advance(TimeSpan.FromSeconds(30));
        var code = CodeOf(secret);
        Assert.Equal(LoginOutcome.Welcome, _login.TryCode("ada", code));
        Assert.Equal(LoginOutcome.Refused, _login.TryCode("ada", code));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(LoginOutcome.Welcome, _login.TryCode("ada", CodeOf(secret)));
        // An earlier one that was never shown, and whose half minute has not quite gone.
        Assert.Equal(LoginOutcome.Refused, _login.TryCode("ada", code));

        Assert.DoesNotContain(secret, _store.Find("ada")!.TotpSecret!, StringComparison.Ordinal);
        Assert.Equal("ada staff-second-factor-set", Audited("ada")[^1].Split(" {")[0]);
    }

    [Fact]
    public void Wrong_codes_lock_as_wrong_passwords_do_and_a_right_password_forgives_none_of_them()
    {
        var secret = SecondFactor.NewSecret();
        _account.SetFactor("ada", secret, CodeOf(secret));
        _clock.Advance(TimeSpan.FromMinutes(1));

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(LoginOutcome.CodeWanted, _login.TryLogin("ada", Password));
            Assert.Equal(LoginOutcome.Refused, _login.TryCode("ada", "abcdef"));
        }

        Assert.Equal(LoginOutcome.Locked, _login.TryCode("ada", "abcdef"));
        Assert.Equal(LoginOutcome.Locked, _login.TryCode("ada", CodeOf(secret)));
        Assert.Equal(LoginOutcome.Locked, _login.TryLogin("ada", Password));
    }

    [Fact]
    public void A_recovery_code_lets_in_once_and_only_its_owner()
    {
        Join("vera", Cashier());
        var secret = SecondFactor.NewSecret();
        var codes = _account.SetFactor("ada", secret, CodeOf(secret))!;
        _account.SetFactor("vera", secret, CodeOf(secret));

        Assert.Equal(10, codes.Distinct().Count());
        Assert.Equal(LoginOutcome.Refused, _login.TryCode("vera", codes[0]));
        Assert.Equal(
            LoginOutcome.Welcome,
            _login.TryCode("ada", codes[0].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)));
        Assert.Equal(LoginOutcome.Refused, _login.TryCode("ada", codes[0]));
        Assert.Equal(9, _store.RecoveryCodesOf("ada"));
        Assert.Equal("ada staff-recovery-code-used ", Audited("ada")[^1]);
        var kept = _book.Read(db => db.List<string>("SELECT code_hash FROM staff_recovery_code"));
        Assert.DoesNotContain(codes[1], kept);
    }

    [Fact]
    public void The_second_factor_is_taken_away_by_a_code_or_by_a_reset()
    {
        Join("vera", Cashier());
        var secret = SecondFactor.NewSecret();
        _account.SetFactor("vera", secret, CodeOf(secret));

        Assert.False(_account.RemoveFactor(_store.Find("vera")!, "000000"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_account.RemoveFactor(_store.Find("vera")!, CodeOf(secret)));
        Assert.Equal(LoginOutcome.Welcome, _login.TryLogin("vera", Password));
        Assert.Equal(0, _store.RecoveryCodesOf("vera"));

        _clock.Advance(TimeSpan.FromMinutes(1));
        _account.SetFactor("vera", secret, CodeOf(secret));
        Join("vera", Cashier());
        Assert.Equal(LoginOutcome.Welcome, _login.TryLogin("vera", Password));
    }

    [Fact]
    public void A_secret_that_other_keys_have_sealed_lets_in_by_recovery_code_alone()
    {
        var secret = SecondFactor.NewSecret();
        var codes = _account.SetFactor("ada", secret, CodeOf(secret))!;
        _clock.Advance(TimeSpan.FromMinutes(1));

        var restored = new StaffLogin(
            _store, new SecondFactor(new EphemeralDataProtectionProvider(), _clock),
            Options.Create(new StaffOptions()), _clock);

        Assert.Equal(LoginOutcome.Refused, restored.TryCode("ada", CodeOf(secret)));
        Assert.Equal(LoginOutcome.Welcome, restored.TryCode("ada", codes[3]));
    }

    // As an app shows it: the test's own words for RFC 6238.
    private string CodeOf(string secret) => AuthenticatorApp.CodeAt(secret, _clock.GetUtcNow());

    private static StaffPlace Cashier(params long[] stores) => new(["cashier"], stores);

    private static InvitationAnswer.Invited Invited(InvitationAnswer answer) =>
        Assert.IsType<InvitationAnswer.Invited>(answer);

    private void Join(string name, StaffPlace place)
    {
        if (_store.Find(name) is null)
            Invited(_desk.Add(name, place, "ada", "New."));
        Assert.Equal(name, _desk.Join(Invited(_desk.Reset(name, "ada", "New.")).Code, Password));
    }

    private List<string> Audited(string name) =>
        [.. _book.Read(db => AuditLog.List(db, $"staff:{name}", 0, 100))
            .Reverse().Select(entry => $"{entry.DoneBy} {entry.Action} {entry.Detail}")];
}

public sealed class StaffOnSqlite(SqliteEngine engine) : StaffContract(engine), IClassFixture<SqliteEngine>;

public sealed class StaffOnPostgres(PostgresCluster cluster) : StaffContract(new PostgresEngine(cluster));
