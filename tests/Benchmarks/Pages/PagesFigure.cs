using System.Globalization;
using SmartCardCrm.Benchmarks.Growth;
using SmartCardCrm.Load;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Load.Store;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Pages;

/// <summary>
/// What each page of the console costs: in a chain of few members and in one of many, each of which has
/// bought ten times, beside a page of the same console that asks nothing of the book. The two chains are read
/// in turn.
/// </summary>
internal static class PagesFigure
{
    /// <summary>Members of the chain that the other one is compared with.</summary>
    public const int Few = 10_000;

    private const string EmptyPage = "/no/such/page";
    private const int Years = 10;
    private const int WarmUps = 3;
    private const int Rounds = 11;

    private static readonly TimeSpan SettlingMost = TimeSpan.FromMinutes(5);

    /// <summary>What staff look at, with a member, a card and an exception that both chains have.</summary>
    private static readonly string[] Pages =
    [
        "/", "/members", "/members?text=karvesden", "/members?text=jorpetsli", "/members?text=emma",
        "/members/9", "/cards", "/cards?text=1000009", "/cards/1000009",
        "/transactions", "/transactions?terminal=1003", "/transactions?store=3",
        "/transactions?day=2025-11-14", "/exceptions", "/exceptions?state=all", "/exceptions/1",
        "/terminals", "/certificates", "/stock", "/audit", "/keys", "/staff", "/reports",
        .. Server.Reports.ReportRoom.All.Select(report => $"/reports/{report.Name}"),
    ];

    /// <param name="work">A folder on a real disk. Chains that stand there already are read again.</param>
    /// <param name="engine">One of <see cref="Book.Engines"/>.</param>
    /// <param name="many">A multiple of <see cref="GrownBook.Terminals"/>.</param>
    public static async Task<int> PrintAsync(DirectoryInfo work, string engine, int many)
    {
        using var store = Book.On(engine, work.CreateSubdirectory(engine));
        await using var small = await ChainAsync(store, work.CreateSubdirectory("few"), Few);
        await using var large = await ChainAsync(store, work.CreateSubdirectory("many"), many);
        foreach (var page in Pages)
            await CompareAsync(page, small.Visitor, large.Visitor, engine);
        return 0;
    }

    private static async Task CompareAsync(string page, StaffVisitor few, StaffVisitor many, string engine)
    {
        var (fews, manys, empties) = (new List<TimeSpan>(), new List<TimeSpan>(), new List<TimeSpan>());
        if (page.StartsWith("/reports/", StringComparison.Ordinal)
            && !(await few.SettleAsync(page, SettlingMost) & await many.SettleAsync(page, SettlingMost)))
        {
            Console.Error.WriteLine($"{page} is still being reckoned: the page that says so is measured");
        }

        for (var round = 0; round < WarmUps + Rounds; round++)
        {
            fews.Add(await few.ReadAsync(page));
            manys.Add(await many.ReadAsync(page));
            empties.Add(await many.ReadAsync(EmptyPage));
            // Nobody waits for more rounds of a page that takes seconds.
            if (manys[^1] > TimeSpan.FromSeconds(2) && round >= WarmUps)
                break;
        }

        Say($"page {page}, {engine}, beside an empty one",
            Median(manys.Skip(WarmUps)) / Median(empties.Skip(WarmUps)));
        Compare(
            string.Create(CultureInfo.InvariantCulture, $"page {page}, {engine}, growth"),
            Median(manys.Skip(WarmUps)), Median(fews.Skip(WarmUps)), aim: 1.5);
    }

    private static async Task<Chain> ChainAsync(Book store, DirectoryInfo work, int members)
    {
        var server = new Headquarters(work);
        if (!File.Exists(Path.Combine(server.Folder, "filled")))
        {
            store.Prepare(server.Folder);
            var options = new LoadOptions("pages", Kills: 0, Seed: 1)
            {
                Terminals = GrownBook.Terminals,
                Cards = 0,
            };
            Founding.Of(server, options, TimeProvider.System);
            var took = Time(() => GrownBook.Fill(server.Folder, members, Years));
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"filled {Years} x {members} in {took:g}"));
            GrownBook.Word(server.Folder);
            await File.WriteAllTextAsync(Path.Combine(server.Folder, "filled"), "");
        }

        await server.StartAsync(CancellationToken.None);
        return new Chain(server, await StaffVisitor.LoginAsync(server.People, server.FirstLoginCode));
    }

    private sealed record Chain(Headquarters Server, StaffVisitor Visitor) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Visitor.Dispose();
            await Server.DisposeAsync();
        }
    }
}
