using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Ledger;

/// <summary>When a programme's levels change, every member is looked at by them.</summary>
internal static class TierReview
{
    /// <summary>The next members to look at; null where all have been.</summary>
    public static IReadOnlyList<long>? Next(DbSession db, int most)
    {
        foreach (var programme in db.List<long>("SELECT number FROM programme ORDER BY number"))
        {
            if (Next(db, programme, most) is { } members)
                return members;
        }

        return null;
    }

    private static IReadOnlyList<long>? Next(DbSession db, long programme, int most)
    {
        var rules = ProgrammeBook.Current(db, programme);
        var review = db.Find<Review>(
            "SELECT rule_set, member FROM tier_review WHERE programme = @programme", new { programme })
            ?? new Review();
        if (review.RuleSet == rules.Version && review.Member is null)
            return null;
        if (review.RuleSet != rules.Version)
        {
            var before = ProgrammeBook.Find(db, programme, review.RuleSet)?.Tiers ?? new Tiers();
            var isSame = review.Member is null && before.Equals(rules.Tiers);
            review = new Review { Member = isSame ? null : 0 };
        }

        var members = review.Member is not { } last ? [] : db.List<long>(
            """
            SELECT id FROM member WHERE programme = @programme AND id > @last ORDER BY id LIMIT @most
            """,
            new { programme, last, most });
        db.Run(
            """
            INSERT INTO tier_review (programme, rule_set, member) VALUES (@programme, @Version, @member)
            ON CONFLICT (programme) DO UPDATE SET rule_set = excluded.rule_set, member = excluded.member
            """,
            new
            {
                programme,
                Version = (long)rules.Version,
                member = members.Count > 0 ? members[^1] : (long?)null,
            });
        return members;
    }

    private sealed record Review
    {
        public long RuleSet { get; init; }

        /// <summary>Null for all.</summary>
        public long? Member { get; init; }
    }
}
