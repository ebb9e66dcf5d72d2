using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Server.Tests.Staff;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Batches of cards: ordered, brought as a list, begun at a counter, and what is refused of
/// it.</summary>
public sealed class StockPagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    [Fact]
    public async Task A_batch_is_ordered_and_what_is_none_is_refused_in_words()
    {
        using var visitor = await server.LoginAsync();

        var none = await OrderAsync(visitor, "0", "Bench of St Petersburg");
        var nobody = await OrderAsync(visitor, "5", " ");
        var done = await OrderAsync(visitor, "1234", "Bench of St Petersburg");

        Says(none, "A batch has 1 to 100,000 cards.");
        Says(nobody, "Say in 1 to 64 characters whose bench it is.");
        Assert.Equal("", done);
        var batch = Stock.All()[^1];
        Assert.Equal(("Bench of St Petersburg", 1234, "grace"), (batch.Origin, batch.Size, batch.OrderedBy));
        var page = await ConsoleServer.ReadAsync(visitor, $"/stock/{batch.Number}");
        Says(page, $"{batch.FirstNumber}–{batch.LastNumber}");
        Says(page, "0 of 1,234 cards");
        Says(await ConsoleServer.ReadAsync(visitor, "/stock"), $"href=\"/stock/{batch.Number}\"");
    }

    [Fact]
    public async Task Each_wrong_line_of_a_list_is_named_in_words_and_nothing_is_taken()
    {
        using var visitor = await server.LoginAsync();
        var batch = Order(20_001);

        var wrong = await BringAsync(
            visitor, batch, $"04AB0000000001,{batch.FirstNumber}\n04AB0000000002,7\nnothing at all\n");
        var before = Stock.Find(batch.Number)!.Prepared;
        var right = await BringAsync(visitor, batch, $"# UID,card\r\n04AB0000000001,{batch.FirstNumber}\r\n");
        var again = await BringAsync(visitor, batch, $"\uFEFF04AB0000000001;{batch.FirstNumber}");

        Says(wrong, "Nothing was taken: lines of the list are wrong.");
        Assert.Matches(
            "(?s)>2</th>.*not a number of this batch.*>3</th>.*not a UID, a comma and a number", wrong);
        Assert.Equal((0, 1), (before, Stock.Find(batch.Number)!.Prepared));
        Says(right, "Taken into stock: 1 card. Known before: 0.");
        Says(again, "Taken into stock: 0 cards. Known before: 1.");
    }

    [Fact]
    public async Task A_list_that_is_too_long_is_refused_in_words_however_long_it_is()
    {
        using var visitor = await server.LoginAsync();
        var batch = Order(20_001);
        var lines = string.Concat(Enumerable.Range(0, 20_001).Select(at =>
            string.Create(CultureInfo.InvariantCulture, $"04{at:X12},{batch.FirstNumber + at}\n")));

        var longer = await BringAsync(visitor, batch, lines);
        var longest = await BringAsync(visitor, batch, string.Concat(Enumerable.Repeat(lines, 5)));

        Says(longer, "A list has at most 20,000 lines.");
        Says(longest, "A list has at most 20,000 lines.");
        Assert.Equal(0, Stock.Find(batch.Number)!.Prepared);
    }

    [Fact]
    public async Task Where_a_batch_is_being_worked_on_no_other_is_begun_and_a_reader_that_left_is_told()
    {
        using var visitor = await server.LoginAsync();
        await using var reader = new ReaderOnTheLine(server.Server.Services, terminal: 2);
        var batch = Order(2);
        var page = $"/stock/{batch.Number}/begin?task=bind";

        var begun = await BeginAsync(visitor, page, "2:Reader A");
        var job = Assert.Single(Desk.Running);
        var seen = await ConsoleServer.ReadAsync(visitor, page);
        var busy = await BeginAsync(visitor, page, "2:Reader A");
        var gone = await BeginAsync(visitor, page, "1:Reader A");
        Desk.End(job.Id);
        using var unknown = await visitor.GetAsync("/stock/999/begin");

        Assert.Equal("", begun);
        Assert.Equal(("grace", true), (job.Request.By, job.Request.MayBeLeft));
        Says(seen, "a batch is being worked on at this terminal");
        Says(busy, "A batch is being worked on at this terminal already.");
        Says(busy, $"href=\"/stock/jobs/{job.Id}\"");
        Says(gone, "This reader is no longer there.");
        Says(await ConsoleServer.ReadAsync(visitor, $"/stock/jobs/{job.Id}"), "Ended. What was done stays");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Factory_cards_are_prepared_only_at_a_bench_and_the_page_says_so()
    {
        await using var shops = await InProcessServer.StartAsync(factoryCards: false);
        Assert.True(shops.Services.GetRequiredService<StaffLogin>().TryAddFirst("grace", Clerks.Password));
        using var visitor = await shops.BrowserAsync("grace");
        using var terminal = await TestTerminal.EnrolAsync(shops);
        await using var reader = new ReaderOnTheLine(shops.Services, terminal.Number);
        Says(await ConsoleServer.ReadAsync(visitor, "/stock"), "No batch was ordered yet");
        await OrderAsync(visitor, "2", "Counter");
        const string Page = "/stock/1/begin?task=prepare";

        var seen = await ConsoleServer.ReadAsync(visitor, Page);
        var refused = await BeginAsync(visitor, Page, $"{terminal.Number}:Reader A");

        Says(seen, "no bench: factory cards are not prepared here");
        Says(seen, "disabled");
        Says(refused, "Factory cards are not prepared at this terminal: somebody might listen.");
    }

    private StockBook Stock => server.Server.Services.GetRequiredService<StockBook>();

    private BenchDesk Desk => server.Server.Services.GetRequiredService<BenchDesk>();

    private CardBatch Order(long size) => Stock.Order(
        new NewBatch(1, "Bench", size, "test"),
        server.Server.Services.GetRequiredService<KeyVault>().NewestVersions)!;

    private static Task<string> OrderAsync(HttpClient visitor, string size, string origin) =>
        ConsoleServer.SendAsync(
            visitor, "/stock/new", "batch", new() { ["Form.Size"] = size, ["Form.Origin"] = origin });

    private static Task<string> BeginAsync(HttpClient visitor, string page, string reader) =>
        ConsoleServer.SendAsync(visitor, page, "begin", new() { ["Reader"] = reader });

    private static async Task<string> BringAsync(HttpClient visitor, CardBatch batch, string list)
    {
        using var file = new StringContent(list);
        using var answer = await ConsoleServer.PostFileAsync(
            visitor, $"/stock/{batch.Number}/list", "list", ("List", file));
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    private static void Says(string html, string words) =>
        Assert.Contains(words, html, StringComparison.Ordinal);
}
