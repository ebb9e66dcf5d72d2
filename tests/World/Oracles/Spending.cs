using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.World;

/// <summary>Holds terminals to what headquarters lets them give away: to real cards, to copies and to forged
/// ones (I9). It counts what chips have committed.</summary>
internal sealed class Spending(ChainWorld world)
{
    private readonly Dictionary<(uint Terminal, DateOnly Day), long> _days = [];

    /// <summary>A chip has committed a sale.</summary>
    public void Sold(LogRecord written)
    {
        if (written.Kind != LogKind.Sale || written.Redeemed == 0)
            return;
        var limits = world.Office.LimitsOf(written.Terminal);
        Truth.Demand(
            written.Redeemed <= limits.OperationMost, "I9",
            $"terminal {written.Terminal} let {written.Redeemed} points be redeemed at once, the limit is "
                + $"{limits.OperationMost}");
        // A disk that lied forgot what it had counted.
        if (world.WasBetrayed(written.Terminal))
            return;
        var local = TimeZoneInfo.ConvertTime(written.Time, ChainWorld.StoreZone);
        var day = DateOnly.FromDateTime(local.DateTime);
        var spent = _days[(written.Terminal, day)] =
            _days.GetValueOrDefault((written.Terminal, day)) + written.Redeemed;
        Truth.Demand(
            spent <= limits.DayMost, "I9",
            $"terminal {written.Terminal} let {spent} points be redeemed on {day:O}, the limit is "
                + $"{limits.DayMost}");
    }
}
