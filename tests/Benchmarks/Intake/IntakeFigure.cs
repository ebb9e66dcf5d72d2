using System.Globalization;
using System.Text;
using SmartCardCrm.Load;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Load.Store;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Intake;

/// <summary>
/// What the server takes in by its real door, streams with mutual TLS, the MAC of each card, ledger and
/// reconciliation, beside the quickest that its engine writes the rows with that came of it: the same tables
/// and indexes, as many transactions, the same durability, in turn. Terminals have sold without a network,
/// and all send at once.
/// </summary>
internal sealed class IntakeFigure(string engine, Headquarters server, IReadOnlyList<IBareBook> beside)
{
    private const int WarmUpRounds = 6;
    private const int Rounds = 5;
    private const int SalesInRound = 24_000;

    private readonly List<TimeSpan> _taken = [];
    private readonly List<TimeSpan> _written = [];
    private readonly List<TimeSpan> _added = [];
    private int _commits;

    /// <param name="work">A folder on a real disk.</param>
    /// <param name="engine">One of <see cref="Book.Engines"/>.</param>
    public static Task PrintAsync(DirectoryInfo work, string engine) =>
        engine == "postgres"
            ? OnPostgresAsync(work.CreateSubdirectory(engine))
            : OnSqliteAsync(work.CreateSubdirectory(engine));

    private static async Task OnSqliteAsync(DirectoryInfo work)
    {
        await using var server = new Headquarters(work);
        using var all = InsertedBook.Open(work.CreateSubdirectory("all").FullName);
        using var added = InsertedBook.Open(work.CreateSubdirectory("added").FullName);
        await new IntakeFigure("sqlite", server, [all, added]).PrintAsync("inserts");
    }

    private static async Task OnPostgresAsync(DirectoryInfo work)
    {
        using var postgres = PostgresServer.Start(durable: true);
        await using var server = new Headquarters(work);
        PrivateFile.Replace(
            Path.Combine(server.Folder, BookHome.PostgresFile),
            Encoding.UTF8.GetBytes(postgres.CreateDatabase()));
        using var all = CopiedBook.Open(postgres.CreateDatabase());
        using var added = CopiedBook.Open(postgres.CreateDatabase());
        await new IntakeFigure("postgres", server, [all, added]).PrintAsync("COPY and one INSERT");
    }

    private async Task PrintAsync(string quickest)
    {
        var chain = Founding.Of(
            server, new LoadOptions(engine, Kills: 0, Seed: 1) { Terminals = 8, Cards = 2_000 },
            TimeProvider.System);
        var floor = new Floor(chain, TimeProvider.System);
        using var closing = new CancellationTokenSource();
        await server.StartAsync(CancellationToken.None);
        var talking = floor.TalkAsync(server.Terminals, closing.Token);
        using (var book = server.OpenBook())
        {
            var rows = new BookRows(book);
            foreach (var bare in beside)
                bare.Write(rows.Referred());
            for (var round = 0; round < WarmUpRounds + Rounds; round++)
                await RunAsync(chain, floor, rows);
        }

        await closing.CancelAsync();
        await talking;
        Tell($"intake rate, {engine}", quickest, _written, ", aim ≥ 0.5");
        Tell($"intake rate beside new rows alone, {engine}", quickest, _added, "");
        Say($"sales in a commit, {engine}", (double)SalesInRound / _commits);
    }

    private async Task RunAsync(LoadChain chain, Floor floor, BookRows rows)
    {
        Hold(chain, true);
        for (var sale = 0; sale < SalesInRound; sale++)
            chain.Sell();
        _taken.Add(await TimeAsync(() =>
        {
            Hold(chain, false);
            return floor.ReachedAsync(floor.Written, CancellationToken.None);
        }));
        var written = rows.Next();
        var added = written.Where(table => table.OnConflict is null).ToList();
        _written.Add(Time(() => beside[0].Write(written)));
        _added.Add(Time(() => beside[1].Write(added)));
        _commits = written.SelectMany(table => table.Commits).Distinct().Count();
    }

    private void Tell(string figure, string quickest, IEnumerable<TimeSpan> bareTimes, string aim)
    {
        var (taken, bare) = (Median(_taken.Skip(WarmUpRounds)), Median(bareTimes.Skip(WarmUpRounds)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{figure}: {bare / taken:0.00} of bare {quickest} ({SalesInRound / taken.TotalSeconds:0} "
            + $"sales a second beside {SalesInRound / bare.TotalSeconds:0}{aim})"));
    }

    private static void Hold(LoadChain chain, bool holds)
    {
        foreach (var terminal in chain.Terminals)
            terminal.Holds = holds;
    }
}
