using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.World;

/// <summary>Holds terminals to what headquarters lets them give away: to real cards, to copies and to forged
/// ones (I9). What counts is what a till was told and took off the bill.</summary>
internal sealed class Spending(ChainWorld world)
{
    private readonly Dictionary<(uint Terminal, DateOnly Day), long> _days = [];
    private readonly Dictionary<(uint Terminal, DateOnly Day), long> _stolen = [];

    /// <summary>What copies, rolled back and forged cards, and cards that a thief wrote on, redeemed at
    /// terminals that decide alone and have a limit a day; and what those limits allow on those
    /// days.</summary>
    public Loss Loss
    {
        get
        {
            var days = _stolen.Select(
                day => (Points: day.Value, Most: world.Office.LimitsOf(day.Key.Terminal).DayMost))
                .Where(day => day.Most < int.MaxValue).ToList();
            return new Loss(days.Sum(day => day.Points), days.Sum(day => (long)day.Most));
        }
    }

    // What was put on a card in the open, without what headquarters has let be redeemed of it.
    private static long HonestPoints(PhysicalCard card, uint through)
    {
        var (points, before) = (0L, 0);
        foreach (var commit in card.Commits.TakeWhile(c => c.Record.Counter <= through))
        {
            var redeemed = commit.Record.Circumstances.HasFlag(Circumstances.Centralised)
                && commit.Record.Kind == LogKind.Sale
                ? commit.Record.Redeemed
                : 0;
            if (commit.Purchase is not null)
                points += Math.Max(commit.Points - before + redeemed, 0) - redeemed;
            before = commit.Points;
        }

        return points;
    }

    /// <summary>A till was told that a purchase is completed.</summary>
    public void Told(Purchase purchase, CheckoutResult result)
    {
        var made = purchase.Commits.Find(commit => commit.Record.Counter == result.Counter)?.Record;
        if (made is not { Kind: LogKind.Sale, Redeemed: > 0 })
            return;
        // What headquarters itself decides has no limits, and it knows whose signature it sees.
        if (made.Circumstances.HasFlag(Circumstances.Centralised))
        {
            Truth.Demand(
                !world.Thief.Forged.Contains(purchase.Card), "I9",
                $"headquarters let a forged card redeem {made.Redeemed} points");
            Truth.Demand(
                HonestPoints(purchase.Card, made.Counter) >= 0, "I9",
                $"headquarters let card {purchase.Card.Uid} redeem points that a thief had written on it");
            return;
        }

        var limits = world.Office.LimitsOf(made.Terminal);
        Truth.Demand(
            made.Redeemed <= limits.OperationMost, "I9",
            $"terminal {made.Terminal} let {made.Redeemed} points be redeemed at once, the limit is "
                + $"{limits.OperationMost}");
        // A disk that lied forgot what it had counted.
        if (world.WasBetrayed(made.Terminal))
            return;
        var local = TimeZoneInfo.ConvertTime(made.Time, ChainWorld.StoreZone);
        var day = (made.Terminal, DateOnly.FromDateTime(local.DateTime));
        _days[day] = _days.GetValueOrDefault(day) + made.Redeemed;
        if (purchase.Card is { Tampered: true } or { WasMinted: true })
            _stolen[day] = _stolen.GetValueOrDefault(day) + made.Redeemed;
        Truth.Demand(
            _days[day] <= limits.DayMost, "I9",
            $"terminal {made.Terminal} let {_days[day]} points be redeemed on {day.Item2:O}, the limit is "
                + $"{limits.DayMost}");
    }
}
