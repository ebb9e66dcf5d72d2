using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Reconciliation;

/// <summary>A wish to close an exception.</summary>
/// <param name="Reason">One of <see cref="ResolutionReason.For"/> its cause.</param>
/// <param name="Points">To be put on its card, or below zero taken off; 0 for none.</param>
/// <param name="By">Who wants it.</param>
internal sealed record ResolutionWish(string Reason, int Points, string By);

/// <summary>
/// What people do about exceptions: whose they are, what was found out, and how those end that no data ends.
/// Each change returns null where it is done, else a stable code that says why not.
/// </summary>
internal sealed class ExceptionDesk(
    Database database, ICardSecrets secrets, IOptions<ReconciliationOptions> options, TimeProvider clock,
    FeedBell bell)
{
    private const int NameMost = 64;
    private const int NoteMost = 1000;

    /// <summary>Gives an exception to somebody.</summary>
    /// <param name="id">The exception.</param>
    /// <param name="owner">Whose it is from now on; empty for nobody's.</param>
    /// <param name="by">Who gives it.</param>
    public string? Assign(long id, string owner, string by) =>
        owner.Trim().Length > NameMost ? "owner-length" : Change(id, by, (book, found) =>
        {
            var to = owner.Trim() is { Length: > 0 } name ? name : null;
            book.Db.Run("UPDATE book_exception SET owner = @to WHERE id = @id", new { id, to });
            Audit(
                book, id, by, AuditAction.ExceptionAssigned, JsonSerializer.Serialize(
                    new AssignedWords(found.Owner, to), ReconciliationJson.Default.AssignedWords));
            return null;
        });

    /// <summary>Writes down what was found out.</summary>
    public string? Note(long id, string note, string by) =>
        note.Trim().Length is 0 or > NoteMost ? "note-length" : Change(id, by, (book, _) =>
        {
            var number = book.Db.Value<long>(
                """
                INSERT INTO exception_note (exception, number, note, written_by, written_us)
                SELECT @id, COALESCE(MAX(number), 0) + 1, @text, @by, @NowUs
                FROM exception_note WHERE exception = @id
                RETURNING number
                """,
                new { id, text = note.Trim(), by = by.Trim(), book.NowUs });
            // What it says may name a customer.
            Audit(book, id, by, AuditAction.ExceptionNoted, $$"""{"note":{{number}}}""");
            return null;
        });

    /// <summary>Closes an exception by hand. With more points than one person may move, it waits for
    /// another's <see cref="Decide"/>.</summary>
    public string? Resolve(long id, ResolutionWish wish) => Change(id, wish.By, (book, found) =>
    {
        if (Refusal(book.Db, found, wish) is { } refusal)
            return refusal;
        var waits = Math.Abs((long)wish.Points) > options.Value.PointsAloneMost;
        var resolution = Insert(book, id, wish, waits ? ResolutionState.Waiting : ResolutionState.Done);
        if (waits)
            Audit(book, id, wish.By, AuditAction.ExceptionProposed, Words(resolution));
        else
            Close(book, found, resolution, wish.By);
        return null;
    });

    /// <summary>A second person decides on what waits.</summary>
    /// <param name="id">The exception.</param>
    /// <param name="proposal">The number of the resolution that was looked at.</param>
    /// <param name="approves">Whether it is done; it is rejected otherwise.</param>
    /// <param name="by">Another than who asked for it.</param>
    public string? Decide(long id, long proposal, bool approves, string by) => Change(id, by, (book, found) =>
    {
        if (Waiting(book.Db, id) is not { } waiting)
            return "nothing-proposed";
        if (waiting.Number != proposal)
            return "proposal-other";
        if (AuditActor.MayBeOne(waiting.AskedBy, by.Trim()))
            return "same-person";
        book.Db.Run(
            """
            UPDATE exception_resolution SET state = @state, decided_by = @by, decided_us = @NowUs
            WHERE exception = @id AND number = @Number
            """,
            new
            {
                id,
                waiting.Number,
                state = approves ? ResolutionState.Done : ResolutionState.Rejected,
                by = by.Trim(),
                book.NowUs,
            });
        if (approves)
            Close(book, found, waiting, by);
        else
            Audit(book, id, by, AuditAction.ExceptionRejected, Words(waiting));
        return null;
    });

    private string? Change(long id, string by, Func<OpenBook, Found, string?> change)
    {
        if (by.Trim().Length is 0 or > NameMost)
            return "by-length";
        var refusal = database.Write(db =>
            db.Find<Found>(
                """
                SELECT id, cause, uid, generation, closed_us, owner FROM book_exception WHERE id = @id
                """,
                new { id }) is { } found
                ? change(new OpenBook(db, secrets, clock.Microseconds()), found)
                : "exception-unknown");
        bell.Ring();
        return refusal;
    }

    private static string? Refusal(DbSession db, Found found, ResolutionWish wish) =>
        found.ClosedUs is not null ? "exception-closed"
        : Waiting(db, found.Id) is not null ? "already-proposed"
        : ResolutionReason.For(found.Cause) is not { Count: > 0 } reasons ? "exception-late"
        : !reasons.Contains(wish.Reason) ? "reason-unknown"
        : wish.Reason == ResolutionReason.Corrected && wish.Points == 0 ? "points-missing"
        : wish.Points != 0 && CardOf(db, found) is null ? "card-unknown"
        : null;

    private static Card? CardOf(DbSession db, Found found) =>
        found.Uid is null ? null : Card.Find(db, found.Uid, found.Generation ?? 0);

    private static Resolution? Waiting(DbSession db, long id) => db.Find<Resolution>(
        $"""
        SELECT number, reason, points, state, asked_by, asked_us FROM exception_resolution
        WHERE exception = @id AND state = '{ResolutionState.Waiting}'
        """,
        new { id });

    private static Resolution Insert(OpenBook book, long id, ResolutionWish wish, string state) =>
        book.Db.Find<Resolution>(
            """
            INSERT INTO exception_resolution (exception, number, reason, points, state, asked_by, asked_us)
            SELECT @id, COALESCE(MAX(number), 0) + 1, @Reason, @points, @state, @by, @NowUs
            FROM exception_resolution WHERE exception = @id
            RETURNING number, reason, points, state, asked_by, asked_us
            """,
            new { id, wish.Reason, points = (long)wish.Points, state, by = wish.By.Trim(), book.NowUs })!;

    private static void Close(OpenBook book, Found found, Resolution resolution, string by)
    {
        ExceptionBook.CloseByHand(book, found.Id, resolution.Reason, by.Trim());
        if (resolution.Points != 0)
        {
            var action = CardActionQueue.Correct(
                book, CardOf(book.Db, found)!, checked((int)resolution.Points));
            book.Db.Run(
                """
                UPDATE exception_resolution SET card_action = @action
                WHERE exception = @Id AND number = @Number
                """,
                new { action, found.Id, resolution.Number });
        }

        Audit(book, found.Id, by, AuditAction.ExceptionResolved, Words(resolution));
    }

    private static string Words(Resolution resolution) => JsonSerializer.Serialize(
        new ResolvedWords(resolution.Reason, resolution.Points, resolution.AskedBy),
        ReconciliationJson.Default.ResolvedWords);

    private static void Audit(OpenBook book, long id, string by, string action, string detail) =>
        AuditLog.Write(book.Db, book.NowUs, by.Trim(), action, $"exception:{id}", detail);

    private sealed record Found
    {
        public long Id { get; init; }
        public string Cause { get; init; } = "";
        public string? Uid { get; init; }
        public long? Generation { get; init; }
        public long? ClosedUs { get; init; }
        public string? Owner { get; init; }
    }
}

/// <summary>What the audit log keeps of an assignment.</summary>
internal sealed record AssignedWords(string? Before, string? After);

/// <summary>What the audit log keeps of a resolution.</summary>
internal sealed record ResolvedWords(string Reason, long Points, string AskedBy);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AssignedWords))]
[JsonSerializable(typeof(ResolvedWords))]
internal sealed partial class ReconciliationJson : JsonSerializerContext;
