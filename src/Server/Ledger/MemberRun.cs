using System.Data.Common;
using System.Globalization;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Openings;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Looks after points and tiers of members whose day has come, whose points have moved since they
/// were looked at, or whose programme has other levels now: a few at a time, between what terminals
/// report.</summary>
internal sealed partial class MemberRun(
    Database database, ICardSecrets secrets, FeedBell bell, TimeProvider clock, ILogger<MemberRun> log)
    : BackgroundService
{
    private const int MembersAtOnce = 50;
    private const int PostingsAtOnce = 500;
    private const int ToldEvery = 10_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Looks at all there are to be looked at, until none is left.</summary>
    /// <returns>How many members were.</returns>
    public long Run(CancellationToken cancellation)
    {
        if (!database.Read(HasDays))
            return 0;
        var (members, told) = (0L, 0L);
        while (!cancellation.IsCancellationRequested && Step() is { } some)
        {
            members += some;
            if (members - told < ToldEvery)
                continue;
            told = members;
            LogReviewed(members);
        }

        if (members > 0)
            bell.Ring();
        return members;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            RunGuarded(stoppingToken);
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    // The top of the loop: the next day comes all the same.
    private void RunGuarded(CancellationToken cancellation)
    {
        try
        {
            Run(cancellation);
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    // Null where there is none left.
    private int? Step() => database.Write<int?>(db =>
    {
        var book = new OpenBook(db, secrets, clock.Microseconds());
        var today = StoreDays.BegunEverywhere(db, clock.GetUtcNow());
        if ((Due(db, today) ?? Moved(db) ?? TierReview.Next(db, MembersAtOnce)) is not { } members)
            return null;
        foreach (var member in members.Where(member => !TryReview(book, member, today)))
            MemberDays.Note(db, member, today.AddDays(1));
        return members.Count;
    });

    // What nobody foresaw in one member's history keeps nobody else's points from their day.
    private bool TryReview(OpenBook book, long member, DateOnly today)
    {
        try
        {
            return book.Db.Part(() =>
            {
                MemberDays.Review(book, MemberBook.Find(book.Db, member)!, today);
                return true;
            });
        }
        catch (Exception wrong) when (wrong is not (DbException or OutOfMemoryException))
        {
            LogUnforeseen(wrong, member);
            return false;
        }
    }

    // Without rules about it no point ever waits or expires, but those that came with their day, and
    // everybody is in tier 0.
    private static bool HasDays(DbSession db) =>
        ProgrammeBook.Published(db).Any(rules =>
            rules.Validity is { PendingDays: > 0 } or { Months: > 0 } || rules.Tiers.Levels.Count > 0)
        || OpeningBalance.AnyExpires(db);

    private static IReadOnlyList<long>? Due(DbSession db, DateOnly today) => db.List<long>(
        "SELECT member FROM lot_day WHERE day <= @today ORDER BY day, member LIMIT @MembersAtOnce",
        new { today = today.ToString("O", CultureInfo.InvariantCulture), MembersAtOnce })
        is { Count: > 0 } due ? due : null;

    // Postings are numbered in the order of their commits.
    private static IReadOnlyList<long>? Moved(DbSession db)
    {
        var rows = db.List<MovedRow>(
            $"""
            SELECT p.id, COALESCE(c.member, p.owner) AS member
            FROM (SELECT id, account, owner FROM posting
                WHERE id > (SELECT COALESCE(MAX(posting), 0) FROM lot_review)
                ORDER BY id LIMIT @PostingsAtOnce) p
            LEFT JOIN card c ON p.account = {(int)AccountKind.MemberOnCard} AND c.number = p.owner
            ORDER BY p.id
            """,
            new { PostingsAtOnce });
        if (rows.Count == 0)
            return null;
        db.Run(
            """
            INSERT INTO lot_review (number, posting) VALUES (1, @posting)
            ON CONFLICT (number) DO UPDATE SET posting = excluded.posting
            """,
            new { posting = rows[^1].Id });
        return [.. rows.Select(row => row.Member).Where(member => member > 0).Distinct()];
    }

    [LoggerMessage(LogLevel.Information, "{Members} members' points looked at so far.")]
    private partial void LogReviewed(long members);

    [LoggerMessage(LogLevel.Error, "What expires could not be looked at; it is tried again in a minute.")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(
        LogLevel.Error, "What member {Member}'s points are to become could not be said; tomorrow again.")]
    private partial void LogUnforeseen(Exception wrong, long member);

    private sealed record MovedRow
    {
        public long Id { get; init; }
        public long Member { get; init; }
    }
}
