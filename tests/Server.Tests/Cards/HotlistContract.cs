using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Cards;

/// <summary>The hotlist's versions, and who has which, on every engine.</summary>
public abstract class HotlistContract : IDisposable
{
    private readonly Headquarters _hq;
    private readonly BlockBook _blocks;
    private readonly TerminalWatch _watch;
    private readonly HotlistWatch _told;

    protected HotlistContract(Engine engine)
    {
        _hq = new Headquarters(engine.OpenBook());
        _blocks = new BlockBook(_hq.Database, _hq.Secrets, _hq.Clock);
        _watch = new TerminalWatch(_hq.Clock);
        _told = new HotlistWatch(_hq.Database, _watch, _hq.Clock, NullLogger<HotlistWatch>.Instance);
    }

    public void Dispose()
    {
        _told.Dispose();
        _hq.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Each_change_is_a_version_that_follows_on_the_one_before()
    {
        var (first, second) = (_hq.Issue(1), _hq.Issue(2));

        _blocks.Block(NumberOf(first), "lost", "Ada");
        _blocks.Block(NumberOf(second), "lost", "Ada");
        _blocks.Unblock(NumberOf(first), "found", "Ada");

        Assert.Equal(
            [$"0-1 +{first.Uid}", $"1-2 +{second.Uid}", $"2-3 -{first.Uid}"], Deltas());
        Assert.Equal([$"{second.Uid}"], _hq.Database.Read(Listed));
        Assert.All(
            new BookRebuild(_hq.Database, _hq.Clock).Run((_, _) => { }),
            part => Assert.Empty(part.Differences));
    }

    // A terminal that is enrolled later takes them all, and trusts that one alone.
    [Fact]
    public void Another_authority_signs_every_version_anew_in_order()
    {
        _blocks.Block(NumberOf(_hq.Issue(1)), "lost", "Ada");
        _blocks.Block(NumberOf(_hq.Issue(2)), "lost", "Ada");
        var before = Deltas();
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var news = _hq.Database.Write(db => SignedAnew.By(
            db, document => next.SignData(DocumentSignature.Covered(document), HashAlgorithmName.SHA256)));

        var told = news.Select(one => one.Item.HotlistDelta).Where(delta => delta is not null).ToList();
        Assert.Equal(
            [1UL, 2UL], told.Select(delta => HotlistDelta.FromDocument(delta.Document.Span).To)
                .Select(version => (ulong)version));
        Assert.All(told, delta => Assert.True(
            DocumentSignature.IsValid(next, delta.Document.Span, delta.Signature.Span)));
        Assert.Equal(before, Deltas());
        Assert.All(
            _hq.Database.Read(db => HotlistBook.News(db).ToList()),
            one => Assert.Contains(one.Item.HotlistDelta.Signature, told.Select(delta => delta.Signature)));
    }

    // Blocked, its points waiting, and then out of use: it is on the list once.
    [Fact]
    public void A_card_that_stays_listed_makes_no_version()
    {
        var chip = _hq.Issue(1);
        var retirements = new RetirementBook(
            _hq.Database, _hq.Secrets, Microsoft.Extensions.Options.Options.Create(new CardOptions()),
            _hq.Clock);

        retirements.Replace(NumberOf(chip), "lost", "Ada");
        _hq.Clock.Advance(TimeSpan.FromDays(3));
        retirements.RunDue();

        Assert.Equal([$"0-1 +{chip.Uid}"], Deltas());
    }

    [Fact]
    public void The_list_of_a_book_from_before_there_were_versions_begins_with_all_that_are_listed()
    {
        var chips = Enumerable.Range(1, 3).Select(number => _hq.Issue((uint)number)).ToList();
        _hq.Database.Write(db => db.Run(
            "UPDATE card SET status = @Blocked WHERE number <> @number",
            new { Blocked = (long)CardStatus.Blocked, number = NumberOf(chips[1]) }));

        HotlistBook.SeedFirst(_hq.Database, _hq.Secrets, _hq.Clock);
        HotlistBook.SeedFirst(_hq.Database, _hq.Secrets, _hq.Clock);

        Assert.Equal([$"0-1 +{chips[0].Uid}+{chips[2].Uid}"], Deltas());
    }

    [Fact]
    public void A_restored_book_gives_no_version_out_again()
    {
        var (first, second) = (_hq.Issue(1), _hq.Issue(2));
        _blocks.Block(NumberOf(first), "lost", "Ada");
        _hq.Database.Write(Numbers.LeaveGap);

        _blocks.Block(NumberOf(second), "lost", "Ada");

        Assert.Equal([$"0-1 +{first.Uid}", $"1-100002 +{second.Uid}"], Deltas());
    }

    [Fact]
    public void The_report_tells_which_terminal_knows_what_since_when()
    {
        var chip = _hq.Issue(1);
        foreach (var terminal in new[] { 1u, 2u, 3u })
            _hq.Enrol(terminal, store: terminal);
        _blocks.Block(NumberOf(_hq.Issue(2)), "lost", "Ada");
        Hear(1, 1);
        Hear(2, 1);
        _hq.Clock.Advance(TimeSpan.FromMinutes(1));
        _blocks.Block(NumberOf(chip), "stolen", "Ada");
        _hq.Clock.Advance(TimeSpan.FromMinutes(1));
        Hear(1, 2);
        _hq.Clock.Advance(TimeSpan.FromMinutes(1));
        Hear(1, 2);
        Hear(2, 1);

        Assert.Equal(
            [
                "1 2/2 behind 0 told 09:02:00, knows 2 of 09:01:00 since 09:02:00",
                "2 1/2 behind 1 told 09:00:00, knows 2 of 09:01:00 since -",
                "3 0/2 behind 2 told -, knows 2 of 09:01:00 since -",
            ],
            Report(NumberOf(chip)));
        Assert.EndsWith("knows - of - since -", Report(card: null)[0], StringComparison.Ordinal);
        _blocks.Unblock(NumberOf(chip), "found", "Ada");
        Assert.EndsWith("knows - of - since -", Report(NumberOf(chip))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_that_has_lost_its_list_is_behind_again()
    {
        _hq.Enrol(1, store: 1);
        _blocks.Block(NumberOf(_hq.Issue(1)), "lost", "Ada");
        Hear(1, 1);
        _hq.Clock.Advance(TimeSpan.FromMinutes(1));

        Hear(1, 0);

        Assert.StartsWith("1 0/1 behind 1 told 09:01:00", Report(card: null)[0], StringComparison.Ordinal);
    }

    private void Hear(uint terminal, ulong version)
    {
        _watch.Heard(terminal, new Heartbeat { HotlistVersion = version });
        _told.Run();
    }

    private List<string> Deltas() =>
    [
        .. _hq.Feed().Select(item => item.HotlistDelta).OfType<HotlistDeltaItem>()
            .Select(item => HotlistDelta.FromDocument(item.Document.Span))
            .Select(delta => $"{delta.From}-{delta.To} "
                + string.Concat(delta.Added.Select(uid => $"+{uid}"))
                + string.Concat(delta.Removed.Select(uid => $"-{uid}"))),
    ];

    private static IReadOnlyList<string> Listed(DbSession db) => db.List<string>(
        """
        SELECT uid FROM hotlist_change h WHERE listed = 1
            AND version = (SELECT MAX(version) FROM hotlist_change WHERE uid = h.uid)
        """);

    private List<string> Report(long? card)
    {
        var table = new ReportRoom(_hq.Database, _hq.Clock).Of("hotlist-terminals", null, null, card: card)!;
        return
        [
            .. table.Rows.Select(row => $"{row[0]} {row[3]}/{row[4]} behind {row[5]} told {Time(row[6])}, "
                + $"knows {row[8] ?? "-"} of {Time(row[9])} since {Time(row[10])}"),
        ];
    }

    private static string Time(object? instant) => instant is string text ? text[^8..] : "-";

    private long NumberOf(Chip chip) => _hq.CardOf(chip).Number;
}

public sealed class HotlistOnSqlite(SqliteEngine engine)
    : HotlistContract(engine), IClassFixture<SqliteEngine>;

public sealed class HotlistOnPostgres(PostgresCluster cluster)
    : HotlistContract(new PostgresEngine(cluster));
