using System.Buffers.Text;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Staff;

/// <summary>What a program shows in somebody's name, as lists have it.</summary>
internal sealed record StaffToken
{
    public string Owner { get; init; } = "";

    /// <summary>1, 2, 3 … for each owner.</summary>
    public long Number { get; init; }

    /// <summary>What it is for.</summary>
    public string Title { get; init; } = "";
    public long CreatedUs { get; init; }
    public long ExpiresUs { get; init; }
    public long? RevokedUs { get; init; }
}

/// <summary>Personal access tokens: who has one does what its owner may, in the owner's name. The book has
/// their hashes only.</summary>
internal sealed class StaffTokens(Database database, StaffStore staff, TimeProvider clock)
{
    public const int DaysMost = 366;
    public const int TitleMost = 64;

    private const string Columns = "owner, number, title, created_us, expires_us, revoked_us";

    /// <summary>Makes one for somebody who has just shown who he is.</summary>
    /// <param name="owner">Of the staff.</param>
    /// <param name="title">What it is for.</param>
    /// <param name="days">Until it expires, 1 to <see cref="DaysMost"/>.</param>
    /// <returns>The token, this once.</returns>
    public string Make(string owner, string title, int days)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = clock.GetUtcNow();
        database.Write(db =>
        {
            var number = db.Value<long>(
                """
                INSERT INTO staff_token (owner, number, title, token_hash, created_us, expires_us)
                SELECT @owner, COALESCE(MAX(number), 0) + 1, @title, @hash, @created, @expires
                FROM staff_token WHERE owner = @owner
                RETURNING number
                """,
                new
                {
                    owner,
                    title,
                    hash = HashOf(token),
                    created = UnixTime.Microseconds(now),
                    expires = UnixTime.Microseconds(now.AddDays(days)),
                });
            Audit(db, owner, AuditAction.StaffTokenMade, owner, number);
        });
        return token;
    }

    /// <summary>Who calls with a token; null where it is none, or no good any more.</summary>
    public ClaimsPrincipal? Identify(string token, string scheme)
    {
        var owner = database.Read(db => db.List<string>(
            """
            SELECT owner FROM staff_token
            WHERE token_hash = @hash AND revoked_us IS NULL AND expires_us > @now
            """,
            new { hash = HashOf(token), now = clock.Microseconds() })).SingleOrDefault();
        return owner is not null && staff.Known(owner) is { DisabledUs: null } member
            ? StaffPrincipal.Of(member, scheme)
            : null;
    }

    /// <summary>All of somebody's, the newest first.</summary>
    public IReadOnlyList<StaffToken> Of(string owner) =>
        database.Read(db => db.List<StaffToken>(
            $"SELECT {Columns} FROM staff_token WHERE owner = @owner ORDER BY number DESC", new { owner }));

    /// <summary>Makes one void.</summary>
    /// <returns>False where there is no such token, or it is void already.</returns>
    public bool Revoke(string owner, long number, string by) =>
        database.Write(db =>
        {
            var revoked = db.Run(
                """
                UPDATE staff_token SET revoked_us = @now
                WHERE owner = @owner AND number = @number AND revoked_us IS NULL
                """,
                new { owner, number, now = clock.Microseconds() }) == 1;
            if (revoked)
                Audit(db, by, AuditAction.StaffTokenRevoked, owner, number);
            return revoked;
        });

    private static string HashOf(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private void Audit(DbSession db, string by, string action, string owner, long number) =>
        AuditLog.Write(
            db, clock.Microseconds(), by, action, StaffStore.SubjectOf(owner), $$"""{"token":{{number}}}""");
}
