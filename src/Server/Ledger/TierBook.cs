using System.Globalization;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>Which tier members have, reckoned anew from all that they have bought, by the levels in
/// force.</summary>
internal static class TierBook
{
    /// <summary>Where a member stands, by what has arrived so far.</summary>
    public static TierStanding Of(DbSession db, Member member, DateOnly today) => TierStanding.Of(
        ProgrammeBook.Current(db, member.Programme).Tiers, Purchases(db, member, today),
        TierGrants.InForce(db, member.Id), today);

    /// <summary>Has the member's card take the tier that he has.</summary>
    /// <returns>The next day that changes something by itself; null for none.</returns>
    public static DateOnly? Review(OpenBook book, Member member, DateOnly today)
    {
        var standing = Of(book.Db, member, today);
        Note(book.Db, member.Id, standing);
        if (Card.FindOf(book.Db, member.Id) is { } card)
            CardActionQueue.SetTier(book, card, standing.Tier);
        return standing.Through?.AddDays(1);
    }

    // Points that supervisors give do not count.
    private static IEnumerable<Qualifying> Purchases(DbSession db, Member member, DateOnly today)
    {
        var measure = ProgrammeBook.Current(db, member.Programme).Tiers.Counts;
        var rows = MemberRows.Of(db, member.Id);
        var history = new MemberHistory(rows, member, today);
        var later = LotBook.LaterOf(rows, member.Id);
        var back = history.Returns().ToLookup(one => one.Sale);
        foreach (var sale in history.Operations().Where(operation => operation.IsSale))
        {
            var rules = history.RulesOf(sale.RuleSet);
            var counts = measure == TierMeasure.Points
                ? Math.Max(sale.Given, later.GetValueOrDefault(sale.Place))
                    - back[sale.Place].Sum(one => one.TakenBack)
                : Paid(sale.AmountMinor, sale.Spent, rules)
                    - back[sale.Place].Sum(one => Paid(PriceOf(db, one), one.GivenBack, rules));
            yield return new Qualifying(history.DayOf(sale), Math.Max(counts, 0));
        }
    }

    private static long Paid(long amountMinor, long points, RuleSet rules) =>
        amountMinor - points * rules.Redemption.PointValueMinor;

    // Without a card only the till knows.
    private static long PriceOf(DbSession db, MemberReturn back) =>
        -(back.AmountMinor != 0 ? back.AmountMinor : ReturnJudge.TermsAt(db, back.Place)?.AmountMinor ?? 0);

    private static void Note(DbSession db, long member, TierStanding standing)
    {
        db.Run("DELETE FROM member_tier WHERE member = @member", new { member });
        if (standing.Tier == 0)
            return;
        db.Run(
            """
            INSERT INTO member_tier (member, tier, granted, through_day)
            VALUES (@member, @tier, @granted, @through)
            """,
            new
            {
                member,
                tier = (long)standing.Tier,
                granted = standing.IsGranted ? 1L : 0L,
                through = standing.Through?.ToString("O", CultureInfo.InvariantCulture) ?? "",
            });
    }
}
