using System.Security.Cryptography;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Programmes;

/// <summary>Drafts of rules: written, edited, scheduled and published, each change with its line in the audit
/// log. Who does it is named by the caller, 1 to 64 characters.</summary>
internal sealed class RuleDrafts(Database database, ProgrammeBook programmes, TimeProvider clock)
{
    public const int NameMost = 64;

    private const string Columns =
        """
        id, programme, name, document, revision, author, created_us, changed_by, changed_us, publish_us,
        scheduled_by, version, discarded_us
        """;

    /// <summary>Every draft, newest first.</summary>
    public IReadOnlyList<RuleDraft> All() =>
        database.Read(db => db.List<RuleDraft>($"SELECT {Columns} FROM rule_draft ORDER BY id DESC"));

    public RuleDraft? Find(long id) => database.Read(db => Find(db, id));

    /// <summary>Begins a draft.</summary>
    /// <param name="name">As people call it, 1 to <see cref="NameMost"/> characters.</param>
    /// <param name="rules">The version in them does not matter.</param>
    /// <param name="by">Its author.</param>
    /// <exception cref="FormatException">They could not be published.</exception>
    public DraftAnswer Add(string name, RuleSet rules, string by) => database.Write<DraftAnswer>(db =>
    {
        if (Refusal(name, by) is { } refusal)
            return refusal;
        ProgrammeBook.Check(db, rules);
        var draft = new RuleDraft
        {
            Id = db.Value<long>("SELECT COALESCE(MAX(id), 0) + 1 FROM rule_draft"),
            Programme = rules.Programme,
            Name = name,
            Document = rules.ToDocument(),
            Revision = 1,
            Author = by,
            CreatedUs = clock.Microseconds(),
        };
        db.Run(
            """
            INSERT INTO rule_draft
                (id, programme, name, document, revision, author, created_us, changed_by, changed_us)
            VALUES (@Id, @Programme, @Name, @Document, 1, @Author, @CreatedUs, @Author, @CreatedUs)
            """,
            new { draft.Id, draft.Programme, draft.Name, draft.Document, draft.Author, draft.CreatedUs });
        Audit(db, draft, by, AuditAction.DraftMade, $$"""{"sha256":"{{HashOf(draft.Document)}}"}""");
        return Done(db, draft.Id);
    });

    /// <summary>Writes new rules into a draft.</summary>
    /// <param name="id">The draft.</param>
    /// <param name="name">Its new name, or the same.</param>
    /// <param name="rules">Of the same programme.</param>
    /// <param name="revision">Of the draft that was edited: what somebody else has changed since is not
    /// written over.</param>
    /// <param name="by">Who edits.</param>
    /// <exception cref="FormatException">They could not be published.</exception>
    public DraftAnswer Change(long id, string name, RuleSet rules, long revision, string by) =>
        Do(id, by, DraftState.Draft, (db, draft) =>
        {
            if (Refusal(name, by) is { } refusal)
                return refusal;
            if (IsAnother(draft, revision) is { } another)
                return another;
            if (draft.Programme != rules.Programme)
                throw new FormatException("A draft keeps its programme.");
            ProgrammeBook.Check(db, rules);
            var document = rules.ToDocument();
            db.Run(
                """
                UPDATE rule_draft SET name = @name, document = @document, revision = revision + 1
                WHERE id = @id
                """,
                new { id, name, document });
            Audit(
                db, draft, by, AuditAction.DraftChanged,
                $$"""{"before":"{{HashOf(draft.Document)}}","after":"{{HashOf(document)}}"}""");
            return null;
        });

    /// <summary>Throws a draft away.</summary>
    public DraftAnswer Discard(long id, string by) => Do(id, by, DraftState.Draft, (db, draft) =>
    {
        db.Run(
            "UPDATE rule_draft SET discarded_us = @Now WHERE id = @id",
            new { id, Now = clock.Microseconds() });
        Audit(db, draft, by, AuditAction.DraftDiscarded);
        return null;
    });

    /// <summary>Publishes a draft now.</summary>
    /// <param name="id">The draft.</param>
    /// <param name="by">Who decides it.</param>
    /// <param name="revision">That he has looked at: another is not published. Null for any.</param>
    public DraftAnswer Publish(long id, string by, long? revision = null) =>
        Do(id, by, DraftState.Draft, (db, draft) =>
        {
            if (IsAnother(draft, revision) is { } refusal)
                return refusal;
            Publish(db, draft, by);
            return null;
        });

    /// <summary>Has a draft published at its time. It is not edited meanwhile.</summary>
    /// <param name="id">The draft.</param>
    /// <param name="at">Yet to come.</param>
    /// <param name="by">Who decides it.</param>
    /// <param name="revision">That he has looked at: another is not published. Null for any.</param>
    public DraftAnswer Schedule(long id, DateTimeOffset at, string by, long? revision = null) =>
        Do(id, by, DraftState.Draft, (db, draft) =>
        {
            if (IsAnother(draft, revision) is { } refusal)
                return refusal;
            if (at <= clock.GetUtcNow())
                return new DraftAnswer.Refused("schedule-past");
            db.Run(
                "UPDATE rule_draft SET publish_us = @At, scheduled_by = @by WHERE id = @id",
                new { id, At = UnixTime.Microseconds(at), by });
            Audit(
                db, draft, by, AuditAction.DraftScheduled,
                $$"""{"at":"{{at.UtcDateTime:s}}Z","sha256":"{{HashOf(draft.Document)}}"}""");
            return null;
        });

    /// <summary>Takes back that it is to be published.</summary>
    public DraftAnswer Withdraw(long id, string by) => Do(id, by, DraftState.Scheduled, (db, draft) =>
    {
        db.Run("UPDATE rule_draft SET publish_us = NULL, scheduled_by = NULL WHERE id = @id", new { id });
        Audit(db, draft, by, AuditAction.DraftWithdrawn);
        return null;
    });

    /// <summary>Publishes what is due, the earlier first.</summary>
    /// <returns>How many drafts that were.</returns>
    public int PublishDue()
    {
        var now = clock.Microseconds();
        return database.Read(db => Due(db, now)).Count == 0 ? 0 : database.Write(db =>
        {
            var due = Due(db, now);
            foreach (var draft in due)
                Publish(db, draft, draft.ScheduledBy!);
            return due.Count;
        });
    }

    private static IReadOnlyList<RuleDraft> Due(DbSession db, long now) => db.List<RuleDraft>(
        $"""
        SELECT {Columns} FROM rule_draft
        WHERE publish_us <= @now AND version IS NULL ORDER BY publish_us, id
        """,
        new { now });

    private void Publish(DbSession db, RuleDraft draft, string by)
    {
        var published = programmes.Publish(db, draft.ToRules(), by);
        db.Run(
            "UPDATE rule_draft SET version = @Version WHERE id = @Id",
            new { draft.Id, Version = (long)published.Version });
        Audit(db, draft, by, AuditAction.DraftPublished, $$"""{"version":{{published.Version}}}""");
    }

    // One change of a draft that stands where it must.
    private DraftAnswer Do(
        long id, string by, DraftState from, Func<DbSession, RuleDraft, DraftAnswer.Refused?> change) =>
        database.Write<DraftAnswer>(db =>
        {
            if (Refusal("-", by) is { } nobody)
                return nobody;
            if (Find(db, id) is not { } draft)
                return new DraftAnswer.Refused("draft-unknown");
            if (draft.State != from)
                return new DraftAnswer.Refused(NotFrom(draft.State));
            if (change(db, draft) is { } refusal)
                return refusal;
            db.Run(
                "UPDATE rule_draft SET changed_by = @by, changed_us = @Now WHERE id = @id",
                new { id, by, Now = clock.Microseconds() });
            return Done(db, id);
        });

    private static string NotFrom(DraftState state) => state switch
    {
        DraftState.Published => "draft-published",
        DraftState.Discarded => "draft-discarded",
        DraftState.Scheduled => "draft-scheduled",
        _ => "draft-not-scheduled",
    };

    private static DraftAnswer.Refused? IsAnother(RuleDraft draft, long? revision) =>
        revision is not null && revision != draft.Revision ? new("draft-changed") : null;

    private static DraftAnswer.Refused? Refusal(string name, string by) =>
        !IsName(name) ? new("name-length")
        : !IsName(by) ? new("by-length")
        : null;

    private static bool IsName(string text) =>
        text.Trim().Length is >= 1 and <= NameMost && !text.Any(char.IsControl);

    private static DraftAnswer.Done Done(DbSession db, long id) => new DraftAnswer.Done(Find(db, id)!);

    private static RuleDraft? Find(DbSession db, long id) =>
        db.Find<RuleDraft>($"SELECT {Columns} FROM rule_draft WHERE id = @id", new { id });

    private static string HashOf(byte[] document) => Convert.ToHexString(SHA256.HashData(document));

    private void Audit(DbSession db, RuleDraft draft, string by, string action, string detail = "") =>
        AuditLog.Write(db, clock.Microseconds(), by, action, $"rule-draft:{draft.Id}", detail);
}
