using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>Points that are given, spent and expire together.</summary>
/// <param name="ActiveOn">The first day on which they may be spent.</param>
/// <param name="ExpiresOn">The first day on which they no longer may; null for never.</param>
internal sealed record PointsLine(DateOnly ActiveOn, DateOnly? ExpiresOn, long Points);

/// <summary>What a member has, as far as it has been reported.</summary>
/// <param name="OnCards">On all his cards.</param>
/// <param name="OnAccount">Beside them, below zero where they are owed.</param>
/// <param name="Pending">Given for later; in no other figure.</param>
/// <param name="Lots">What expires soonest first; those that wait come with the day from which they do
/// not.</param>
internal sealed record MemberPoints(
    long OnCards, long OnAccount, long Pending, IReadOnlyList<PointsLine> Lots);

/// <summary>Reckons members' points by when they expire.</summary>
internal sealed class MemberPointsReport(Database database, TimeProvider clock)
{
    public MemberPoints Of(Member member) => database.Read(db =>
    {
        var lots = LotBook.Of(db, member, StoreDays.BegunEverywhere(db, clock.GetUtcNow()));
        return new MemberPoints(
            db.Value<long>(
                """
                SELECT COALESCE(SUM(points), 0) FROM posting
                WHERE account = @account AND owner IN (SELECT number FROM card WHERE member = @Id)
                """,
                new { account = (long)AccountKind.MemberOnCard, member.Id }),
            LedgerBook.BalanceOnAccount(db, member.Id),
            db.Value<long>(
                "SELECT COALESCE(SUM(points), 0) FROM posting WHERE account = @account AND owner = @Id",
                new { account = (long)AccountKind.Pending, member.Id }),
            [
                .. lots.Lots.Where(lot => lot.Remaining > 0)
                    .GroupBy(lot => (lot.ActiveOn, lot.ExpiresOn))
                    .Select(day => new PointsLine(
                        day.Key.ActiveOn, day.Key.ExpiresOn, day.Sum(lot => lot.Remaining)))
                    .OrderBy(line => line.ExpiresOn ?? DateOnly.MaxValue).ThenBy(line => line.ActiveOn),
            ]);
    });
}
