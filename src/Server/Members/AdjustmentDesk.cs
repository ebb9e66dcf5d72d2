using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Reconciliation;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Members;

/// <summary>A wish to move a member's points.</summary>
/// <param name="Member">Whose.</param>
/// <param name="Points">Signed.</param>
/// <param name="Reason">One of <see cref="AdjustmentReason"/>.</param>
/// <param name="By">Who wants it.</param>
internal sealed record AdjustmentWish(long Member, int Points, string Reason, string By)
{
    /// <summary>The asker's own name for it, 1 to 64 characters: what is asked twice is done once.</summary>
    public required string Request { get; init; }

    /// <summary>The card whose points move; null for the member's account.</summary>
    public long? Card { get; init; }

    /// <summary>The adjustment that is taken back by it; null for none.</summary>
    public long? Undoes { get; init; }
}

/// <summary>What became of a wish.</summary>
internal abstract record AdjustmentAnswer
{
    private AdjustmentAnswer()
    {
    }

    /// <summary>It is done, or waits.</summary>
    public sealed record Taken(Adjustment Adjustment) : AdjustmentAnswer;

    /// <summary>It is not, and this stable code says why.</summary>
    public sealed record Refused(string Code) : AdjustmentAnswer;
}

/// <summary>Moves members' points by hand. Above what one person may move for a member in a day, a second one
/// decides.</summary>
internal sealed class AdjustmentDesk(
    Database database, ICardSecrets secrets, IOptions<ReconciliationOptions> options, TimeProvider clock,
    FeedBell bell)
{
    /// <summary>Points that are moved at once at most.</summary>
    public const int PointsMost = 1_000_000;

    private const int NameMost = 64;
    private static readonly TimeSpan Lately = TimeSpan.FromDays(1);

    public Adjustment? Find(long number) => database.Read(db => Adjustment.Find(db, number));

    /// <summary>A member's, the newest first.</summary>
    public IReadOnlyList<Adjustment> Of(long member) => database.Read(db => Adjustment.Of(db, member));

    /// <summary>Moves points, or has them wait for a second person.</summary>
    public AdjustmentAnswer Ask(AdjustmentWish wish)
    {
        var by = wish.By.Trim();
        if (by.Length is 0 or > NameMost)
            return new AdjustmentAnswer.Refused("by-length");
        if (wish.Request.Length is 0 or > NameMost)
            return new AdjustmentAnswer.Refused("request-length");
        var answer = database.Write<AdjustmentAnswer>(db =>
        {
            if (Adjustment.Requested(db, wish.Request) is { } before)
            {
                return IsSame(before, wish)
                    ? new AdjustmentAnswer.Taken(before)
                    : new AdjustmentAnswer.Refused("request-used");
            }

            if (Refusal(db, wish) is { } refusal)
                return new AdjustmentAnswer.Refused(refusal);
            var book = new OpenBook(db, secrets, clock.Microseconds());
            var waits = MovedLately(book, wish.Member, by) + Math.Abs((long)wish.Points)
                > options.Value.PointsAloneMost;
            var number = Insert(book, wish, by);
            var asked = Adjustment.Find(db, number)!;
            if (waits)
                Audit(book, asked, by, AuditAction.AdjustmentProposed);
            else
                Do(book, asked, by);
            book.Close();
            return new AdjustmentAnswer.Taken(Adjustment.Find(db, number)!);
        });
        bell.Ring();
        return answer;
    }

    /// <summary>A second person decides on what waits.</summary>
    /// <param name="number">The adjustment that was looked at.</param>
    /// <param name="approves">Whether it is done; it is rejected otherwise.</param>
    /// <param name="by">Another than who asked for it.</param>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Decide(long number, bool approves, string by)
    {
        by = by.Trim();
        if (by.Length is 0 or > NameMost)
            return "by-length";
        var refusal = database.Write(db =>
        {
            if (Adjustment.Find(db, number) is not { } asked)
                return "adjustment-unknown";
            if (asked.State != AdjustmentState.Waiting)
                return "already-decided";
            if (AuditActor.MayBeOne(asked.AskedBy, by))
                return "same-person";
            if (approves && WhereRefusal(db, asked.Member, asked.Card) is { } changed)
                return changed;
            var book = new OpenBook(db, secrets, clock.Microseconds());
            book.Db.Run(
                """
                UPDATE member_adjustment SET state = @state, decided_by = @by, decided_us = @NowUs
                WHERE number = @number
                """,
                new
                {
                    number,
                    by,
                    book.NowUs,
                    state = approves ? AdjustmentState.Done : AdjustmentState.Rejected,
                });
            if (approves)
                Do(book, asked, by);
            else
                Audit(book, asked, by, AuditAction.AdjustmentRejected);
            book.Close();
            return null;
        });
        bell.Ring();
        return refusal;
    }

    private static bool IsSame(Adjustment before, AdjustmentWish wish) =>
        (before.Member, before.Card, before.Points, before.Reason, before.Undoes)
            == (wish.Member, wish.Card, wish.Points, wish.Reason, wish.Undoes)
        && AuditActor.MayBeOne(before.AskedBy, wish.By.Trim());

    private static string? Refusal(DbSession db, AdjustmentWish wish) =>
        WhereRefusal(db, wish.Member, wish.Card)
        ?? (wish.Points is 0 or > PointsMost or < -PointsMost ? "points-range"
        : !AdjustmentReason.All.Contains(wish.Reason) ? "reason-unknown"
        : (wish.Reason == AdjustmentReason.Undo) != wish.Undoes is not null ? "undo-unnamed"
        : wish.Undoes is { } undone ? UndoRefusal(Adjustment.Find(db, undone), wish)
        : null);

    private static string? UndoRefusal(Adjustment? undone, AdjustmentWish wish) =>
        undone is not { State: AdjustmentState.Done } || undone.Member != wish.Member ? "adjustment-unknown"
        : undone.UndoneBy is not null ? "already-undone"
        : wish.Points != -undone.Points ? "undo-differs"
        : null;

    private static string? WhereRefusal(DbSession db, long member, long? card)
    {
        if (MemberBook.Find(db, member) is not { MovedTo: null })
            return "member-unknown";
        if (card is not { } number)
            return null;
        return Card.FindByNumber(db, number) switch
        {
            { } found when found.Member != member => "card-unknown",
            null => "card-unknown",
            { Status: CardStatus.Active or CardStatus.Blocked } => null,
            _ => "card-not-active",
        };
    }

    // Many little moves are one that is not.
    private static long MovedLately(OpenBook book, long member, string by) =>
        Adjustment.Of(book.Db, member)
            .Where(one => one is { State: AdjustmentState.Done, DecidedBy: null }
                && one.AskedUs > book.NowUs - (Lately.Ticks / TimeSpan.TicksPerMicrosecond)
                && AuditActor.MayBeOne(one.AskedBy, by))
            .Sum(one => Math.Abs(one.Points));

    private static long Insert(OpenBook book, AdjustmentWish wish, string by) => book.Db.Value<long>(
        $"""
        INSERT INTO member_adjustment
            (number, request, member, card, points, reason, undoes, state, asked_by, asked_us)
        SELECT COALESCE(MAX(number), 0) + 1, @Request, @Member, @Card, @points, @Reason, @Undoes,
            '{AdjustmentState.Waiting}', @by, @NowUs
        FROM member_adjustment
        RETURNING number
        """,
        new
        {
            wish.Request,
            wish.Member,
            wish.Card,
            points = (long)wish.Points,
            wish.Reason,
            wish.Undoes,
            by,
            book.NowUs,
        });

    private static void Do(OpenBook book, Adjustment asked, string by)
    {
        var member = MemberBook.Find(book.Db, asked.Member)!;
        var today = StoreDays.BegunEverywhere(book.Db, UnixTime.FromMicroseconds(book.NowUs));
        long? action = asked.Card is { } card
            ? CardActionQueue.Correct(
                book, Card.FindByNumber(book.Db, card)!, checked((int)asked.Points))
            : null;
        book.Db.Run(
            $"""
            UPDATE member_adjustment SET state = '{AdjustmentState.Done}', card_action = @action, day = @day
            WHERE number = @Number
            """,
            new { asked.Number, action, day = today.ToString("O", CultureInfo.InvariantCulture) });
        if (action is null)
        {
            LedgerBook.Post(
                book, member.Programme, asked.Place, Postings.CorrectedOnAccount(member.Id, asked.Points));
            AccountDelivery.Review(book, member.Id);
            MemberDays.NoteSoon(book.Db, member.Id);
        }

        Audit(book, asked, by, AuditAction.AdjustmentMade);
    }

    private static void Audit(OpenBook book, Adjustment asked, string by, string action)
    {
        var detail = new AdjustedWords(
            asked.Number, asked.Card, asked.Points, asked.Reason, asked.Undoes, asked.AskedBy);
        AuditLog.Write(
            book.Db, book.NowUs, by, action, $"member:{asked.Member}",
            JsonSerializer.Serialize(detail, AdjustmentJson.Default.AdjustedWords));
    }
}

/// <summary>What the audit log keeps of an adjustment.</summary>
internal sealed record AdjustedWords(
    long Adjustment, long? Card, long Points, string Reason, long? Undoes, string AskedBy);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AdjustedWords))]
internal sealed partial class AdjustmentJson : JsonSerializerContext;
