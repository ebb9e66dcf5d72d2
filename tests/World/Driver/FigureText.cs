using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>Figures as they are printed, the same in every culture.</summary>
internal static class FigureText
{
    /// <summary>As in <c>tear 12, power-cut 2</c>; <c>none</c> where nothing struck.</summary>
    /// <param name="strikes">By the names of <see cref="Fault"/>.</param>
    public static string Strikes(IReadOnlyDictionary<string, long> strikes)
    {
        var struck = strikes.Where(strike => strike.Value > 0)
            .Select(strike => (Kind: Enum.Parse<Fault>(strike.Key), Times: strike.Value))
            .OrderBy(strike => strike.Kind)
            .Select(strike => FormattableString.Invariant($"{PlanText.NameOf(strike.Kind)} {strike.Times}"));
        return string.Join(", ", struck) is { Length: > 0 } text ? text : "none";
    }

    /// <summary>A thief's gain beside its bound.</summary>
    public static string Loss(Loss loss) =>
        FormattableString.Invariant($"stolen: {loss.Points} points, at most {loss.Most} by the limits");

    /// <summary>Rounded down: 100.0 % means all.</summary>
    public static string Coverage(IEnumerable<string> visited, IReadOnlyCollection<string> cells)
    {
        var covered = visited.Intersect(cells, StringComparer.Ordinal).Count();
        var tenths = cells.Count == 0 ? 0 : covered * 1000L / cells.Count;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"coverage: {tenths / 10.0:F1}% ({covered} of {cells.Count} cells)");
    }
}
