namespace SmartCardCrm.CardProtocol.Tests;

public sealed class RunningStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly LogRecord Before = new()
    {
        Counter = 20,
        Time = Now.AddDays(-1),
        Terminal = 3,
        Sequence = 9,
        Kind = LogKind.Sale,
        CardNumber = 77,
        Tier = 2,
        CardExpiry = new DateOnly(2030, 1, 1),
        BalanceAfter = 100,
        LastCardAction = 2,
        OfflineOperations = 6,
        OfflinePoints = 40,
        AcknowledgedCounter = 14,
        NextExpiry = new DateOnly(2027, 1, 1),
        NextExpiryPoints = 5,
    };

    private static readonly CardChange Sale = new()
    {
        Kind = LogKind.Sale,
        Time = Now,
        Terminal = 4,
        Sequence = 123,
        Circumstances = Circumstances.Offline,
        RuleSetVersion = 9,
        Amount = 1500,
        Earned = 15,
    };

    [Fact]
    public void A_record_follows_from_the_one_before_and_the_sale()
    {
        var next = RunningState.Next(Before, Sale with { Redeemed = 30 });

        Assert.Equal(
            Before with
            {
                Counter = 21,
                Time = Now,
                Terminal = 4,
                Sequence = 123,
                Circumstances = Circumstances.Offline,
                RuleSetVersion = 9,
                Earned = 15,
                Redeemed = 30,
                Amount = 1500,
                BalanceAfter = 85,
                OfflineOperations = 7,
                OfflinePoints = 70,
            },
            next);
    }

    [Fact]
    public void A_card_action_counts_in_the_balance_and_is_named()
    {
        var next = RunningState.Next(Before, Sale with { CardActionPoints = [-25, 5], LastCardAction = 3 });

        Assert.Equal((95, (ushort)3), (next.BalanceAfter, next.LastCardAction));
        Assert.True(next.Circumstances.HasFlag(Circumstances.CardActionApplied));
    }

    /// <summary>acknowledged, then what the next record has: acknowledged counter, operations,
    /// points.</summary>
    [Theory]
    [InlineData(0, 14, 7, 41)]
    [InlineData(14, 14, 7, 41)]
    [InlineData(18, 18, 3, 41)]
    [InlineData(20, 20, 1, 1)]
    public void What_was_done_offline_counts_until_headquarters_acknowledges_it(
        uint acknowledged, uint counter, byte operations, int points)
    {
        var next = RunningState.Next(Before, Sale with { Redeemed = 1, Acknowledged = acknowledged });

        Assert.Equal(
            (counter, operations, points),
            (next.AcknowledgedCounter, next.OfflineOperations, next.OfflinePoints));
    }

    [Fact]
    public void Counts_stop_at_their_ends()
    {
        var full = Before with { OfflineOperations = byte.MaxValue, OfflinePoints = int.MaxValue };

        var next = RunningState.Next(full, Sale with { Redeemed = 1 });

        Assert.Equal((byte.MaxValue, int.MaxValue), (next.OfflineOperations, next.OfflinePoints));
    }
}
