using System.Globalization;

namespace SmartCardCrm.World.Tests;

public class TallyTests
{
    [Fact]
    public void Seeds_count_once_in_whatever_order_they_end()
    {
        var tally = Tally.Begin(from: 10, "build");

        foreach (var seed in (ulong[])[12, 10, 14])
            tally.Add(Outcomes.Report(seed));

        Assert.Equal(3, tally.Seeds);
        Assert.Equal([true, false, true, false, true],
            Enumerable.Range(10, 5).Select(seed => tally.HasRun((ulong)seed)));

        tally.Add(Outcomes.Report(11));
        Assert.Equal(13UL, tally.Through);
        Assert.Equal([14UL], tally.Beyond);
    }

    [Fact]
    public void A_tally_is_loaded_as_it_was_saved()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("tally").FullName, "tally.json");
        var tally = Tally.Begin(from: 1, "build");
        tally.Hours = 0.5;
        tally.Add(Outcomes.Report(1));
        tally.Save(file);
        tally.Add(Outcomes.Report(3, Outcomes.Broken));
        tally.Save(file);

        var loaded = Tally.Load(file);

        Assert.Equivalent(tally, loaded, strict: true);
        Assert.Equal(tally.Summary(["a"]), loaded.Summary(["a"]));
        Assert.Equal([file], Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public void The_summary_says_the_same_in_every_culture()
    {
        var tally = Tally.Begin(from: 1, "build");
        tally.Add(Outcomes.Report(1));
        tally.Add(Outcomes.Report(2, Outcomes.Broken));
        tally.Hours = 0.001;
        var here = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
        try
        {
            Assert.Equal(
            [
                "seeds: 2", "taps: 2000", "terminal years per hour: 2000", "faults: tear 6, kill 2",
                "stolen: 2468 points, at most 20000 by the limits", "coverage: 33.3% (1 of 3 cells)",
                "violations: 1",
            ],
            tally.Summary(["sale/commit/tear", "sale/commit/kill", "sale/select/kill"]));
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }
    }

    [Fact]
    public void Coverage_is_never_rounded_up_to_all()
    {
        List<string> cells = [.. Enumerable.Range(0, 5000).Select(cell => $"cell {cell}")];

        Assert.Equal("coverage: 99.9% (4999 of 5000 cells)", FigureText.Coverage(cells[1..], cells));
        Assert.Equal("coverage: 0.0% (0 of 5000 cells)", FigureText.Coverage(["unheard of"], cells));
        Assert.Equal("coverage: 0.0% (0 of 0 cells)", FigureText.Coverage([], []));
    }
}
