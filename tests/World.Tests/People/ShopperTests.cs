namespace SmartCardCrm.World.Tests;

public class ShopperTests
{
    private const int Stores = 4;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 6, 0, 0, TimeSpan.FromHours(3));

    private static Shopper Member(ulong seed) => new(Dice.For(seed, "shopper"), Stores);

    private static double QuantileOf(List<double> sorted, double share) =>
        sorted[(int)(share * (sorted.Count - 1))];

    [Fact]
    public void Baskets_cost_what_they_cost_in_the_measured_year()
    {
        var member = Member(1);

        List<double> amounts = [.. Enumerable.Range(0, 100_000)
            .Select(_ => (double)member.NextVisit().AmountMinor).Where(amount => amount <= 10000).Order()];

        foreach (var (share, value) in Habits.AmountMinor.Points.Where(point => point.Share < 0.999))
            Assert.InRange(QuantileOf(amounts, share), (value * 0.95) - 5, (value * 1.05) + 5);
        Assert.InRange(amounts.Count(amount => amount < 100) / (double)amounts.Count, 0.085, 0.105);
    }

    [Fact]
    public void Members_come_as_often_as_the_measured_households()
    {
        List<double> means = [.. Enumerable.Range(0, 2000)
            .Select(seed => MeanDaysBetweenVisits(Member((ulong)seed), visits: 300)).Order()];

        // A visit waits for the next opening and for its hour: half a day more or less.
        foreach (var (share, days) in Habits.MeanGapDays.Points.Where(point => point.Share is > 0 and < 1))
            Assert.InRange(QuantileOf(means, share), (days * 0.9) - 0.5, (days * 1.12) + 0.5);
    }

    [Fact]
    public void Times_between_visits_scatter_about_a_members_mean_as_measured()
    {
        var member = Member(5);
        var now = Start;
        List<double> gaps = [];
        for (var visit = 0; visit < 50_000; visit++)
        {
            var gap = member.UntilNextVisit(now);
            now += gap;
            gaps.Add(gap / member.MeanGap);
        }

        gaps.Sort();

        var hours = TimeSpan.FromHours(10) / member.MeanGap;
        foreach (var (share, ratio) in Habits.GapOfMean.Points.Where(point => point.Share is > 0 and < 0.995))
            Assert.InRange(QuantileOf(gaps, share), (ratio * 0.95) - hours, (ratio * 1.05) + hours);
    }

    [Fact]
    public void Visits_fall_into_the_hours_of_the_day_as_measured()
    {
        var member = Member(3);
        var byHour = new int[24];
        var now = Start;
        const int Visits = 50_000;
        for (var visit = 0; visit < Visits; visit++)
        {
            now += member.UntilNextVisit(now);
            byHour[now.Hour]++;
        }

        for (var hour = 0; hour < 24; hour++)
        {
            var index = hour - Habits.Opening;
            var share = index >= 0 && index < Habits.VisitsByHour.Count
                ? Habits.VisitsByHour[index] / (double)Habits.VisitsByHour.Sum()
                : 0;
            Assert.InRange(byHour[hour] / (double)Visits, share * 0.9, share * 1.1);
        }
    }

    [Fact]
    public void A_member_keeps_to_one_store_as_much_as_the_measured_households()
    {
        List<double> shares = [.. Enumerable.Range(0, 1000)
            .Select(seed => MainStoreShare(Member((ulong)seed))).Order()];

        foreach (var (share, measured) in Habits.MainStoreShare.Points.Where(point => point.Share >= 0.2))
            Assert.InRange(QuantileOf(shares, share), measured - 0.05, measured + 0.05);
    }

    [Fact]
    public void Some_visits_reach_for_the_limits()
    {
        var member = Member(4);

        List<Visit> visits = [.. Enumerable.Range(0, 10_000).Select(_ => member.NextVisit())];

        Assert.Contains(visits, visit => visit.AmountMinor == 0);
        Assert.Contains(visits, visit => visit.AmountMinor == int.MaxValue);
        Assert.Contains(visits, visit => visit.PointsAsked == Shopper.AllPoints);
        Assert.Contains(visits, visit => visit.PointsAsked is > 1_000_000 and < Shopper.AllPoints);
        Assert.InRange(visits.Count(visit => visit.PointsAsked == 0), 7_500, 8_500);
    }

    private static double MeanDaysBetweenVisits(Shopper member, int visits)
    {
        var now = Start;
        for (var visit = 0; visit < visits; visit++)
            now += member.UntilNextVisit(now);
        return (now - Start).TotalDays / visits;
    }

    private static double MainStoreShare(Shopper member)
    {
        var visits = Enumerable.Range(0, 1000).GroupBy(_ => member.Store());
        return visits.Max(store => store.Count()) / 1000.0;
    }
}
