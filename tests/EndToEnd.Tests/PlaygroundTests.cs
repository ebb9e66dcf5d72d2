using Microsoft.Playwright;

namespace SmartCardCrm.EndToEnd.Tests;

/// <summary>Somebody who never saw the product plays, in a real browser, with a whole chain behind
/// it.</summary>
public sealed class PlaygroundTests(PlayedChain chain) : IClassFixture<PlayedChain>
{
    private const string Again = "The card was taken away too early to be sure";

    [Fact]
    public async Task A_stranger_sees_a_doubt_settle_then_a_queue_grow_and_a_copied_card_found()
    {
        var page = await chain.VisitAsync();
        await SellsAndTearsAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();
        await CutsAndCopiesAsync(page);
        await Expect(page, "#step-list .done").ToHaveCountAsync(4);
        Assert.Empty(chain.Complaints);
    }

    private static async Task SellsAndTearsAsync(IPage page)
    {
        await Expect(page, "#step-parts .next").ToHaveTextAsync("Press “Sell” at the till.");
        await PlayedChain.IsAccessibleAsync(page, ColorScheme.Light, 390);

        await SellAsync(page);
        await DragAsync(page, "#wallet .owner-0", reader: 0);
        await SaysAsync(page, "Done.");
        await Expect(page, "#transactions").ToContainTextAsync("proved by the chip");
        await Expect(page, "#bytes .exchange >> nth=-1").ToContainTextAsync("CommitTransaction");
        await Expect(page, "[data-reader='0'] .lights").ToHaveAttributeAsync("aria-label", "Lights: green");
        await Expect(page, "#step-list li >> nth=0").ToHaveClassAsync("done");
        await DragAsync(page, "[data-reader='0'] .card", reader: null);

        await SellAsync(page);
        await PressAsync(page.Locator("[data-place='tear-1']"));
        await PressAsync(Card(page, "Clara: Reader 2"));
        await SaysAsync(page, Again);
        await Expect(page, "#journal .entry >> nth=0").ToContainTextAsync("Doubt: commit was sent");
        await Expect(page, "#bytes .exchange >> nth=-1").ToContainTextAsync("the card is gone");
        await Expect(page, "#exceptions .open").ToContainTextAsync("Clara");
        await PlayedChain.IsAccessibleAsync(page, ColorScheme.Dark, 1280);
        await PressAsync(Card(page, "Clara: Reader 2"));
        await SaysAsync(page, "Done.");
        await Expect(page, "#journal").ToContainTextAsync("Settlement");
        await Expect(page, "#exceptions").ToContainTextAsync("ClaraDoubt: did the card commit?settled");
        await Expect(page, "#step-list .done").ToHaveCountAsync(2);
        await PressAsync(page.Locator("[data-place='take-1']"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();
        await Expect(page, "#till-says").ToHaveTextAsync("Готово.");
        await PlayedChain.IsAccessibleAsync(page, ColorScheme.Dark, 390);
        await PlayedChain.IsAccessibleAsync(page, ColorScheme.Light, 1920);
    }

    private static async Task CutsAndCopiesAsync(IPage page)
    {
        var network = page.GetByRole(AriaRole.Switch, new() { NameString = "Network" });
        await network.ClickAsync();
        await Expect(page, "#queue").ToHaveTextAsync("No connection: the till goes on alone.");
        await SellAsync(page);
        await PressAsync(Card(page, "Boris: Reader 1"));
        await SwitchLanguagesAsync(page);
        await SaysAsync(page, "Done.");
        await Expect(page, "#queue").ToContainTextAsync("2 journal entries wait");
        await network.ClickAsync();
        await Expect(page, "#queue").ToHaveTextAsync("Connected. Everything sent.");

        await PressAsync(page.Locator("[data-place='take-0']"));
        await PressAsync(Card(page, "Boris: Copy"));
        await SellAsync(page);
        await PressAsync(Card(page, "Boris: Reader 1"));
        await SaysAsync(page, "Done.");
        await PressAsync(page.Locator("[data-place='take-0']"));
        await SellAsync(page);
        await PressAsync(Card(page, "Boris, copy 1: Reader 1"));
        await SaysAsync(page, "This card does not agree with the records");
        await Expect(page, "#exceptions .open").ToContainTextAsync("Two cards claim to be one");
        await PressAsync(page.Locator("[data-place='take-0']"));
    }

    private static async Task SellAsync(IPage page)
    {
        await page.Locator("#sell").ClickAsync();
        await SaysAsync(page, "Waiting for a card.");
    }

    private static Task SaysAsync(IPage page, string text) =>
        Expect(page, "#till-says").ToContainTextAsync(text);

    // Each time one stream of pictures ends and another begins, here while a card is spoken with.
    private static async Task SwitchLanguagesAsync(IPage page)
    {
        for (var i = 0; i < 3; i++)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();
        }
    }

    private static ILocator Card(IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocatorAssertions Expect(IPage page, string what) =>
        Assertions.Expect(page.Locator(what));

    // By the keyboard.
    private static Task PressAsync(ILocator button) => button.PressAsync("Enter");

    private static async Task DragAsync(IPage page, string card, int? reader)
    {
        await page.Locator("#wallet").ScrollIntoViewIfNeededAsync();
        var from = (await page.Locator(card).BoundingBoxAsync())!;
        var to = reader is null
            ? (await page.Locator("#wallet").BoundingBoxAsync())!
            : (await page.Locator($"[data-reader='{reader}'] .pad").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(from.X + 20, from.Y + 20);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(to.X + (to.Width / 2), to.Y + (to.Height / 2), new() { Steps = 5 });
        await page.Mouse.UpAsync();
    }
}
