using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Debian's Chromium before the console, driven by Playwright.</summary>
public abstract class ConsoleBrowser(ConsoleServer server) : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    // Pictures for whoever wants to look are kept in the folder that this variable names.
    protected static string? Pictures { get; } = Environment.GetEnvironmentVariable("CONSOLE_PICTURES");

    private readonly List<string> _complaints = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    protected ConsoleServer Server { get; } = server;

    /// <summary>What the browser had to say.</summary>
    protected IReadOnlyList<string> Complaints => _complaints;

    protected Task<IPage> LoginAsync(int width) =>
        LoginAsync(width, ConsoleServer.Name, ConsoleServer.Password);

    protected async Task<IPage> LoginAsync(int width, string name, string password)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Server.Url.ToString(),
            Locale = "en-GB",
            ViewportSize = new ViewportSize { Width = width, Height = 844 },
        });
        var page = await context.NewPageAsync();
        page.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning")
                _complaints.Add(said.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync("/");
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Today");
        return page;
    }

    protected static ILocator Heading(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    protected static string Told(AxeResultItem violation) =>
        $"{violation.Help}: {string.Join(' ', violation.Nodes.Select(node => node.Html))}";

    protected static async Task PictureAsync(IPage page, string name)
    {
        if (Pictures is null)
            return;
        var path = Path.Combine(Pictures, $"console-{name}.png");
        await page.ScreenshotAsync(new() { Path = path, FullPage = true });
    }
}
