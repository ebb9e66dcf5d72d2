using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal;

/// <summary>What one sale does to a card.</summary>
/// <param name="Terminal">The terminal's number.</param>
/// <param name="Sequence">The journal entry of the intent.</param>
/// <param name="CardActionPoints">What the card actions applied with it change, signed.</param>
/// <param name="LastCardAction">The number of the last card action applied, these included.</param>
internal sealed record SaleFacts(
    DateTimeOffset Time, uint Terminal, uint Sequence, ushort RuleSetVersion, int Amount, int Earned,
    int Redeemed, int CardActionPoints, ushort LastCardAction);

/// <summary>Carries a card's state from one record to the next.</summary>
internal static class RunningState
{
    /// <summary>The record that a sale decided by this terminal alone writes.</summary>
    /// <param name="before">The newest record on the card.</param>
    /// <param name="acknowledged">The highest n that headquarters has acknowledged as far as is known here; 0
    /// for none. Not above <paramref name="before"/>'s.</param>
    /// <param name="sale">What happens now.</param>
    public static LogRecord Next(LogRecord before, uint acknowledged, SaleFacts sale)
    {
        var since = Since(before, acknowledged);
        return before with
        {
            Counter = before.Counter + 1,
            Time = sale.Time,
            Terminal = sale.Terminal,
            Sequence = sale.Sequence,
            Kind = LogKind.Sale,
            Circumstances = sale.LastCardAction == before.LastCardAction
                ? Circumstances.Offline
                : Circumstances.Offline | Circumstances.CardActionApplied,
            RuleSetVersion = sale.RuleSetVersion,
            Earned = sale.Earned,
            Redeemed = sale.Redeemed,
            Amount = sale.Amount,
            BalanceAfter = before.BalanceAfter + sale.CardActionPoints - sale.Redeemed + sale.Earned,
            LastCardAction = sale.LastCardAction,
            AcknowledgedCounter = since.Acknowledged,
            OfflineOperations = (byte)Math.Min(since.Operations + 1, byte.MaxValue),
            OfflinePoints = (int)Math.Min((long)since.Points + sale.Redeemed, int.MaxValue),
        };
    }

    // A newer acknowledgement covers the operations up to it. How many points those had is not on the card:
    // unless it covers all of them, the points stay, which errs on the careful side.
    private static Exposure Since(LogRecord before, uint acknowledged) =>
        acknowledged <= before.AcknowledgedCounter
            ? new Exposure(before.AcknowledgedCounter, before.OfflineOperations, before.OfflinePoints)
        : acknowledged >= before.Counter
            ? new Exposure(acknowledged, 0, 0)
        : new Exposure(
            acknowledged, (int)Math.Min(before.OfflineOperations, before.Counter - acknowledged),
            before.OfflinePoints);

    private readonly record struct Exposure(uint Acknowledged, int Operations, int Points);
}
