namespace SmartCardCrm.World;

/// <summary>How households shop, measured on a year of real supermarket purchases: "The Complete Journey"
/// by dunnhumby (CC0), transactions.csv.gz: 37,851 baskets of 1,905 households in 266 stores. The file is a
/// sample of the lines bought (1.6 of them a basket), so its baskets cost less than a shop's; their shape is
/// what counts here.</summary>
internal static class Habits
{
    /// <summary>A household's mean time between two visits, in days; over the 1,511 households with at least
    /// 6 visits, in steps of 5 %.</summary>
    public static readonly Quantiles MeanGapDays = Quantiles.Even(
        2.55, 6.01, 7.54, 8.64, 9.64, 10.72, 11.69, 12.88, 14.12, 15.62, 16.92,
        18.54, 20.36, 22.25, 24.63, 27.58, 30.71, 34.6, 40.29, 48.52, 69.78);

    /// <summary>The time between two visits as a multiple of the household's mean; of the same
    /// households.</summary>
    public static readonly Quantiles GapOfMean = new(
        new(0, 0), new(0.05, 0.078), new(0.1, 0.163), new(0.2, 0.311), new(0.3, 0.453), new(0.4, 0.601),
        new(0.5, 0.758), new(0.6, 0.943), new(0.7, 1.178), new(0.8, 1.52), new(0.9, 2.132),
        new(0.95, 2.75), new(0.975, 3.4), new(0.99, 4.267), new(0.995, 4.99), new(1, 19.687));

    /// <summary>What a basket costs, in cents. 1 in 186 costs nothing, 9.4 % cost less than a
    /// dollar.</summary>
    public static readonly Quantiles AmountMinor = new(
        new(0, 0), new(0.0054, 0), new(0.05, 72), new(0.1, 100), new(0.15, 119), new(0.2, 150),
        new(0.3, 200), new(0.4, 250), new(0.5, 312), new(0.6, 399), new(0.7, 519), new(0.8, 700),
        new(0.9, 1049), new(0.95, 1498), new(0.975, 2026), new(0.99, 2950), new(0.995, 3582),
        new(0.999, 5420), new(1, 10000));

    /// <summary>The share of a household's visits that go to the store it visits most; over the households
    /// with at least 5 visits, in steps of 5 %. The median household knows 3 stores.</summary>
    public static readonly Quantiles MainStoreShare = Quantiles.Even(
        0.2, 0.385, 0.45, 0.5, 0.556, 0.591, 0.636, 0.667, 0.719, 0.767, 0.8,
        0.846, 0.875, 0.906, 0.933, 0.957, 1, 1, 1, 1, 1);

    /// <summary>Of 1,000 visits between 7 and 23 (96.9 % of all), how many begin in each hour, from 7
    /// on, rounded. Sunday has 17 % of the visits, Saturday 16 %, the others 13 to 14: not followed
    /// here.</summary>
    public static readonly IReadOnlyList<int> VisitsByHour =
        [9, 15, 27, 45, 63, 73, 78, 78, 84, 97, 107, 102, 84, 66, 44, 27];

    /// <summary>Local time of the first hour of <see cref="VisitsByHour"/>.</summary>
    public const int Opening = 7;
}
