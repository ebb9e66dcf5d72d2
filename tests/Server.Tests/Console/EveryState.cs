using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Staff;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>A chain in which nothing has happened yet.</summary>
public sealed class EmptyConsole : ConsoleServer
{
    protected override void Fill(string folder)
    {
    }
}

/// <summary>What people read where there is nothing yet, nothing any more, no permission, or a mistake: each
/// state that a page has besides the usual one.</summary>
public abstract class EveryState(EmptyConsole server, string language) : ConsoleBrowser(server)
{
    private static readonly string[] Empty =
    [
        "/", "/members", "/members?text=nobody", "/cards", "/transactions", "/exceptions", "/terminals",
        "/issue", "/stock", "/certificates", "/audit", "/approvals", "/programme", "/reports/end-of-day",
    ];

    private static readonly string[] Missing =
    [
        "/members/9", "/members/9/erase", "/members/9/adjust", "/members/9/export", "/adjustments/9",
        "/cards/9", "/cards/9/block", "/cards/9/replace", "/cards/9/retire", "/cards/9/slip",
        "/issue/00000000-0000-0000-0000-000000000009", "/stock/9", "/stock/9/list", "/stock/9/begin",
        "/stock/jobs/00000000-0000-0000-0000-000000000009", "/exceptions/9", "/certificates/2026-01-01",
        "/terminals/9", "/terminals/9/limits", "/terminals/9/revoke",
        "/reports/nothing", "/staff/nobody", "/staff/nobody/edit",
        "/programme/versions/9", "/programme/versions/9/difference", "/programme/drafts/9",
        "/programme/drafts/9/publish", "/programme/drafts/9/back-test",
        "/programme/back-tests/00000000-0000-0000-0000-000000000009",
    ];

    private static readonly string[] Forms =
        ["/members/new", "/stock/new", "/staff/new", "/terminals/new", "/programme/drafts/new"];

    [Fact]
    public async Task Every_state_is_read_on_a_phone_and_on_a_laptop()
    {
        Clerks.Hire(Server.Server.Services, "carl", "cashier", 319);
        var page = await LoginAsync(width: 1280);
        await SpeakAsync(page, language);

        foreach (var path in Empty)
            await VisitAsync(page, path, status: 200);
        // They look alike: each must say so, and the first is read.
        foreach (var path in Missing.Skip(1))
            Assert.Equal((path, 404), (path, (await page.APIRequest.GetAsync(path)).Status));
        await VisitAsync(page, Missing[0], status: 404);
        foreach (var path in Forms)
            await FillInNothingAsync(page, path);
        await BeforeTheConsoleAsync();

        var cashier = await LoginAsync(width: 1280, "carl", Clerks.Password);
        await SpeakAsync(cashier, language);
        await ExamineAsync(cashier, "cashier", language);
        await VisitAsync(cashier, "/staff", status: 403);

        Server.Server.AnnounceError("An unhandled exception has occurred");
        Server.Server.Services.GetRequiredService<Database>().Write(db => db.Run("DROP TABLE posting"));
        await VisitAsync(page, "/cards", status: 500);
    }

    private async Task VisitAsync(IPage page, string path, int status)
    {
        var answer = await page.GotoAsync(path);
        Assert.Equal((path, status), (path, answer!.Status));
        await ExamineAsync(page, $"{path} ({status})", language);
    }

    // The browser would keep back what lacks something; others do not.
    private async Task FillInNothingAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await page.EvaluateAsync("document.querySelector('main form').noValidate = true");
        await page.Locator("main form button.button").First.ClickAsync();
        await Assertions.Expect(page.Locator(".problem")).ToBeVisibleAsync();
        await ExamineAsync(page, $"{path} (refused)", language);
    }

    private async Task BeforeTheConsoleAsync()
    {
        var stranger = await OpenAsync(width: 1280);
        await stranger.GotoAsync("/login");
        await SpeakAsync(stranger, language);
        await stranger.Locator("[name=name]").FillAsync("nobody");
        await stranger.Locator("[name=password]").FillAsync("not the password");
        await stranger.Locator("form button").First.ClickAsync();
        await Assertions.Expect(stranger.Locator("[role=alert]:visible")).ToBeVisibleAsync();
        await ExamineAsync(stranger, "login (refused)", language);
        foreach (var path in new[] { "/login", "/first-login", "/invitation" })
            await VisitAsync(stranger, path, status: 200);
    }
}

public sealed class EveryStateInEnglish(EmptyConsole server)
    : EveryState(server, "en"), IClassFixture<EmptyConsole>;

public sealed class EveryStateInRussian(EmptyConsole server)
    : EveryState(server, "ru"), IClassFixture<EmptyConsole>;
