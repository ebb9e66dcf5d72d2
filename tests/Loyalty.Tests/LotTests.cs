using CsCheck;
using SmartCardCrm.Loyalty.Ledger;

namespace SmartCardCrm.Loyalty.Tests;

public sealed class LotTests
{
    private static readonly DateOnly First = new(2026, 1, 1);

    [Fact]
    public void Points_are_spent_from_the_lot_that_expires_soonest_and_those_that_never_do_last()
    {
        PointsMove[] moves =
        [
            Given(day: 0, lot: 1, points: 100, expires: null),
            Given(day: 1, lot: 2, points: 100, expires: 300),
            Given(day: 2, lot: 3, points: 100, expires: 200),
            Spent(day: 3, operation: 9, points: 150),
        ];

        Assert.Equal([100, 50, 0], Remaining(moves, day: 3));
        Assert.Equal((Day(300), 50), MemberLots.Of(moves, Day(3)).NextExpiry(Day(3)));
        Assert.Equal([100, 0, 0], Remaining(moves, day: 300));
        Assert.Equal([0, 50, 0], MemberLots.Of(moves, Day(300)).Lots.Select(lot => lot.Expired));
    }

    [Fact]
    public void A_lot_is_valid_through_the_day_before_it_expires()
    {
        PointsMove[] moves = [Given(day: 0, lot: 1, points: 10, expires: 30)];

        Assert.Equal([10], Remaining(moves, day: 29));
        Assert.Equal([0], Remaining(moves, day: 30));
        Assert.Equal(Day(30), MemberLots.Of(moves, Day(29)).NextDay(Day(29)));
        Assert.Null(MemberLots.Of(moves, Day(30)).NextDay(Day(30)));
    }

    [Fact]
    public void A_lot_that_is_not_active_yet_pays_for_nothing_until_it_is()
    {
        PointsMove[] moves =
        [
            Given(day: 0, lot: 1, points: 100, expires: null, active: 14),
            Spent(day: 1, operation: 9, points: 30),
        ];

        Assert.Equal(30, MemberLots.Of(moves, Day(13)).Owed);
        Assert.Equal([100], Remaining(moves, day: 13));
        Assert.Equal(0, MemberLots.Of(moves, Day(14)).Owed);
        Assert.Equal([70], Remaining(moves, day: 14));
    }

    [Fact]
    public void Goods_that_come_back_were_never_bought_also_where_their_points_were_spent_or_expired()
    {
        PointsMove[] moves =
        [
            Given(day: 0, lot: 1, points: 100, expires: 50),
            Given(day: 1, lot: 2, points: 100, expires: null),
            Spent(day: 2, operation: 9, points: 30),
            new PointsMove.TakenBack(Day(60), Lot: 1, Points: 80),
            new PointsMove.GivenBack(Day(61), Operation: 9, Points: 5),
        ];

        Assert.Equal([(0L, 70L), (100L, 0L)], After(moves[..3]));
        Assert.Equal([(0L, 0L), (90L, 0L)], After(moves[..4]));
        Assert.Equal([(0L, 0L), (95L, 0L)], After(moves));

        static IEnumerable<(long, long)> After(PointsMove[] moves) =>
            MemberLots.Of(moves, Day(61)).Lots.Select(lot => (lot.Remaining, lot.Expired));
    }

    [Fact]
    public void What_comes_back_of_nothing_that_is_known_moves_points_by_itself()
    {
        PointsMove[] moves =
        [
            Given(day: 0, lot: 1, points: 100, expires: null),
            new PointsMove.TakenBack(Day(1), Lot: 7, Points: 30),
            new PointsMove.GivenBack(Day(2), Operation: 8, Points: 5),
        ];

        Assert.Equal(75, MemberLots.Of(moves, Day(2)).Lots.Sum(lot => lot.Remaining));
    }

    [Fact]
    public void What_a_till_honoured_after_it_had_expired_has_not_expired()
    {
        PointsMove[] moves =
        [
            Given(day: 0, lot: 1, points: 100, expires: 50),
            Given(day: 10, lot: 2, points: 5, expires: 90),
            Spent(day: 51, operation: 9, points: 45),
        ];

        var lots = MemberLots.Of(moves, Day(51));

        Assert.Equal([(0L, 60L), (0L, 0L)], lots.Lots.Select(lot => (lot.Remaining, lot.Expired)));
        Assert.Equal(0, lots.Owed);
    }

    [Fact]
    public void A_sale_that_comes_back_in_pieces_leaves_every_other_lot_as_if_it_had_never_been() =>
        Gen.Select(AnyHistory, AnyHistory, Gen.Long[0, 300], Gen.Long[0, 300], Gen.Long[1, 299]).Sample(
            (before, after, given, spent, piece) =>
            {
                var day = before.Count == 0 ? First : before[^1].Day;
                var rest = after.Select(move => Later(move, day.DayNumber - First.DayNumber)).ToList();
                var last = rest.Count == 0 ? day : rest[^1].Day;
                List<PointsMove> sold =
                [
                    .. before, new PointsMove.Spent(day, 1000, spent),
                    new PointsMove.Given(day, 1000, given, day, day.AddDays(90)), .. rest,
                    .. Pieces(spent, piece).Select(points => new PointsMove.GivenBack(last, 1000, points)),
                    .. Pieces(given, piece).Select(points => new PointsMove.TakenBack(last, 1000, points)),
                ];

                var never = MemberLots.Of([.. before, .. rest], last);
                var undone = MemberLots.Of(sold, last);

                Assert.Equal(never.Owed, undone.Owed);
                Assert.Equal(never.Lots, undone.Lots.Where(lot => lot.Number != 1000));
                Assert.All(
                    undone.Lots.Where(lot => lot.Number == 1000),
                    lot => Assert.Equal((0, 0), (lot.Remaining, lot.Expired)));
            });

    [Fact]
    public void No_point_is_lost_and_none_is_made() =>
        AnyHistory.Sample(history =>
        {
            var lots = MemberLots.Of(history, Day(500));

            Assert.All(lots.Lots, lot => Assert.True(lot is { Remaining: >= 0, Expired: >= 0 }));
            Assert.True(lots.Owed >= 0);
            Assert.Equal(
                history.Sum(move => move switch
                {
                    PointsMove.Given given => given.Points,
                    PointsMove.GivenBack back => back.Points,
                    PointsMove.Spent spent => -spent.Points,
                    PointsMove.TakenBack back => -back.Points,
                    _ => throw new InvalidOperationException(),
                }),
                lots.Lots.Sum(lot => lot.Remaining + lot.Expired) - lots.Owed);
        });

    /// <summary>Sales that give and spend, with waiting and expiry of all lengths, and parts of them that
    /// come back.</summary>
    private static readonly Gen<List<PointsMove>> AnyHistory = Gen.Select(
        Gen.Int[0, 40], Gen.Int[0, 4], Gen.Long[1, 200], Gen.Int[0, 30], Gen.Int[1, 100],
        (pause, kind, points, wait, life) => (pause, kind, points, wait, life)).Array[0, 30].Select(steps =>
        {
            var (moves, day) = (new List<PointsMove>(), 0);
            for (var i = 0; i < steps.Length; i++)
            {
                var (pause, kind, points, wait, life) = steps[i];
                day += pause / 4;
                moves.Add(kind switch
                {
                    0 => Given(day, i, points, expires: null),
                    1 => Given(day, i, points, day + wait + life, active: day + wait),
                    2 => new PointsMove.TakenBack(Day(day), Lot: i / 2, points),
                    3 => new PointsMove.GivenBack(Day(day), Operation: i / 2, points),
                    _ => Spent(day, i, points),
                });
            }

            return moves;
        });

    // And of another operation.
    private static PointsMove Later(PointsMove move, int days) => move switch
    {
        PointsMove.Given given => given with
        {
            Day = given.Day.AddDays(days),
            Lot = given.Lot + 500,
            ActiveOn = given.ActiveOn.AddDays(days),
            ExpiresOn = given.ExpiresOn?.AddDays(days),
        },
        PointsMove.Spent spent =>
            spent with { Day = spent.Day.AddDays(days), Operation = spent.Operation + 500 },
        PointsMove.TakenBack back => back with { Day = back.Day.AddDays(days), Lot = back.Lot + 500 },
        PointsMove.GivenBack back =>
            back with { Day = back.Day.AddDays(days), Operation = back.Operation + 500 },
        _ => throw new InvalidOperationException(),
    };

    private static IEnumerable<long> Pieces(long points, long piece)
    {
        for (; points > 0; points -= piece)
            yield return Math.Min(points, piece);
    }

    private static IEnumerable<long> Remaining(IEnumerable<PointsMove> moves, int day) =>
        MemberLots.Of(moves, Day(day)).Lots.Select(lot => lot.Remaining);

    private static PointsMove.Given Given(int day, long lot, long points, int? expires, int? active = null) =>
        new(Day(day), lot, points, Day(active ?? day), expires is { } on ? Day(on) : null);

    private static PointsMove.Spent Spent(int day, long operation, long points) =>
        new(Day(day), operation, points);

    private static DateOnly Day(int number) => First.AddDays(number);
}
