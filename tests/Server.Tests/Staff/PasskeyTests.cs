using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>Passkeys in a real browser, with an authenticator that Chromium plays.</summary>
public sealed class PasskeyTests : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--no-first-run"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    [Fact]
    public async Task A_passkey_lets_its_owner_in_until_it_is_taken_away()
    {
        await using var server = await OpenAsync();
        var page = await OpenPageAsync(server);
        await AuthenticatorAsync(page);
        await LoginAsync(page);
        await AddAsync(page, "phone");

        await LogoutAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Today");
        await page.GotoAsync("/account/passkeys");
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "phone" }).Locator("time"))
            .ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove phone" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(0);
        await LogoutAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByText("This passkey lets nobody in.")).ToBeVisibleAsync();
        var audited = server.Services.GetRequiredService<Database>()
            .Read(db => AuditLog.List(db, "staff:ada", 0, 2));
        Assert.Equal(
            ["ada staff-passkey-removed", "ada staff-passkey-added"],
            audited.Select(entry => $"{entry.DoneBy} {entry.Action}"));
    }

    [Fact]
    public async Task An_answer_lets_in_once_and_nobody_who_was_shut_out()
    {
        await using var server = await OpenAsync();
        var page = await OpenPageAsync(server);
        await AuthenticatorAsync(page);
        await LoginAsync(page);
        await AddAsync(page, "phone");
        await LogoutAsync(page);
        var sent = "";
        page.Request += (_, request) =>
            sent = request.Url.EndsWith("/passkey", StringComparison.Ordinal) ? request.PostData! : sent;

        await page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Today");
        await LogoutAsync(page);
        var again = await page.APIRequest.PostAsync("/login/passkey", new()
        {
            DataString = sent,
            Headers = [new("Content-Type", "application/x-www-form-urlencoded")],
        });
        Assert.Contains("This passkey lets nobody in.", await again.TextAsync(), StringComparison.Ordinal);

        Clerks.Hire(server.Services, "boris", "administrator");
        Assert.Null(server.Services.GetRequiredService<StaffDesk>().Disable("ada", "boris", "Has left."));
        await page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByText("This passkey lets nobody in.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_authenticator_that_asks_nobody_for_a_finger_or_a_PIN_makes_no_passkey()
    {
        await using var server = await OpenAsync();
        var page = await OpenPageAsync(server);
        await AuthenticatorAsync(page, verifies: false);
        await LoginAsync(page);

        await page.GotoAsync("/account/passkeys");
        await page.GetByLabel("What you call it").FillAsync("stick");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();

        await Assertions.Expect(page.GetByText("The device has not answered")).ToBeVisibleAsync();
        Assert.Empty(server.Services.GetRequiredService<PasskeyBook>().Of("ada"));
    }

    [Fact]
    public async Task A_reset_takes_passkeys_away()
    {
        await using var server = await OpenAsync();
        Clerks.Hire(server.Services, "boris", "administrator");
        var page = await OpenPageAsync(server);
        await AuthenticatorAsync(page);
        await LoginAsync(page);
        await AddAsync(page, "phone");
        await LogoutAsync(page);

        server.Services.GetRequiredService<StaffDesk>().Reset("ada", "boris", "Lost the phone.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByText("This passkey lets nobody in.")).ToBeVisibleAsync();
    }

    private static ILocator Heading(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    private static async Task AddAsync(IPage page, string title)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Account" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Look after them" }).ClickAsync();
        await page.GetByLabel("What you call it").FillAsync(title);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = title })).ToBeVisibleAsync();
    }

    private static async Task LoginAsync(IPage page)
    {
        await page.GotoAsync("/login");
        await page.GetByLabel("Name").FillAsync("ada");
        await page.GetByLabel("Password").FillAsync(Clerks.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Today");
    }

    private static async Task LogoutAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Log in");
    }

    private static async Task AuthenticatorAsync(IPage page, bool verifies = true)
    {
        var devTools = await page.Context.NewCDPSessionAsync(page);
        await devTools.SendAsync("WebAuthn.enable");
        await devTools.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = JsonSerializer.SerializeToElement(new
            {
                protocol = "ctap2",
                transport = "internal",
                hasResidentKey = true,
                hasUserVerification = verifies,
                isUserVerified = verifies,
                automaticPresenceSimulation = true,
            }),
        });
    }

    // A passkey belongs to a name, and an address is none.
    private async Task<IPage> OpenPageAsync(InProcessServer server)
    {
        var url = new UriBuilder(server.Endpoints.Console) { Host = "localhost" };
        var context = await _browser!.NewContextAsync(
            new() { BaseURL = url.Uri.ToString(), Locale = "en-GB" });
        return await context.NewPageAsync();
    }

    private static async Task<InProcessServer> OpenAsync()
    {
        var server = await InProcessServer.StartAsync();
        Assert.True(server.Services.GetRequiredService<StaffLogin>().TryAddFirst("ada", Clerks.Password));
        return server;
    }
}
