using Deque.AxeCore.Commons;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using SmartCardCrm.Server.Members;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Every page of the console as it is read in one language, in a real browser: on a phone in the
/// dark, and on a laptop in the light.</summary>
public abstract class EveryPage(ConsoleServer server, string language) : ConsoleBrowser(server)
{
    // What makes a page scroll sideways. A wide table may: it scrolls by itself.
    private const string SticksOut =
        """
        document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".wide"))
            .map(e => `${location.pathname} at ${innerWidth}: ${e.outerHTML.slice(0, 100)}`)
        """;

    private static readonly string[] Pages =
    [
        "/", "/members", "/members/1", "/members/2", "/members/3", "/members/new", "/members/1/erase",
        "/members/1/adjust", "/approvals", "/adjustments/1", "/members/1/export", "/cards/1000001/retire",
        "/cards/1000001/slip",
        "/cards", "/cards/1000001", "/cards/1000001/block",
        "/transactions", "/exceptions", "/terminals", "/terminals/new", "/terminals/1/revoke",
        "/terminals/1", "/terminals/1/limits",
        "/issue", "/issue?member=3", "/staff", "/staff/new", "/staff/grace", "/staff/grace/edit",
        "/exceptions/1", "/exceptions/3", "/certificates", "/audit", "/keys",
        "/reports", "/reports/end-of-day", "/reports/exposure",
        "/programme", "/programme/versions/1", "/programme/drafts/new",
        "/programme/drafts/1?rule=evening&section=tiers", "/programme/drafts/1/schedule",
        "/programme/drafts/1/difference", "/programme/drafts/1/back-test",
        "/account", "/account/second-factor", "/account/passkeys",
        "/no/such/page",
    ];

    // Only what is wrong leaves the browser: the whole of axe's report takes longer than its work.
    private const string Violations =
        """
        async () => (await axe.run({ resultTypes: ["violations"] })).violations
            .map(one => `${one.help}: ${one.nodes.map(node => node.html).join(" ")}`)
        """;

    [Fact]
    public async Task Every_page_is_read_on_a_phone_and_on_a_laptop()
    {
        await using var reader = new ReaderOnTheLine(Server.Server.Services, terminal: 1);
        Server.Server.Services.GetRequiredService<AdjustmentDesk>().Ask(
            new AdjustmentWish(1, 500, "goodwill", "test") { Request = "to look at" });
        var page = await LoginAsync(width: 1280);
        await page.AddInitScriptAsync(new BundledAxeScriptProvider().GetScript());
        var choice = language == "en" ? "English" : "Русский";
        await page.GetByRole(AriaRole.Link, new() { Name = choice, Exact = true }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync(language == "en" ? "Today" : "Сегодня");

        foreach (var path in Pages)
            await VisitAsync(page, path);

        Assert.Equal([], Complaints.Where(line => !line.Contains("404", StringComparison.Ordinal)));
    }

    private async Task VisitAsync(IPage page, string path)
    {
        await page.GotoAsync(path);

        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);
        await Assertions.Expect(Heading(page)).ToBeVisibleAsync();
        foreach (var (width, colours) in new[] { (390, ColorScheme.Dark), (1280, ColorScheme.Light) })
        {
            await page.SetViewportSizeAsync(width, 844);
            await page.EmulateMediaAsync(
                new() { ColorScheme = colours, ReducedMotion = ReducedMotion.Reduce });
            Assert.Empty(await page.EvaluateAsync<string[]>(SticksOut));
            Assert.Empty(
                (await page.EvaluateAsync<string[]>(Violations)).Select(one => $"{path} at {width}: {one}"));
            await PictureAsync(page, $"{path.Replace('/', '_').Replace('?', '_')}-{language}-{width}");
        }

        if (Pictures is null)
            return;
        await page.SetViewportSizeAsync(2560, 1200);
        await PictureAsync(page, $"{path.Replace('/', '_').Replace('?', '_')}-{language}-2560");
    }
}

public sealed class EveryPageInEnglish(ConsoleServer server)
    : EveryPage(server, "en"), IClassFixture<ConsoleServer>;

public sealed class EveryPageInRussian(ConsoleServer server)
    : EveryPage(server, "ru"), IClassFixture<ConsoleServer>;
