using System.Text.Json;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Staff;

/// <summary>A change to somebody of the staff.</summary>
/// <param name="Action">One of <see cref="AuditAction"/>.</param>
/// <param name="By">Who makes it.</param>
/// <param name="Why">Null where nobody needs to say.</param>
internal sealed record StaffChange(string Action, string By, string? Why, DateTimeOffset At);

/// <summary>
/// The staff, in the book. Who may do what is asked for at each request: that is kept in memory, and read
/// again after each change.
/// </summary>
internal sealed class StaffStore(Database database)
{
    private const string Columns =
        """
        name, password_hash, failures, locked_until_us, roles, stores, stamp, disabled_us, invitation_hash,
        invited_until_us, created_us, totp_secret, totp_step
        """;

    private readonly Lock _lock = new();
    private Dictionary<string, StaffMember>? _known;

    /// <summary>Called with a name when what its sessions may do is no longer what they were let in
    /// with.</summary>
    public event Action<string>? SessionsEnded;

    public bool IsEmpty => database.Read(db => db.Value<long>("SELECT COUNT(*) FROM staff")) == 0;

    public StaffMember? Find(string name) => database.Read(db => Find(db, name));

    public IReadOnlyList<StaffMember> All() =>
        database.Read(db => db.List<StaffMember>($"SELECT {Columns} FROM staff ORDER BY name"));

    /// <summary>Somebody as he was after the last change of names, roles or stores; wrong passwords are not
    /// counted in it.</summary>
    public StaffMember? Known(string name)
    {
        lock (_lock)
            return (_known ??= All().ToDictionary(one => one.Name)).GetValueOrDefault(name);
    }

    /// <summary>Adds the first one, who may do everything.</summary>
    /// <returns>False where there is one already.</returns>
    public bool TryAddFirst(string name, string passwordHash, DateTimeOffset now)
    {
        var added = database.Write(db =>
            db.Value<long>("SELECT COUNT(*) FROM staff") == 0 && Insert(
                db,
                new StaffMember
                {
                    Name = name,
                    PasswordHash = passwordHash,
                    Roles = Roles.Administrator,
                    Stores = StoreScope.Chain.ToString(),
                    CreatedUs = UnixTime.Microseconds(now),
                },
                new StaffChange(AuditAction.StaffAdded, AuditActor.Server, null, now)));
        Forget(name);
        return added;
    }

    /// <summary>Adds somebody who sets his password by an invitation.</summary>
    /// <returns>False where there is one of this name.</returns>
    public bool TryAdd(StaffMember member, StaffChange change)
    {
        var added = database.Write(db => Find(db, member.Name) is null && Insert(db, member, change));
        Forget(member.Name);
        return added;
    }

    /// <summary>Changes somebody, and ends his sessions.</summary>
    /// <param name="name">Who it is.</param>
    /// <param name="change">What is done, by whom and why.</param>
    /// <param name="to">What becomes of him.</param>
    /// <param name="recoveryHashes">Recovery codes instead of those that he has; null leaves them.</param>
    /// <param name="withoutPasskeys">Takes his passkeys away.</param>
    /// <returns>A stable code where it is refused: nobody is to be left who could let others in; or
    /// null.</returns>
    public string? Change(
        string name, StaffChange change, Func<StaffMember, StaffMember> to,
        IReadOnlyList<string>? recoveryHashes = null, bool withoutPasskeys = false)
    {
        var refusal = database.Write(db =>
        {
            if (Find(db, name) is not { } before)
                return "staff-unknown";
            var after = to(before) with { Stamp = before.Stamp + 1 };
            if (before.Administers && !after.Administers && !IsAnotherThere(db, name))
                return "last-administrator";
            Update(db, after);
            if (recoveryHashes is not null)
                ReplaceRecoveryCodes(db, name, recoveryHashes);
            if (withoutPasskeys)
                db.Run("DELETE FROM staff_passkey WHERE owner = @name", new { name });
            Audit(db, change, name, WordsOf(before), WordsOf(after));
            return null;
        });
        Forget(name);
        return refusal;
    }

    /// <summary>Sets a password by the code of an invitation, which is void then.</summary>
    /// <param name="codeHash">As <see cref="StaffMember.InvitationHash"/>.</param>
    /// <param name="hashFor">Makes the password's hash; gets the name.</param>
    /// <param name="now">An invitation that has expired is none.</param>
    /// <returns>Whose it was; null where it is no good.</returns>
    public string? Join(string codeHash, Func<string, string> hashFor, DateTimeOffset now)
    {
        var joined = database.Write(db =>
        {
            var invited = db.Find<StaffMember>(
                $"""
                SELECT {Columns} FROM staff
                WHERE invitation_hash = @codeHash AND invited_until_us > @now AND disabled_us IS NULL
                """,
                new { codeHash, now = UnixTime.Microseconds(now) });
            if (invited is null)
                return null;
            Update(db, invited with
            {
                PasswordHash = hashFor(invited.Name),
                InvitationHash = null,
                InvitedUntilUs = null,
                Stamp = invited.Stamp + 1,
            });
            Audit(
                db, new StaffChange(AuditAction.StaffJoined, invited.Name, null, now), invited.Name, null,
                null);
            return invited.Name;
        });
        if (joined is not null)
            Forget(joined);
        return joined;
    }

    /// <summary>Takes the step of time of a right code, so that neither that code nor an earlier one lets in
    /// again.</summary>
    /// <returns>False where one has.</returns>
    public bool TakeStep(string name, long step) => database.Write(db => db.Run(
        "UPDATE staff SET totp_step = @step WHERE name = @name AND totp_step < @step",
        new { name, step }) == 1);

    /// <summary>Takes a recovery code, which is void then.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="codeHash">As <see cref="SecondFactor.HashOf"/> gives it.</param>
    /// <param name="now">When.</param>
    /// <returns>False where there is no such code.</returns>
    public bool TakeRecoveryCode(string name, string codeHash, DateTimeOffset now) => database.Write(db =>
    {
        var taken = db.Run(
            "DELETE FROM staff_recovery_code WHERE owner = @name AND code_hash = @codeHash",
            new { name, codeHash }) == 1;
        if (taken)
        {
            AuditLog.Write(
                db, UnixTime.Microseconds(now), name, AuditAction.StaffRecovered, SubjectOf(name));
        }

        return taken;
    });

    /// <summary>Recovery codes that are left.</summary>
    public long RecoveryCodesOf(string name) => database.Read(db => db.Value<long>(
        "SELECT COUNT(*) FROM staff_recovery_code WHERE owner = @name", new { name }));

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
                AuditLog.Write(
                    db, UnixTime.Microseconds(now), AuditActor.Server, AuditAction.StaffLocked,
                    SubjectOf(name),
                    $$"""{"failures":{{failures}},"untilUs":{{UnixTime.Microseconds(locked)}}}""");
            }
        });

    /// <summary>As the log of changes calls somebody.</summary>
    public static string SubjectOf(string name) => $"staff:{name}";

    private static StaffMember? Find(DbSession db, string name) =>
        db.Find<StaffMember>($"SELECT {Columns} FROM staff WHERE name = @name", new { name });

    private static bool IsAnotherThere(DbSession db, string name) =>
        db.List<StaffMember>($"SELECT {Columns} FROM staff WHERE name <> @name", new { name })
            .Any(other => other.Administers);

    private static bool Insert(DbSession db, StaffMember member, StaffChange change)
    {
        db.Run(
            """
            INSERT INTO staff (name, password_hash, failures, roles, stores, stamp, invitation_hash,
                invited_until_us, created_us)
            VALUES (@Name, @PasswordHash, 0, @Roles, @Stores, 1, @InvitationHash, @InvitedUntilUs, @CreatedUs)
            """,
            member);
        Audit(db, change, member.Name, null, WordsOf(member));
        return true;
    }

    private static void Update(DbSession db, StaffMember member) =>
        db.Run(
            """
            UPDATE staff SET password_hash = @PasswordHash, failures = @Failures,
                locked_until_us = @LockedUntilUs, roles = @Roles, stores = @Stores, stamp = @Stamp,
                disabled_us = @DisabledUs, invitation_hash = @InvitationHash,
                invited_until_us = @InvitedUntilUs, totp_secret = @TotpSecret, totp_step = @TotpStep
            WHERE name = @Name
            """,
            member);

    private static void ReplaceRecoveryCodes(DbSession db, string owner, IReadOnlyList<string> hashes)
    {
        db.Run("DELETE FROM staff_recovery_code WHERE owner = @owner", new { owner });
        foreach (var hash in hashes)
        {
            db.Run(
                "INSERT INTO staff_recovery_code (owner, code_hash) VALUES (@owner, @hash)",
                new { owner, hash });
        }
    }

    private static void Audit(
        DbSession db, StaffChange change, string name, string? before, string? after) =>
        AuditLog.Write(
            db, UnixTime.Microseconds(change.At), change.By, change.Action, SubjectOf(name),
            JsonSerializer.Serialize(
                new StaffWords(before, after, change.Why), StaffJson.Default.StaffWords));

    private static string WordsOf(StaffMember member) =>
        $"{member.Roles} in {member.Stores}"
        + (member.DisabledUs is null ? "" : ", disabled")
        + (member.TotpSecret is null ? "" : ", second factor");

    // After the commit: who reads in between reads what was before, and once.
    private void Forget(string name)
    {
        lock (_lock)
            _known = null;
        SessionsEnded?.Invoke(name);
    }
}
