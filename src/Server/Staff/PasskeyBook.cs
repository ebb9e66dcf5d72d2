using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Staff;

/// <summary>A passkey, as lists have it.</summary>
internal sealed record PasskeyRow
{
    /// <summary>Base64url.</summary>
    public string CredentialId { get; init; } = "";

    /// <summary>What its owner calls it.</summary>
    public string Title { get; init; } = "";
    public long CreatedUs { get; init; }

    /// <summary>Null where it has let nobody in so far.</summary>
    public long? UsedUs { get; init; }
}

/// <summary>
/// The passkeys of staff, in the book, where ASP.NET Core Identity's handler looks for them. People are
/// changed by <see cref="StaffStore"/> alone.
/// </summary>
internal sealed class PasskeyBook(Database database, StaffStore staff, TimeProvider clock)
    : IUserPasskeyStore<StaffMember>
{
    /// <summary>By what authenticators know somebody: 64 characters that do not tell his name.</summary>
    public static string HandleOf(string name) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    /// <summary>All of somebody's, the oldest first.</summary>
    public IReadOnlyList<PasskeyRow> Of(string owner) => database.Read(db => db.List<PasskeyRow>(
        """
        SELECT credential_id, title, created_us, used_us FROM staff_passkey
        WHERE owner = @owner ORDER BY created_us, credential_id
        """,
        new { owner }));

    /// <summary>Takes a new one on.</summary>
    public void Add(string owner, UserPasskeyInfo passkey, string title) => database.Write(db =>
    {
        db.Run(
            """
            INSERT INTO staff_passkey (credential_id, owner, title, public_key, sign_count, transports,
                backup_eligible, backed_up, created_us)
            VALUES (@id, @owner, @title, @PublicKey, @signCount, @transports, @eligible, @backedUp, @now)
            """,
            new
            {
                id = Base64Url.EncodeToString(passkey.CredentialId),
                owner,
                title,
                passkey.PublicKey,
                signCount = (long)passkey.SignCount,
                transports = string.Join(' ', passkey.Transports ?? []),
                eligible = passkey.IsBackupEligible ? 1L : 0,
                backedUp = passkey.IsBackedUp ? 1L : 0,
                now = clock.Microseconds(),
            });
        Audit(db, owner, AuditAction.StaffPasskeyAdded, owner);
    });

    /// <summary>Notes that one has let its owner in.</summary>
    /// <param name="passkey">As it is after that.</param>
    public void Used(UserPasskeyInfo passkey) => database.Write(db => db.Run(
        """
        UPDATE staff_passkey SET sign_count = @signCount, backed_up = @backedUp, used_us = @now
        WHERE credential_id = @id
        """,
        new
        {
            id = Base64Url.EncodeToString(passkey.CredentialId),
            signCount = (long)passkey.SignCount,
            backedUp = passkey.IsBackedUp ? 1L : 0,
            now = clock.Microseconds(),
        }));

    /// <summary>Takes one away.</summary>
    /// <returns>False where its owner has no such passkey.</returns>
    public bool Remove(string owner, string credentialId, string by) => database.Write(db =>
    {
        var removed = db.Run(
            "DELETE FROM staff_passkey WHERE owner = @owner AND credential_id = @credentialId",
            new { owner, credentialId }) == 1;
        if (removed)
            Audit(db, by, AuditAction.StaffPasskeyRemoved, owner);
        return removed;
    });

    /// <inheritdoc/>
    public Task<StaffMember?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Task.FromResult(staff.All().FirstOrDefault(member => HandleOf(member.Name) == userId));

    /// <inheritdoc/>
    public Task<StaffMember?> FindByNameAsync(
        string normalizedUserName, CancellationToken cancellationToken) =>
        Task.FromResult(staff.Find(StaffName.Canonical(normalizedUserName)));

    /// <inheritdoc/>
    public Task<StaffMember?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        var owner = database.Read(db => db.List<string>(
            "SELECT owner FROM staff_passkey WHERE credential_id = @id",
            new { id = Base64Url.EncodeToString(credentialId) })).SingleOrDefault();
        return Task.FromResult(owner is null ? null : staff.Find(owner));
    }

    /// <inheritdoc/>
    public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(
        StaffMember user, CancellationToken cancellationToken) =>
        Task.FromResult<IList<UserPasskeyInfo>>([.. Kept(user.Name).Select(one => one.ToInfo())]);

    /// <inheritdoc/>
    public Task<UserPasskeyInfo?> FindPasskeyAsync(
        StaffMember user, byte[] credentialId, CancellationToken cancellationToken)
    {
        var id = Base64Url.EncodeToString(credentialId);
        return Task.FromResult(Kept(user.Name).FirstOrDefault(one => one.CredentialId == id)?.ToInfo());
    }

    /// <inheritdoc/>
    public Task<string> GetUserIdAsync(StaffMember user, CancellationToken cancellationToken) =>
        Task.FromResult(HandleOf(user.Name));

    /// <inheritdoc/>
    public Task<string?> GetUserNameAsync(StaffMember user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.Name);

    /// <inheritdoc/>
    public Task<string?> GetNormalizedUserNameAsync(StaffMember user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.Name);

    // Identity's handler changes nobody, and neither does anything else through here.

    /// <inheritdoc/>
    public Task AddOrUpdatePasskeyAsync(
        StaffMember user, UserPasskeyInfo passkey, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task RemovePasskeyAsync(
        StaffMember user, byte[] credentialId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task SetUserNameAsync(StaffMember user, string? userName, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task SetNormalizedUserNameAsync(
        StaffMember user, string? normalizedName, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IdentityResult> CreateAsync(StaffMember user, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IdentityResult> UpdateAsync(StaffMember user, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<IdentityResult> DeleteAsync(StaffMember user, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public void Dispose()
    {
        // The database is the server's.
    }

    private IReadOnlyList<KeptPasskey> Kept(string owner) => database.Read(db => db.List<KeptPasskey>(
        """
        SELECT credential_id, public_key, sign_count, transports, backup_eligible, backed_up, created_us
        FROM staff_passkey WHERE owner = @owner
        """,
        new { owner }));

    private void Audit(DbSession db, string by, string action, string owner) =>
        AuditLog.Write(db, clock.Microseconds(), by, action, StaffStore.SubjectOf(owner));

    private sealed class KeptPasskey
    {
        public string CredentialId { get; init; } = "";
        public byte[] PublicKey { get; init; } = [];
        public long SignCount { get; init; }
        public string Transports { get; init; } = "";
        public long BackupEligible { get; init; }
        public long BackedUp { get; init; }
        public long CreatedUs { get; init; }

        // What proved that the authenticator made the key is not kept: nobody asks for it again.
        public UserPasskeyInfo ToInfo() => new(
            Base64Url.DecodeFromChars(CredentialId), PublicKey, UnixTime.FromMicroseconds(CreatedUs),
            (uint)SignCount, Transports.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            isUserVerified: true, BackupEligible == 1, BackedUp == 1, attestationObject: [],
            clientDataJson: []);
    }
}
