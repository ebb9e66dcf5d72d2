using System.Globalization;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>A tier that somebody gave a member.</summary>
internal sealed record TierGrantRow
{
    public long Number { get; init; }
    public long Tier { get; init; }

    /// <summary>yyyy-MM-dd, the first day.</summary>
    public string FromDay { get; init; } = "";

    /// <summary>yyyy-MM-dd, the last day.</summary>
    public string ThroughDay { get; init; } = "";
    public string Reason { get; init; } = "";
    public string DoneBy { get; init; } = "";
    public long DoneUs { get; init; }
    public string? RevokedBy { get; init; }
    public long? RevokedUs { get; init; }
}

/// <summary>What somebody wants to give.</summary>
/// <param name="Tier">One of the programme's levels, or 0 for none.</param>
/// <param name="Through">The last day, today or later.</param>
/// <param name="Reason">1 to 200 characters.</param>
/// <param name="By">Who does it, 1 to 64 characters.</param>
internal sealed record WantedGrant(byte Tier, DateOnly Through, string Reason, string By);

/// <summary>Where a member stands, and what was given to him.</summary>
internal sealed record MemberTier(TierStanding Standing, string TierName, IReadOnlyList<TierGrantRow> Grants);

/// <summary>Gives members tiers, whatever they buy, and takes them back.</summary>
internal sealed class TierGrants(Database database, ICardSecrets secrets, TimeProvider clock)
{
    private const int ReasonMost = 200;
    private const int ByMost = 64;

    // A card holds days to 2179.
    private static readonly DateOnly DayLimit = new(2150, 1, 1);

    /// <summary>Null where there is no such member.</summary>
    public MemberTier? Of(long member) => database.Read(db =>
    {
        if (MemberBook.Find(db, member) is not { } found)
            return null;
        var standing = TierBook.Of(db, found, StoreDays.BegunEverywhere(db, clock.GetUtcNow()));
        var level = ProgrammeBook.Current(db, found.Programme).Tiers.Levels
            .FirstOrDefault(level => level.Tier == standing.Tier);
        return new MemberTier(standing, level?.Name ?? "", All(db, member));
    });

    /// <summary>Gives a tier from today on.</summary>
    /// <returns>Null where it is done, else a stable code that says why not.</returns>
    public string? Give(long member, WantedGrant wanted) => database.Write(db =>
    {
        var today = StoreDays.BegunEverywhere(db, clock.GetUtcNow());
        if (MemberBook.Find(db, member) is not { } found)
            return "member-unknown";
        if (Refusal(db, found, wanted, today) is { } refusal)
            return refusal;
        var number = db.Value<long>("SELECT COALESCE(MAX(number), 0) + 1 FROM tier_grant");
        db.Run(
            """
            INSERT INTO tier_grant (number, member, tier, from_day, through_day, reason, done_by, done_us)
            VALUES (@number, @member, @tier, @from, @through, @Reason, @By, @now)
            """,
            new
            {
                number,
                member,
                tier = (long)wanted.Tier,
                from = Text(today),
                through = Text(wanted.Through),
                Reason = wanted.Reason.Trim(),
                By = wanted.By.Trim(),
                now = clock.Microseconds(),
            });
        Change(db, found, today, wanted.By, AuditAction.TierGranted,
            $$"""{"grant":{{number}},"tier":{{wanted.Tier}},"through":"{{Text(wanted.Through)}}"}""");
        return null;
    });

    /// <summary>Takes one back, as if it had never been given.</summary>
    /// <inheritdoc cref="Give"/>
    public string? Revoke(long member, long number, string by) => database.Write(db =>
    {
        if (string.IsNullOrWhiteSpace(by) || by.Length > ByMost)
            return "by-length";
        if (MemberBook.Find(db, member) is not { } found)
            return "member-unknown";
        var revoked = db.Run(
            """
            UPDATE tier_grant SET revoked_by = @by, revoked_us = @now
            WHERE number = @number AND member = @member AND revoked_us IS NULL
            """,
            new { by = by.Trim(), now = clock.Microseconds(), number, member });
        if (revoked == 0)
            return "grant-unknown";
        Change(
            db, found, StoreDays.BegunEverywhere(db, clock.GetUtcNow()), by, AuditAction.TierRevoked,
            $$"""{"grant":{{number}}}""");
        return null;
    });

    /// <summary>Those of a member that were not taken back, the oldest first.</summary>
    public static IReadOnlyList<TierGrant> InForce(DbSession db, long member) =>
    [
        .. All(db, member).Where(row => row.RevokedUs is null).Reverse()
            .Select(row => new TierGrant((byte)row.Tier, DayOf(row.FromDay), DayOf(row.ThroughDay))),
    ];

    private static IReadOnlyList<TierGrantRow> All(DbSession db, long member) => db.List<TierGrantRow>(
        """
        SELECT number, tier, from_day, through_day, reason, done_by, done_us, revoked_by, revoked_us
        FROM tier_grant WHERE member = @member ORDER BY number DESC
        """,
        new { member });

    private static string? Refusal(DbSession db, Member member, WantedGrant wanted, DateOnly today) =>
        string.IsNullOrWhiteSpace(wanted.By) || wanted.By.Length > ByMost ? "by-length"
        : wanted.Reason.Trim() is { Length: 0 or > ReasonMost } ? "reason-length"
        : wanted.Through < today || wanted.Through >= DayLimit ? "day-out-of-range"
        : wanted.Tier != 0 && ProgrammeBook.Current(db, member.Programme).Tiers.Levels
            .All(level => level.Tier != wanted.Tier) ? "tier-unknown"
        : null;

    private void Change(
        DbSession db, Member member, DateOnly today, string by, string action, string detail)
    {
        AuditLog.Write(db, clock.Microseconds(), by.Trim(), action, $"member:{member.Id}", detail);
        MemberDays.Review(new OpenBook(db, secrets, clock.Microseconds()), member, today);
    }

    private static string Text(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    private static DateOnly DayOf(string text) =>
        DateOnly.ParseExact(text, "O", CultureInfo.InvariantCulture);
}
