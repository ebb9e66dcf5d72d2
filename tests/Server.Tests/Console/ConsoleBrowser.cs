using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Debian's Chromium before the console, driven by Playwright.</summary>
public abstract class ConsoleBrowser(ConsoleServer server) : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    // Pictures for whoever wants to look are kept in the folder that this variable names.
    protected static string? Pictures { get; } = Environment.GetEnvironmentVariable("CONSOLE_PICTURES");

    // What makes a page scroll sideways. A wide table may: it scrolls by itself.
    private const string SticksOut =
        """
        document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".wide"))
            .map(e => `${location.pathname} at ${innerWidth}: ${e.outerHTML.slice(0, 100)}`)
        """;

    // Only what is wrong leaves the browser: the whole of axe's report takes longer than its work.
    private const string Violations =
        """
        async () => (await axe.run({ resultTypes: ["violations"] })).violations
            .map(one => `${one.help}: ${one.nodes.map(node => node.html).join(" ")}`)
        """;

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
        var page = await OpenAsync(width);
        await page.GotoAsync("/");
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Today");
        return page;
    }

    /// <summary>A browser of somebody who has not logged in.</summary>
    protected async Task<IPage> OpenAsync(int width)
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
        return page;
    }

    /// <summary>Chooses a language, and has axe wait on every page from here on.</summary>
    protected static async Task SpeakAsync(IPage page, string language)
    {
        await page.AddInitScriptAsync(new BundledAxeScriptProvider().GetScript());
        var choice = language == "en" ? "English" : "Русский";
        await page.GetByRole(AriaRole.Link, new() { Name = choice, Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);
    }

    /// <summary>Reads what is shown on a phone in the dark and on a laptop in the light: axe finds nothing,
    /// and nothing sticks out.</summary>
    protected static async Task ExamineAsync(IPage page, string name, string language)
    {
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);
        await Assertions.Expect(Heading(page)).ToBeVisibleAsync();
        foreach (var (width, colours) in new[] { (390, ColorScheme.Dark), (1280, ColorScheme.Light) })
        {
            await page.SetViewportSizeAsync(width, 844);
            await page.EmulateMediaAsync(
                new() { ColorScheme = colours, ReducedMotion = ReducedMotion.Reduce });
            Assert.Empty(await page.EvaluateAsync<string[]>(SticksOut));
            Assert.Empty(
                (await page.EvaluateAsync<string[]>(Violations)).Select(one => $"{name} at {width}: {one}"));
            await PictureAsync(page, $"{name.Replace('/', '_').Replace('?', '_')}-{language}-{width}");
        }

        if (Pictures is null)
            return;
        await page.SetViewportSizeAsync(2560, 1200);
        await PictureAsync(page, $"{name.Replace('/', '_').Replace('?', '_')}-{language}-2560");
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
