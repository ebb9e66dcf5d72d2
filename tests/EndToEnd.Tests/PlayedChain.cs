using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using SmartCardCrm.Demo;
using SmartCardCrm.Demo.Business;
using SmartCardCrm.Demo.Playground;
using SmartCardCrm.Demo.Processes;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.EndToEnd.Tests;

/// <summary>
/// A chain as <c>./run.sh --without-pcscd</c> starts it, with the visitor's terminal alone, and a real
/// browser before its playground.
/// </summary>
public sealed class PlayedChain : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private const float PatienceMs = 30_000;

    // Only what is wrong leaves the browser: the whole of axe's report takes longer than its work.
    private const string Violations =
        """
        async () => (await axe.run({ resultTypes: ["violations"] })).violations
            .map(one => `${one.help}: ${one.nodes.map(node => node.html).join(" ")}`)
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // What makes a page scroll sideways.
    private const string SticksOut =
        """
        document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > innerWidth)
            .map(e => `at ${innerWidth}: ${e.outerHTML.slice(0, 100)}`)
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("smartcardcrm-play-");
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(10));
    private readonly List<string> _complaints = [];
    private ChainInABox? _chain;
    private Visit? _visit;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private bool _isKnown;

    /// <summary>What the browser had to say.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    internal ChainInABox Chain => _chain ?? throw new InvalidOperationException("It has not been started.");

    internal CancellationToken Limit => _limit.Token;

    /// <summary>The visitor's.</summary>
    internal ShopTerminal Till => Chain.Terminals[0];

    /// <summary>One more terminal, with a reader that no card comes to. Neither enrolled nor
    /// started.</summary>
    internal ShopTerminal NewTerminal(int index) => new(
        index, [],
        new TerminalSetting(
            ["--vpcd-port", FormattableString.Invariant($"{Loopback.FreePorts(1)[0]}")],
            new Dictionary<string, string>(StringComparer.Ordinal), IsTraced: false),
        new ChainFolder(_folder.FullName));

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
        var page = await NewPageAsync();
        await page.GotoAsync($"{_visit!.Address}");
        return page;
    }

    /// <summary>The console, to its first administrator.</summary>
    internal async Task<IPage> HeadOfficeAsync()
    {
        var page = await NewPageAsync();
        var first = Chain.Server.FirstLogin;
        await page.GotoAsync(_isKnown ? $"{Chain.Server.Console}login" : first!);
        await page.Locator("[name=name]").FillAsync("grace");
        await page.Locator("[name=password]").FillAsync("a password for walks");
        await page.Locator("[name=password]").PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Today");
        _isKnown = true;
        return page;
    }

    /// <summary>The console, to somebody whom head office lets in with one role and no other.</summary>
    internal async Task<IPage> ClerkAsync(string name, string role)
    {
        var office = await HeadOfficeAsync();
        await office.GotoAsync($"{Chain.Server.Console}staff/new");
        await office.Locator("[name='Form.Name']").FillAsync(name);
        await office.Locator($"[value={role}]").CheckAsync();
        await office.Locator("[name='Form.Why']").FillAsync("For a walk.");
        await office.Locator("[name='Form.Why']").PressAsync("Enter");
        var invitation = await office.Locator("#invitation").TextContentAsync();

        var page = await NewPageAsync();
        await page.GotoAsync(invitation!);
        await page.Locator("[name=password]").FillAsync("another password for walks");
        await page.Locator("[name=password]").PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Today");
        return page;
    }

    /// <summary>A new member with a card.</summary>
    /// <param name="household">That no test has asked for before.</param>
    internal async Task<Customer> IssueAsync(int household) =>
        (await new CardIssue(Chain, seed: 7, TimeProvider.System)
            .ServeAsync([household], _ => { }, Limit)).Single();

    /// <summary>A whole visit: card down, checkout, card away.</summary>
    internal async Task<Checkout> SellAsync(string card, long amountMinor)
    {
        await PutAsync(card);
        var order = new CheckoutOrder(
            amountMinor, "USD", 0, RedeemAll: false, Store: 1, "2026-11-23T10:00:00", Till.Readers[0].Name,
            60_000);
        var key = $"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
        var started = await Till.Till.StartAsync(order, key, Limit);
        var checkout = await UntilAsync(() => Till.Till.GetAsync(started!.Id, Limit), now => now.IsOver);
        await TakeAsync();
        return checkout;
    }

    internal Task PutAsync(string card) =>
        Chain.Readers.Rack.InsertAsync(Till.Readers[0].Slot, card, Limit);

    internal async Task TakeAsync()
    {
        await Chain.Readers.Rack.RemoveAsync(Till.Readers[0].Slot, Limit);
        await Till.Watch.EmptyAsync(Till.Readers[0].Name, Limit);
    }

    /// <summary>Asks until the answer is as wanted, and fails with the last one when it does not
    /// come.</summary>
    internal async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isWanted)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (isWanted(answer))
                return answer;
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"Still {answer} after {Patience.TotalSeconds} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Limit);
        }
    }

    /// <summary>A browser's page of its own.</summary>
    internal async Task<IPage> NewPageAsync()
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            Locale = "en-GB",
            ViewportSize = new ViewportSize { Width = 1280, Height = 900 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        await context.AddInitScriptAsync(new BundledAxeScriptProvider().GetScript());
        var page = await context.NewPageAsync();
        page.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning")
                _complaints.Add(said.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
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

        var violations = await page.EvaluateAsync<string[]>(Violations);
        await page.SetViewportSizeAsync(1280, 900);
        Assert.Empty(violations.Select(one => $"at {width}: {one}"));
    }
}
