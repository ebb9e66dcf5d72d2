using System.Text;
using CsCheck;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class LimitsTests
{
    private static readonly Limits Some = new(
        Terminal: 9, Version: 1, OperationMost: 500, CardMost: 800, CardOperationsMost: 10, DayMost: 2000,
        StrangerMost: 100, ReplicaHoursMost: 48);

    [Theory]
    [InlineData(0, 0, 0, 0, false, 500, RedemptionLimit.OfflineOperation)]
    [InlineData(0, 0, 0, 0, true, 100, RedemptionLimit.OfflineStranger)]
    [InlineData(301, 0, 0, 0, false, 499, RedemptionLimit.OfflineCard)]
    [InlineData(900, 0, 0, 0, false, 0, RedemptionLimit.OfflineCard)]
    [InlineData(0, 10, 0, 0, false, 0, RedemptionLimit.OfflineCard)]
    [InlineData(0, 9, 1501, 0, false, 499, RedemptionLimit.OfflineDay)]
    [InlineData(0, 0, 3_000_000_000, 0, false, 0, RedemptionLimit.OfflineDay)]
    [InlineData(0, 0, 1950, 0, true, 50, RedemptionLimit.OfflineDay)]
    [InlineData(0, 0, 0, 48, false, 500, RedemptionLimit.OfflineOperation)]
    [InlineData(0, 0, 0, 49, false, 0, RedemptionLimit.ReplicaOld)]
    [InlineData(0, 0, 0, -1, false, 500, RedemptionLimit.OfflineOperation)]
    [InlineData(0, 0, 0, -2, false, 0, RedemptionLimit.ReplicaOld)]
    public void The_tightest_limit_says_how_much_and_which_it_is(
        int cardPoints, int cardOperations, long dayPoints, int ageHours, bool isStranger, int most,
        RedemptionLimit limit)
    {
        var now = new Standing(
            cardPoints, cardOperations, dayPoints, TimeSpan.FromHours(ageHours), isStranger);

        Assert.Equal(new Allowance(most, limit), Some.Allow(now));
    }

    [Fact]
    public void Nothing_below_zero_and_nothing_above_any_limit_is_allowed() =>
        Gen.Select(
            Gen.Int[0, int.MaxValue], Gen.Int[0, 255], Gen.Long[0, long.MaxValue], Gen.Int[0, 60],
            Gen.Bool).Sample((points, operations, day, age, stranger) =>
        {
            var now = new Standing(points, operations, day, TimeSpan.FromHours(age), stranger);

            var allowance = Some.Allow(now);

            Assert.InRange(allowance.PointsMost, 0, Some.OperationMost);
            Assert.True(allowance.PointsMost == 0 || points + (long)allowance.PointsMost <= Some.CardMost);
            Assert.True(allowance.PointsMost == 0 || day + allowance.PointsMost <= Some.DayMost);
        });

    [Theory]
    [InlineData(Mode.Distributed, null, 0)]
    [InlineData(Mode.Centralised, null, 0)]
    [InlineData(Mode.Centralised, Mode.Distributed, 0)]
    [InlineData(Mode.Autonomous, null, 500)]
    [InlineData(Mode.Centralised, Mode.Autonomous, 500)]
    public void Only_who_may_decide_alone_redeems_whatever_the_age_of_what_headquarters_said(
        Mode mode, Mode? fallback, int most)
    {
        var redeeming = new OperationMode(mode, fallback);
        var limits = Some with { Modes = new OperationModes(Redeem: redeeming) };
        var old = TimeSpan.FromDays(400);

        Assert.Equal(most, limits.Allow(new Standing(0, 0, 0, old, IsStranger: false)).PointsMost);
        Assert.Equal(most == 0, limits.IsTooOldToRedeem(old));
    }

    [Theory]
    [InlineData(Mode.Distributed, 48, true)]
    [InlineData(Mode.Distributed, 49, false)]
    [InlineData(Mode.Autonomous, 49, true)]
    public void Supervisors_adjust_for_as_long_as_customers_may_redeem(Mode mode, int ageHours, bool may)
    {
        var limits = Some with
        {
            AdjustmentMost = 10,
            AdjustmentDayMost = 10,
            Modes = new OperationModes(Adjust: new OperationMode(mode)),
        };

        Assert.Equal(may, limits.AllowAdjustment(-10, 0, TimeSpan.FromHours(ageHours)));
    }

    [Fact]
    public void Limits_survive_their_document() =>
        Assert.Equal(Some, Limits.FromDocument(Some.ToDocument()));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"terminal":9}""")]
    public void A_document_of_another_shape_is_refused(string document) =>
        Assert.Throws<FormatException>(() => Limits.FromDocument(Encoding.UTF8.GetBytes(document)));

    [Fact]
    public void A_document_with_a_value_out_of_range_is_refused() => Assert.All(
        [
            Some with { Version = 0 }, Some with { OperationMost = -1 }, Some with { CardMost = -1 },
            Some with { CardOperationsMost = 256 }, Some with { CardOperationsMost = -1 },
            Some with { DayMost = -1 }, Some with { StrangerMost = -1 }, Some with { ReplicaHoursMost = -1 },
            Some with { ReplicaHoursMost = 24 * 366 + 1 },
        ],
        limits => Assert.Throws<FormatException>(() => Limits.FromDocument(limits.ToDocument())));
}
