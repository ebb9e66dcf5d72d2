using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Openings;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Openings;

/// <summary>Balances from another programme, on every engine. It begins on 5 January 2026; member 1 has a
/// telephone and card 1000001.</summary>
public abstract class OpeningContract : IDisposable
{
    private const string Phone = "+15550100199";

    private readonly Headquarters _hq;
    private readonly Till _till;
    private readonly Chip _chip;
    private readonly OpeningDesk _desk;
    private readonly MemberRun _run;

    protected OpeningContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        (_till, _chip) = (_hq.NewTill(), _hq.Issue(1, Phone));
        _desk = new OpeningDesk(_hq.Database, _hq.Secrets, new FeedBell(), _hq.Clock);
        _run = new MemberRun(
            _hq.Database, _hq.Secrets, new FeedBell(), _hq.Clock, NullLogger<MemberRun>.Instance);
    }

    public void Dispose()
    {
        _run.Dispose();
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void What_a_member_has_brought_reaches_his_card_and_is_in_the_books()
    {
        var bea = _hq.Members.Add(1, new NewMember("Bea", null, "en", "bea@example.com"), "test");

        var result = Load(
            "contact,member,card,points,reference", "+1 (555) 010-0199,,,100,a", $",{bea.Id},,40,b",
            ",,1000001,7,c");

        Assert.Equal(("3|3|0|147", ""), result);
        Assert.Equal(40, _hq.Members.OnAccount(bea.Id));
        Assert.Equal("100 7", string.Join(' ', _hq.Actions(_chip).Select(action => action.Points)));
        _till.Sell(_chip, new TestSale(1_00) { Pending = _hq.Actions(_chip) });
        _hq.Sync(_till);
        Assert.Equal(108, _chip.Points);
        _hq.AssertBalanced(_chip);
        Assert.Equal(
            ["on-card|0|0|1|0|0|0|0|107|108", "on-account|0|147|0|0|0|0|0|-107|40"],
            Rows("liability").Select(row => string.Join('|', row.Skip(2))));
        Assert.Equal("opening|on-account|147", string.Join('|', Rows("accounting")[^1].Skip(3)));
        Assert.Equal("f|2026-01-05 09:00:00|Ada|2|3|147|", string.Join('|', Rows("openings").Single()));
        Assert.Empty(new BookVerification(_hq.Database, _hq.Secrets).Run(_ => { }).Faults);
    }

    [Fact]
    public void A_file_that_is_loaded_again_does_nothing_twice()
    {
        Load("member,points,reference", "1,100,a");

        Assert.Equal(("2|1|1|7", ""), Load("member,points,reference", "1,100,a", "1,7,b"));
        Assert.Equal(("2|0|2|0", ""), Load("member,points,reference", "1,100,a", "1,7,b"));
        Assert.Equal(("1|1|0|100", ""), LoadAs("another", "member,points,reference", "1,100,a"));
        Assert.Equal(207, _hq.Members.OnAccount(1));
    }

    [Theory]
    [InlineData("member,points,reference\n1,100,a\n1,101,a", "3 reference-twice")]
    [InlineData("member,points,reference\n9,100,a\n1,0,b\n1,x,c\n1,-5,d",
        "2 member-unknown,3 points-malformed,4 points-malformed,5 points-malformed")]
    [InlineData("card,points,reference\n5,100,a", "2 card-unknown")]
    [InlineData("contact,points,reference\nsomebody,100,a\nbea@example.com,5,b",
        "2 contact-malformed,3 member-unknown")]
    [InlineData("contact,points,reference\ntwin@example.com,5,a", "2 contact-ambiguous")]
    [InlineData(
        "contact,member,points,reference\n,,5,a\n5550100199,1,5,b", "2 member-missing,3 member-missing")]
    [InlineData("member,points,reference,expires\n1,5,a,2026-01-05\n1,5,b,soon",
        "2 expires-past,3 expires-malformed")]
    [InlineData("member,points,reference\n1,5,\n1,5", "2 reference-length,3 cells-missing")]
    [InlineData("member,points,reference\n1,5,\"a\n1,5,b", "2 csv-malformed")]
    [InlineData("member,points,ref\n1,5,a", "1 column-unknown")]
    [InlineData("member,points\n1,5", "1 column-missing")]
    [InlineData("", "1 file-empty")]
    public void Where_anything_is_wrong_nothing_is_loaded(string file, string faults)
    {
        for (var twin = 0; twin < 2; twin++)
            _hq.Members.Add(1, new NewMember("Twin", null, "en", "twin@example.com"), "test");

        Assert.Equal(("", faults), LoadAs("f", file.Split('\n')));
        Assert.Equal(0, _hq.Database.Read(LedgerBook.Sum));
        Assert.Empty(Rows("openings"));
    }

    [Fact]
    public void What_was_loaded_otherwise_or_undone_is_not_loaded_again()
    {
        Load("member,points,reference", "1,100,a");
        Assert.Equal(("", "2 reference-differs"), Load("member,points,reference", "1,101,a", "1,5,b"));

        Assert.Equal(1, _desk.Undo("f", "Ada"));

        Assert.Equal(("", "2 batch-undone"), Load("member,points,reference", "1,100,a"));
        Assert.Equal(("", "0 batch-length"), LoadAs("", "member,points,reference", "1,100,a"));
    }

    [Fact]
    public void A_dry_run_changes_nothing()
    {
        var file = Bytes("contact,name,points,reference", "new@example.com,Cid,5,a", "5550100188,Dan,6,b");

        var result = _desk.Load(1, file, new OpeningOrder("f", "Ada", CreateMembers: true, DryRun: true));

        Assert.Equal((2, 11L, 0), (result.Loaded, result.Points, result.Faults.Count));
        Assert.Empty(Rows("openings"));
        Assert.Equal(1, _hq.Members.List(null, 0, 10).Total);
    }

    [Fact]
    public void Members_are_taken_on_where_that_is_wanted()
    {
        var file = Bytes(
            "contact,name,language,points,reference", "New@Example.com,\"Cid, \"\"C\"\"\",ru,5,a",
            "new@example.com,,,6,b", "555 0100188,Dan,,7,c");

        var faulty = _desk.Load(1, file, new OpeningOrder("f", "Ada"));
        var nameless = _desk.Load(1, file, new OpeningOrder("f", "Ada", CreateMembers: true));

        Assert.Equal([2, 3, 4], faulty.Faults.Select(fault => fault.Line));
        Assert.Equal(new OpeningFault(3, OpeningCode.NameLength), Assert.Single(nameless.Faults));
        var named = Bytes(
            "contact,name,language,points,reference", "New@Example.com,\"Cid, \"\"C\"\"\",ru,5,a",
            "new@example.com,C,,6,b", "555 0100188,Dan,,7,c");
        Assert.Equal(3, _desk.Load(1, named, new OpeningOrder("f", "Ada", CreateMembers: true)).Loaded);
        Assert.Equal(
            ["Ada||+15550100199", "Cid, \"C\"|new@example.com|", "Dan||5550100188"],
            _hq.Members.List(null, 0, 10).Rows
                .Select(member => $"{member.Name}|{member.Email}|{member.Phone?.Replace(" ", "")}"));
        Assert.Equal((11, 7), (_hq.Members.OnAccount(2), _hq.Members.OnAccount(3)));
    }

    [Fact]
    public void They_expire_on_their_own_day_whatever_the_rules_say_and_are_spent_before()
    {
        Load("member,points,reference,expires", "1,100,a,2026-02-01", "1,50,b,");
        _till.Sell(_chip, new TestSale(1_00) { Pending = _hq.Actions(_chip), Redeem = 0 });
        _till.Sell(_chip, new TestSale(50_00) { Redeem = 30 });
        _hq.Sync(_till);
        _run.Run(CancellationToken.None);
        Assert.Equal(["2026-01|2026-02-01|1|70", "2026-01||1|100"], Vintages());

        _hq.Clock.SetUtcNow(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));
        _run.Run(CancellationToken.None);

        Assert.Equal(70, On(AccountKind.Expired));
        Assert.Equal(["2026-01||1|100"], Vintages());
        Assert.Empty(new BookVerification(_hq.Database, _hq.Secrets).Run(_ => { }).Faults);
        Assert.Null(_desk.Undo("f", "Ada"));
    }

    [Fact]
    public void A_batch_is_taken_back_while_none_of_it_is_spent()
    {
        Load("member,points,reference", "1,100,a", "1,7,b");
        _till.Sell(_chip, new TestSale(1_00) { Pending = _hq.Actions(_chip) });
        _hq.Sync(_till);

        Assert.Equal(2, _desk.Undo("f", "Ada"));
        Assert.Equal(0, _desk.Undo("f", "Ada"));

        _till.Sell(_chip, new TestSale(1_00) { Pending = _hq.Actions(_chip) });
        _hq.Sync(_till);
        Assert.Equal((2, 0, 0L), (_chip.Points, On(AccountKind.Opening), _hq.Members.OnAccount(1)));
        _hq.AssertBalanced(_chip);
        Assert.Empty(new BookVerification(_hq.Database, _hq.Secrets).Run(_ => { }).Faults);
    }

    [Fact]
    public void A_batch_of_which_some_is_spent_stays()
    {
        Load("member,points,reference", "1,100,a");
        _till.Sell(_chip, new TestSale(1_00) { Pending = _hq.Actions(_chip) });
        _till.Sell(_chip, new TestSale(50_00) { Redeem = 30 });
        _hq.Sync(_till);

        Assert.Null(_desk.Undo("f", "Ada"));
        Assert.Equal(-100, On(AccountKind.Opening));
    }

    [Fact]
    public void A_changed_balance_is_found()
    {
        Load("member,points,reference", "1,100,a");
        _hq.Database.Write(db => db.Run("UPDATE opening_balance SET points = 1"));

        Assert.Equal(
            "I1, what members brought along is what was posted of it: broken 1 times",
            Assert.Single(new BookVerification(_hq.Database, _hq.Secrets).Run(_ => { }).Faults));
    }

    [Fact]
    public void A_file_of_many_lines_is_written_a_few_at_a_time()
    {
        var commits = _hq.Database.Commits;

        var (told, _) = LoadAs(
            "f", ["member,points,reference", .. Enumerable.Range(1, 1_000).Select(line => $"1,1,{line}")]);

        Assert.Equal("1000|1000|0|1000", told);
        Assert.Equal(5, _hq.Database.Commits - commits);
        Assert.Equal(1_000, _desk.Loaded("f"));
    }

    private (string Told, string Faults) Load(params string[] lines) => LoadAs("f", lines);

    private (string Told, string Faults) LoadAs(string batch, params string[] lines)
    {
        var result = _desk.Load(1, Bytes(lines), new OpeningOrder(batch, "Ada"));
        var faults = string.Join(',', result.Faults.Select(fault => $"{fault.Line} {fault.Code}"));
        return (
            result.Faults.Count > 0 ? "" : $"{result.Lines}|{result.Loaded}|{result.Already}|{result.Points}",
            faults);
    }

    private static byte[] Bytes(params string[] lines) => Encoding.UTF8.GetBytes(string.Join("\r\n", lines));

    private long On(AccountKind account) => _hq.Database.Read(db => db.Value<long>(
        "SELECT CAST(COALESCE(SUM(points), 0) AS bigint) FROM posting WHERE account = @account",
        new { account = (long)account }));

    private IReadOnlyList<string> Vintages() => [.. Rows("vintages").Select(row => string.Join('|', row))];

    private IReadOnlyList<IReadOnlyList<object?>> Rows(string report) =>
        new ReportRoom(_hq.Database, _hq.Clock).Of(report, null, null)!.Rows;
}

public sealed class OpeningsOnSqlite(SqliteEngine engine)
    : OpeningContract(engine), IClassFixture<SqliteEngine>;

public sealed class OpeningsOnPostgres(PostgresCluster cluster)
    : OpeningContract(new PostgresEngine(cluster));
