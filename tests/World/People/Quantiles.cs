namespace SmartCardCrm.World;

/// <summary>A value that at least so large a share of what was measured does not exceed.</summary>
/// <param name="Share">0 to 1.</param>
internal readonly record struct Quantile(double Share, double Value);

/// <summary>A measured distribution, to be drawn from: straight lines between its quantiles.</summary>
/// <param name="points">From share 0 to share 1, both rising.</param>
internal sealed class Quantiles(params Quantile[] points)
{
    public IReadOnlyList<Quantile> Points => points;

    /// <summary>Quantiles at even steps, the first value at share 0, the last at share 1.</summary>
    public static Quantiles Even(params double[] values) =>
        new([.. values.Select((value, index) => new Quantile(index / (values.Length - 1.0), value))]);

    public double Draw(Dice dice) => At(dice.Share());

    /// <param name="share">0 to 1.</param>
    public double At(double share)
    {
        var above = 1;
        while (points[above].Share < share)
            above++;
        var (low, high) = (points[above - 1], points[above]);
        var way = (share - low.Share) / (high.Share - low.Share);
        return low.Value + (way * (high.Value - low.Value));
    }
}
