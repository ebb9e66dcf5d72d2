namespace SmartCardCrm.CardProtocol;

/// <summary>What one transaction does to a card's state. What is null stays as it is.</summary>
public sealed record CardChange
{
    public required LogKind Kind { get; init; }

    /// <summary>2020-01-01 to 2156-02-07 UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The terminal's number; 0 is the server itself.</summary>
    public required uint Terminal { get; init; }

    /// <summary>The journal entry of the intent.</summary>
    public required uint Sequence { get; init; }

    /// <summary>Offline or Centralised, or neither. That card actions are applied follows from
    /// <see cref="LastCardAction"/>.</summary>
    public Circumstances Circumstances { get; init; }

    public ushort RuleSetVersion { get; init; }

    /// <summary>Minor units; negative for a return.</summary>
    public int Amount { get; init; }

    /// <summary>Points that the operation itself puts on the card, 0 or more: a sale's earned ones, or what a
    /// return gives back.</summary>
    public int Earned { get; init; }

    /// <summary>Points that the operation itself takes off, 0 or more: a sale's redeemed ones, or what a
    /// return takes back.</summary>
    public int Redeemed { get; init; }

    /// <summary>What each card action applied with it changes, signed, in their order.</summary>
    public IReadOnlyList<int> CardActionPoints { get; init; } = [];

    /// <summary>The number of the last card action applied, these included.</summary>
    public ushort? LastCardAction { get; init; }

    public byte? Tier { get; init; }

    public bool? Blocked { get; init; }

    /// <summary>The member file to be.</summary>
    public MemberProfile? Profile { get; init; }

    public NextExpiry? NextExpiry { get; init; }

    /// <summary>The highest n that headquarters has acknowledged as far as is known here; 0 for none. Not
    /// above the newest record's.</summary>
    public uint Acknowledged { get; init; }
}

/// <summary>The points that are withheld next.</summary>
/// <param name="Day">From this day on; null for never.</param>
/// <param name="Points">0 to 2³¹ − 1.</param>
public readonly record struct NextExpiry(DateOnly? Day, int Points)
{
    public static NextExpiry None => default;

    /// <summary>Whether a card can hold the day.</summary>
    public static bool CanHold(DateOnly day) => CardTime.CanHold(day);

    public static NextExpiry Of(LogRecord state) => new(state.NextExpiry, state.NextExpiryPoints);

    /// <summary>Points that may not be spent any more.</summary>
    /// <param name="today">The store's day.</param>
    /// <param name="balance">Points on the card.</param>
    public int Withheld(DateOnly today, int balance) => Day <= today ? Math.Min(Points, balance) : 0;

    /// <summary>After points were taken off that expire or have expired.</summary>
    public NextExpiry Less(long points) =>
        Points > points ? this with { Points = (int)(Points - points) } : None;

    /// <summary>After points were spent: what expires next is spent first, as long as it may be.</summary>
    /// <param name="today">The store's day.</param>
    /// <param name="spent">Points spent, or taken off by a supervisor.</param>
    public NextExpiry AfterSpending(DateOnly today, int spent) => Day <= today ? this : Less(spent);
}

/// <summary>What a card has done offline.</summary>
/// <param name="Acknowledged">Since this n.</param>
/// <param name="Operations">255 for that many or more.</param>
/// <param name="Points">Points redeemed.</param>
public readonly record struct Exposure(uint Acknowledged, int Operations, int Points);

/// <summary>Carries a card's state from one record to the next.</summary>
public static class RunningState
{
    /// <param name="before">The newest record on the card.</param>
    /// <param name="change">What happens now.</param>
    /// <exception cref="OverflowException">The balance would be none that a card can hold.</exception>
    public static LogRecord Next(LogRecord before, CardChange change)
    {
        var lastCardAction = change.LastCardAction ?? before.LastCardAction;
        var isOffline = change.Circumstances.HasFlag(Circumstances.Offline);
        // What a return takes back is not spent.
        var isSpending = isOffline && change.Kind == LogKind.Sale;
        var since = Since(before, change.Acknowledged);
        return before with
        {
            Counter = before.Counter + 1,
            Time = change.Time,
            Terminal = change.Terminal,
            Sequence = change.Sequence,
            Kind = change.Kind,
            Circumstances = change.Circumstances
                | (lastCardAction == before.LastCardAction
                    ? Circumstances.None
                    : Circumstances.CardActionApplied),
            RuleSetVersion = change.RuleSetVersion,
            Earned = change.Earned,
            Redeemed = change.Redeemed,
            Amount = change.Amount,
            BalanceAfter = before.BalanceAfter + change.CardActionPoints.Sum()
                - change.Redeemed + change.Earned,
            Tier = change.Tier ?? before.Tier,
            Blocked = change.Blocked ?? before.Blocked,
            LastCardAction = lastCardAction,
            AcknowledgedCounter = since.Acknowledged,
            OfflineOperations = (byte)Math.Min(since.Operations + (isOffline ? 1 : 0), byte.MaxValue),
            OfflinePoints = (int)Math.Min(since.Points + (isSpending ? change.Redeemed : 0L), int.MaxValue),
            NextExpiry = change.NextExpiry is { } expiry ? expiry.Day : before.NextExpiry,
            NextExpiryPoints = change.NextExpiry is { } points ? points.Points : before.NextExpiryPoints,
        };
    }

    // A newer acknowledgement covers the operations up to it. How many points those had is not on the card:
    // unless it covers all of them, the points stay, which errs on the careful side.
    /// <summary>What a card has done offline since headquarters last acknowledged it.</summary>
    /// <param name="before">The newest record on the card.</param>
    /// <param name="acknowledged">The highest n that headquarters has acknowledged as far as is known here; 0
    /// for none.</param>
    public static Exposure Since(LogRecord before, uint acknowledged) =>
        acknowledged <= before.AcknowledgedCounter
            ? new Exposure(before.AcknowledgedCounter, before.OfflineOperations, before.OfflinePoints)
        : acknowledged >= before.Counter
            ? new Exposure(acknowledged, 0, 0)
        : new Exposure(
            acknowledged, (int)Math.Min(before.OfflineOperations, before.Counter - acknowledged),
            before.OfflinePoints);

}
