using CsCheck;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

/// <summary>Which tier a member has.</summary>
public sealed class TierTests
{
    private static readonly Tiers Yearly = new()
    {
        Levels = [new TierLevel(1, "Silver", 1_000), new TierLevel(2, "Gold", 5_000)],
    };

    private static readonly RuleSet Rules = new(1, 1, "USD", 100, 1_000_000, []);

    private static readonly Gen<Qualifying> Purchase =
        from day in Gen.Int[0, 1500]
        from amount in Gen.Long[0, 3_000]
        select new Qualifying(Day(2024, 1, 1).AddDays(day), amount);

    private static readonly Gen<Tiers> AnyTiers =
        from months in Gen.Int[0, 5].Select(at => new[] { 1, 2, 3, 4, 6, 12 }[at])
        from first in Gen.Int[1, 12]
        from kept in Gen.Int[0, 3]
        from fall in Gen.Enum<TierFall>()
        select Yearly with { CycleMonths = months, FirstMonth = first, KeptCycles = kept, Fall = fall };

    [Fact]
    public void A_level_is_had_on_the_day_on_which_it_is_reached()
    {
        Qualifying[] purchases = [new(Day(2026, 2, 1), 600), new(Day(2026, 3, 1), 400)];

        var before = Of(Yearly, purchases[..1], Day(2026, 3, 1));
        var after = Of(Yearly, purchases, Day(2026, 3, 1));

        Assert.Equal(((byte)0, 600L, "Silver"), (before.Tier, before.Qualified, before.Next?.Name));
        Assert.Equal(((byte)1, 1_000L, "Gold"), (after.Tier, after.Qualified, after.Next?.Name));
        Assert.Null(before.Through);
        Assert.Equal(Day(2027, 12, 31), after.Through);
    }

    [Theory]
    [InlineData(0, "2026-12-31")]
    [InlineData(1, "2027-12-31")]
    [InlineData(2, "2028-12-31")]
    public void It_is_kept_for_so_many_cycles_more(int kept, string through)
    {
        var tiers = Yearly with { KeptCycles = kept };
        Qualifying[] purchases = [new(Day(2026, 6, 30), 7_000)];
        var last = DateOnly.ParseExact(through, "yyyy-MM-dd", null);

        Assert.Equal(last, Of(tiers, purchases, Day(2026, 6, 30)).Through);
        Assert.Equal(2, Of(tiers, purchases, last).Tier);
        Assert.Equal(0, Of(tiers, purchases, last.AddDays(1)).Tier);
    }

    [Theory]
    [InlineData(TierFall.AsQualified, 0, 0)]
    [InlineData(TierFall.OneLevel, 1, 0)]
    public void Who_does_not_keep_it_falls_to_what_he_reached_or_one_level(TierFall fall, int then, int later)
    {
        var tiers = Yearly with { Fall = fall };
        Qualifying[] purchases = [new(Day(2024, 5, 5), 5_000)];

        Assert.Equal(2, Of(tiers, purchases, Day(2025, 12, 31)).Tier);
        Assert.Equal(then, Of(tiers, purchases, Day(2026, 1, 1)).Tier);
        Assert.Equal(later, Of(tiers, purchases, Day(2027, 1, 1)).Tier);
    }

    [Fact]
    public void Who_reaches_less_than_he_has_keeps_the_higher_until_its_end()
    {
        Qualifying[] purchases = [new(Day(2025, 5, 5), 5_000), new(Day(2026, 5, 5), 1_200)];

        Assert.Equal(2, Of(Yearly, purchases, Day(2026, 5, 5)).Tier);
        Assert.Equal(1, Of(Yearly, purchases, Day(2027, 1, 1)).Tier);
    }

    [Theory]
    [InlineData(12, 4, "2026-03-31", "2025-04-01")]
    [InlineData(12, 4, "2026-04-01", "2026-04-01")]
    [InlineData(3, 1, "2026-06-30", "2026-04-01")]
    [InlineData(3, 2, "2026-01-15", "2025-11-01")]
    [InlineData(1, 1, "2026-02-28", "2026-02-01")]
    public void Cycles_begin_in_their_month(int months, int first, string day, string begin) =>
        Assert.Equal(
            DateOnly.ParseExact(begin, "yyyy-MM-dd", null),
            (Yearly with { CycleMonths = months, FirstMonth = first })
                .CycleOf(DateOnly.ParseExact(day, "yyyy-MM-dd", null)));

    [Fact]
    public void A_grant_counts_before_what_was_bought_and_only_while_it_lasts()
    {
        Qualifying[] purchases = [new(Day(2026, 2, 1), 1_000)];
        TierGrant[] grants =
        [
            new(2, Day(2026, 3, 1), Day(2026, 3, 31)), new(0, Day(2026, 3, 10), Day(2026, 3, 12)),
        ];

        Assert.Equal(
            [1, 2, 2, 0, 0, 2, 2, 1],
            new[] { 28, 29, 37, 38, 40, 41, 59, 60 }.Select(day => Day(2026, 1, 31).AddDays(day))
                .Select(day => (int)TierStanding.Of(Yearly, purchases, grants, day).Tier));
        var granted = TierStanding.Of(Yearly, purchases, grants, Day(2026, 3, 2));
        Assert.Equal((true, Day(2026, 3, 9)), (granted.IsGranted, granted.Through));
    }

    [Fact]
    public void A_programme_without_levels_has_tier_0() =>
        Assert.Equal(
            new TierStanding(0, false, 9_000, null, null),
            Of(new Tiers(), [new(Day(2026, 2, 1), 9_000)], Day(2026, 2, 1)));

    public static TheoryData<Tiers> OutOfRange => new(
        Yearly with { CycleMonths = 5 }, Yearly with { CycleMonths = 0 }, Yearly with { FirstMonth = 13 },
        Yearly with { KeptCycles = -1 }, Yearly with { KeptCycles = 13 }, Yearly with { Fall = (TierFall)2 },
        Yearly with { Counts = (TierMeasure)2 }, Yearly with { Levels = [.. Yearly.Levels.Reverse()] },
        Yearly with { Levels = [new TierLevel(0, "None", 1)] },
        Yearly with { Levels = [new TierLevel(1, "", 1)] },
        Yearly with { Levels = [new TierLevel(1, "A", 0)] },
        Yearly with { Levels = [new TierLevel(1, "A", 5), new TierLevel(2, "B", 5)] },
        Yearly with
        {
            Levels = [.. Enumerable.Range(1, 11).Select(i => new TierLevel((byte)i, "A", i))],
        });

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void A_document_with_tiers_out_of_range_is_refused(Tiers tiers)
    {
        var wrong = Assert.Throws<FormatException>(
            () => RuleSet.FromDocument((Rules with { Tiers = tiers }).ToDocument()));

        Assert.EndsWith("tiers.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tiers_are_in_the_document() =>
        Assert.Equal(Yearly, RuleSet.FromDocument((Rules with { Tiers = Yearly }).ToDocument()).Tiers);

    [Fact]
    public void A_document_may_name_its_levels_alone()
    {
        var document = """
            { "version": 1, "programme": 1, "currency": "USD", "minorPerUnit": 100, "cardBalanceMost": 1000,
              "rules": [],
              "tiers": { "levels": [ { "tier": 1, "name": "Silver", "from": 1000 },
                                     { "tier": 2, "name": "Gold", "from": 5000 } ] } }
            """u8;

        Assert.Equal(Yearly, RuleSet.FromDocument(document).Tiers);
    }

    // What is said of the end is what comes, and the day after it something else.
    [Fact]
    public void The_last_day_is_the_last_day() =>
        (from tiers in AnyTiers
         from purchases in Purchase.Array[0, 12]
         select (tiers, purchases)).Sample(one =>
        {
            var today = Day(2028, 3, 1);
            var standing = Of(one.tiers, one.purchases, today);
            if (standing.Through is not { } through)
                return standing.Tier == 0;
            return Of(one.tiers, one.purchases, through).Tier == standing.Tier
                && Of(one.tiers, one.purchases, through.AddDays(1)).Tier < standing.Tier;
        });

    [Fact]
    public void The_order_of_purchases_does_not_matter_and_more_never_lowers_a_tier() =>
        (from tiers in AnyTiers
         from purchases in Purchase.Array[0, 12]
         from more in Purchase
         select (tiers, purchases, more)).Sample(one =>
        {
            var today = Day(2028, 3, 1);
            var tier = Of(one.tiers, one.purchases, today).Tier;
            return Of(one.tiers, [.. one.purchases.Reverse()], today).Tier == tier
                && Of(one.tiers, [.. one.purchases, one.more], today).Tier >= tier;
        });

    private static TierStanding Of(Tiers tiers, Qualifying[] purchases, DateOnly today) =>
        TierStanding.Of(tiers, purchases.Where(purchase => purchase.Day <= today), [], today);

    private static DateOnly Day(int year, int month, int day) => new(year, month, day);
}
