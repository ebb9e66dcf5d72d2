using System.Globalization;
using SmartCardCrm.Load;
using SmartCardCrm.Load.Chain;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Intake;

/// <summary>
/// What the server takes in by its real door, streams with mutual TLS, the MAC of each card, ledger and
/// reconciliation, beside bare inserts of the rows that came of it: the same tables and indexes, as many
/// transactions, the same durability, in turn. Terminals have sold without a network, and all send at once.
/// </summary>
internal static class IntakeFigure
{
    private const int WarmUpRounds = 2;
    private const int Rounds = 9;
    private const int SalesInRound = 4_000;

    private static readonly LoadOptions Options =
        new("sqlite", Kills: 0, Seed: 1) { Terminals = 8, Cards = 2_000 };

    /// <param name="work">A folder on a real disk.</param>
    public static async Task<int> PrintAsync(DirectoryInfo work)
    {
        await using var server = new Headquarters(work);
        var chain = Founding.Of(server, Options, TimeProvider.System);
        using var bare = BareInserts.Open(work.CreateSubdirectory("bare").FullName);
        var floor = new Floor(chain, TimeProvider.System);
        using var closing = new CancellationTokenSource();
        await server.StartAsync(CancellationToken.None);
        var talking = floor.TalkAsync(server.Terminals, closing.Token);
        using var book = server.OpenBook();
        var rows = new BookRows(book);
        bare.Insert(rows.Referred());
        var times = new List<(TimeSpan Intake, TimeSpan Bare)>();
        var commits = 0;
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            Hold(chain, true);
            for (var sale = 0; sale < SalesInRound; sale++)
                chain.Sell();
            var intake = await TimeAsync(() =>
            {
                Hold(chain, false);
                return floor.ReachedAsync(floor.Written, CancellationToken.None);
            });
            var written = rows.Next();
            times.Add((intake, Time(() => bare.Insert(written))));
            commits = written.SelectMany(table => table.Rows).DistinctBy(row => row.Commit).Count();
        }

        await closing.CancelAsync();
        await talking;
        times.RemoveRange(0, WarmUpRounds);
        var (taken, inserted) = (Median(times.Select(t => t.Intake)), Median(times.Select(t => t.Bare)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"intake rate: {inserted / taken:0.00} of bare inserts ({SalesInRound / taken.TotalSeconds:0} "
            + $"sales a second beside {SalesInRound / inserted.TotalSeconds:0}, aim ≥ 0.5)"));
        Say("sales in a commit", (double)SalesInRound / commits);
        return 0;
    }

    private static void Hold(LoadChain chain, bool holds)
    {
        foreach (var terminal in chain.Terminals)
            terminal.Holds = holds;
    }
}
