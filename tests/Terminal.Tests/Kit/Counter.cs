using Microsoft.Playwright;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>A counter: a till on the line, its reader on the board, and pages that look at them.</summary>
internal sealed class Counter : IAsyncDisposable
{
    private readonly Browser _browser;
    private readonly ICardReader _reader;

    private Counter(Browser browser, TillOnTheLine till)
    {
        (_browser, Till) = (browser, till);
        _reader = till.Board.Post(till.Shop.Reader);
        _reader.Look();
    }

    public TillOnTheLine Till { get; }

    public static async Task<Counter> OpenAsync(Browser browser) =>
        new(browser, await TillOnTheLine.OpenAsync());

    /// <summary>The cashier's page, with the till's key.</summary>
    public async Task<Browser.Sight> CashierAsync(string path = "/counter", string locale = "en-GB")
    {
        var sight = await LookAsync(path, locale);
        await EnterAsync(sight.Page, await KeyAsync("till-api.key"));
        return sight;
    }

    /// <summary>The customer's display, with its own key.</summary>
    public async Task<Browser.Sight> DisplayAsync(string path = "/counter/display", string locale = "en-GB")
    {
        var sight = await LookAsync(path, locale);
        await EnterAsync(sight.Page, await KeyAsync("display.key"));
        return sight;
    }

    /// <summary>A page in front of its door.</summary>
    public Task<Browser.Sight> LookAsync(string path, string locale = "en-GB") =>
        _browser.OpenAsync(Till.Client.BaseAddress!, path, locale);

    public static async Task EnterAsync(IPage page, string key)
    {
        await page.Locator("#key").FillAsync(key);
        await page.Locator("#key").PressAsync("Enter");
        await Assertions.Expect(page.Locator("#door")).ToBeHiddenAsync();
    }

    /// <summary>One of the keys in the terminal's data folder.</summary>
    public Task<string> KeyAsync(string file) => File.ReadAllTextAsync(Path.Combine(Till.DataFolder, file));

    /// <summary>Puts the card down and lets the terminal do all it wants.</summary>
    public void Put(SimulatedCard card)
    {
        Till.Shop.Reader.Put(card);
        _reader.Look();
        Till.Shop.StepUntilIdle();
    }

    public void Take()
    {
        Till.Shop.Reader.Take();
        _reader.Look();
        Till.Shop.StepUntilIdle();
    }

    public void Tap(SimulatedCard card)
    {
        Put(card);
        Take();
    }

    /// <summary>The reader is unplugged, or plugged in again.</summary>
    public void Plug(bool isThere)
    {
        Till.Shop.Reader.Unplugged = !isThere;
        _reader.Look();
    }

    public ValueTask DisposeAsync() => Till.DisposeAsync();
}
