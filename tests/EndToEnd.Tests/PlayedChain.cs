using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using SmartCardCrm.Demo;
using SmartCardCrm.Demo.Playground;
using SmartCardCrm.Demo.Rack;

namespace SmartCardCrm.EndToEnd.Tests;

/// <summary>
/// A chain as <c>./run.sh --without-pcscd</c> starts it, with the visitor's terminal alone, and a real
/// browser before its playground.
/// </summary>
public sealed class PlayedChain : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private const float PatienceMs = 30_000;

    // What makes a page scroll sideways.
    private const string SticksOut =
        """
        document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth)
            .map(e => `at ${innerWidth}: ${e.outerHTML.slice(0, 100)}`)
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("smartcardcrm-play-");
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));
    private readonly List<string> _complaints = [];
    private ChainInABox? _chain;
    private Visit? _visit;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>What the browser had to say.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public async ValueTask InitializeAsync()
    {
        var folder = new ChainFolder(_folder.FullName);
        _visit = await Visit.WelcomeAsync(_limit.Token);
        _chain = ChainInABox.In(folder);
        _visit.Announce(_chain);
        Assertions.SetDefaultExpectTimeout(PatienceMs);
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
        await _chain.StartAsync(
            terminals: 1, stop => ReaderRoom.OnLoopbackAsync(folder, 1, slots: 2, stop), _visit.Tell,
            _limit.Token);
        await _visit.OpenAsync(_chain, seed: 1, TimeProvider.System, _limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_visit is not null)
            await _visit.DisposeAsync();
        if (_chain is not null)
            await _chain.DisposeAsync();
        _limit.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The playground, to somebody who has never been there.</summary>
    internal async Task<IPage> VisitAsync()
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            Locale = "en-GB",
            ViewportSize = new ViewportSize { Width = 1280, Height = 900 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        page.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning")
                _complaints.Add(said.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync($"{_visit!.Address}");
        return page;
    }

    /// <summary>Nothing sticks out at any width, and axe finds nothing at this one.</summary>
    internal static async Task IsAccessibleAsync(IPage page, ColorScheme scheme, int width)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        foreach (var each in new[] { 390, 1280, 1920, width })
        {
            await page.SetViewportSizeAsync(each, 900);
            Assert.Empty(await page.EvaluateAsync<string[]>(SticksOut));
        }

        var axe = await page.RunAxe();
        await page.SetViewportSizeAsync(1280, 900);
        Assert.Empty(axe.Violations.Select(one =>
            $"at {width}: {one.Help}: {string.Join(' ', one.Nodes.Select(node => node.Html))}"));
    }
}
