namespace SmartCardCrm.World;

/// <summary>What a member comes for.</summary>
/// <param name="Store">Its index, from 0.</param>
/// <param name="AmountMinor">0 to 2,147,483,647, as the till's API takes it.</param>
/// <param name="PointsAsked">Points to redeem: 0 mostly, <see cref="Shopper.AllPoints"/> for all there
/// are; sometimes more than there are.</param>
internal sealed record Visit(int Store, long AmountMinor, int PointsAsked);

/// <summary>One member's ways, and coming visits, by the dice: as <see cref="Habits"/> has them, and a few
/// visits that no household makes, because limits are there to be reached.</summary>
/// <param name="dice">This member's own.</param>
/// <param name="stores">How many stores there are, at least 1.</param>
internal sealed class Shopper(Dice dice, int stores)
{
    /// <summary>How a checkout is asked to redeem as many points as fit.</summary>
    public const int AllPoints = CheckoutRequest.AllPoints;

    // Enough to fill any card at once.
    private const double HugeShare = 0.004;
    // The measured households had no points; what redeeming does wrong must come up often.
    private const double RedeemShare = 0.2;

    private readonly int _main = dice.Below(stores);
    private readonly double _loyalty = Habits.MainStoreShare.Draw(dice);

    /// <summary>The mean time between two visits.</summary>
    public TimeSpan MeanGap { get; } = TimeSpan.FromDays(Habits.MeanGapDays.Draw(dice));

    /// <summary>How long it is until this member comes again: to an open store.</summary>
    /// <param name="now">With the offset of the stores' local time.</param>
    /// <returns>More than nothing.</returns>
    public TimeSpan UntilNextVisit(DateTimeOffset now)
    {
        var day = (now + (MeanGap * Habits.GapOfMean.Draw(dice))).Date;
        var visit = new DateTimeOffset(day + TimeOfDay(), now.Offset);
        while (visit <= now)
            visit += TimeSpan.FromDays(1);
        return visit - now;
    }

    public int Store() => dice.Chance(_loyalty) ? _main : OtherStore();

    public Visit NextVisit() => new(Store(), Amount(), Asked());

    private int OtherStore() => stores == 1 ? _main : (_main + 1 + dice.Below(stores - 1)) % stores;

    private long Amount() => dice.Chance(HugeShare)
        ? int.MaxValue - dice.Below(3)
        : (long)Habits.AmountMinor.Draw(dice);

    private int Asked()
    {
        if (!dice.Chance(RedeemShare))
            return 0;
        return dice.Below(10) switch
        {
            < 4 => AllPoints,
            < 9 => 1 + dice.Below(50),
            _ => AllPoints - 1 - dice.Below(1000),
        };
    }

    private TimeSpan TimeOfDay()
    {
        var rest = dice.Below(Habits.VisitsByHour.Sum());
        var hour = 0;
        for (; rest >= Habits.VisitsByHour[hour]; hour++)
            rest -= Habits.VisitsByHour[hour];
        return TimeSpan.FromHours(Habits.Opening + hour) + dice.Within(TimeSpan.FromHours(1));
    }
}
