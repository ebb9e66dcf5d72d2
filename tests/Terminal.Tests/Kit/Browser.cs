using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>A real browser: Debian's Chromium, driven by Playwright. What it complains of is kept.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    // What makes a page scroll sideways.
    private const string SticksOut =
        """
        document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth)
            .map(e => `at ${innerWidth}: ${e.outerHTML.slice(0, 100)}`)
        """;

    // Only what is wrong leaves the browser: the whole of axe's report takes longer than its work.
    private const string Violations =
        """
        async () => (await axe.run({ resultTypes: ["violations"] })).violations
            .map(one => `${one.help}: ${one.nodes.map(node => node.html).join(" ")}`)
        """;

    // Pictures for whoever wants to look are kept in the folder that this variable names.
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("TILL_PICTURES");

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
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A page that nobody has been at before.</summary>
    internal async Task<Sight> OpenAsync(Uri address, string path, string locale = "en-GB")
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            Locale = locale,
            ViewportSize = new ViewportSize { Width = 1280, Height = 844 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        await context.AddInitScriptAsync(new BundledAxeScriptProvider().GetScript());
        var sight = new Sight(await context.NewPageAsync());
        await sight.Page.GotoAsync(path);
        return sight;
    }

    /// <summary>A page, and what the browser had to say of it.</summary>
    internal sealed class Sight
    {
        private bool _isDark;

        public Sight(IPage page)
        {
            Page = page;
            page.Console += (_, said) =>
            {
                if (said.Type is "error" or "warning")
                    Complaints.Add(said.Text);
            };
            page.PageError += (_, error) => Complaints.Add(error);
            page.Request += (_, request) => Requests.Add(request.Url);
        }

        public IPage Page { get; }

        public List<string> Complaints { get; } = [];

        public List<string> Requests { get; } = [];

        /// <summary>Nothing sticks out and axe finds nothing, on a phone, a laptop and a wide screen, in the
        /// light and in the dark: the one or the other first, in turn.</summary>
        public async Task IsAccessibleAsync(string name)
        {
            foreach (var width in new[] { 390, 1280, 1920 })
            {
                _isDark = !_isDark;
                await Page.SetViewportSizeAsync(width, 844);
                await Page.EmulateMediaAsync(new()
                {
                    ColorScheme = _isDark ? ColorScheme.Dark : ColorScheme.Light,
                    ReducedMotion = ReducedMotion.Reduce,
                });
                Assert.Empty(await Page.EvaluateAsync<string[]>(SticksOut));
                Assert.Empty((await Page.EvaluateAsync<string[]>(Violations)).Select(
                    one => $"{name} at {width}: {one}"));
                await PictureAsync($"{name}-{width}-{(_isDark ? "dark" : "light")}");
            }

            await Page.SetViewportSizeAsync(1280, 844);
        }

        public async Task PictureAsync(string name)
        {
            if (Pictures is not null)
            {
                await Page.ScreenshotAsync(
                    new() { Path = Path.Combine(Pictures, $"{name}.png"), FullPage = true });
            }
        }
    }
}
