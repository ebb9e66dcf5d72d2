using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Staff;

/// <summary>One who may log in to the console.</summary>
internal sealed record StaffMember
{
    /// <summary>Trimmed, lower case.</summary>
    public string Name { get; init; } = "";

    /// <summary>In the form of ASP.NET's PasswordHasher, with salt and cost inside.</summary>
    public string PasswordHash { get; init; } = "";

    /// <summary>Wrong passwords since the last right one or the last lock.</summary>
    public long Failures { get; init; }

    public long? LockedUntilUs { get; init; }

    public DateTimeOffset? LockedUntil =>
        LockedUntilUs is { } until ? UnixTime.FromMicroseconds(until) : null;
}

/// <summary>The staff, in the book.</summary>
internal sealed class StaffStore(Database database)
{
    public bool IsEmpty => database.Read(db => db.Value<long>("SELECT COUNT(*) FROM staff")) == 0;

    public StaffMember? Find(string name) =>
        database.Read(db => db.Find<StaffMember>(
            "SELECT name, password_hash, failures, locked_until_us FROM staff WHERE name = @name",
            new { name }));

    /// <summary>Adds the first one.</summary>
    /// <returns>False where there is one already.</returns>
    public bool TryAddFirst(string name, string passwordHash, DateTimeOffset now) =>
        database.Write(db =>
        {
            var added = db.Run(
                """
                INSERT INTO staff (name, password_hash, failures, created_us)
                SELECT @name, @passwordHash, 0, @now WHERE NOT EXISTS (SELECT 1 FROM staff)
                """,
                new { name, passwordHash, now = UnixTime.Microseconds(now) }) == 1;
            if (added)
                Audit(db, AuditAction.StaffAdded, name, now);
            return added;
        });

    public void SetFailures(string name, long failures, DateTimeOffset? lockedUntil, DateTimeOffset now) =>
        database.Write(db =>
        {
            db.Run(
                "UPDATE staff SET failures = @failures, locked_until_us = @until WHERE name = @name",
                new
                {
                    name,
                    failures,
                    until = lockedUntil is { } at ? UnixTime.Microseconds(at) : (long?)null,
                });
            if (lockedUntil is { } locked)
            {
                Audit(
                    db, AuditAction.StaffLocked, name, now,
                    $$"""{"failures":{{failures}},"untilUs":{{UnixTime.Microseconds(locked)}}}""");
            }
        });

    private static void Audit(
        DbSession db, string action, string name, DateTimeOffset now, string detail = "") =>
        AuditLog.Write(db, UnixTime.Microseconds(now), AuditActor.Server, action, $"staff:{name}", detail);
}
