using Microsoft.Playwright;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Pages;

/// <summary>The customer's display in a real browser.</summary>
public sealed class DisplayPageTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly MemberProfile Anna = new() { Language = "en", Alias = "Anna" };

    [Fact]
    public async Task A_customer_is_greeted_thanked_and_forgotten()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var card = counter.Till.Chain.Issue(member: Anna);
        var sight = await counter.LookAsync("/counter/display");
        var page = sight.Page;
        await sight.IsAccessibleAsync("display-door-en");
        await page.Clock.InstallAsync();
        await Counter.EnterAsync(page, await counter.KeyAsync("display.key"));
        await Says(page, "Welcome!");
        await sight.IsAccessibleAsync("display-idle-en");

        await AskAsync(counter);
        await Says(page, "Please hold your card to the reader.");
        await sight.IsAccessibleAsync("display-present-en");
        counter.Tap(card);
        await Shows(page, "Hello, Anna!", "+42", "points for this purchase", "0", "points on your card");
        await sight.IsAccessibleAsync("display-hello-en");
        await SellAsync(counter);
        await Says(page, "Please hold your card to the reader.");
        counter.Put(card);
        await Says(page, "Thank you!");
        await Shows(page, "Anna", "+42", "points earned", "points on your card", "Please take your card.");
        await sight.IsAccessibleAsync("display-thanks-en");

        await page.Clock.FastForwardAsync(13_000);
        await Says(page, "Thank you!");
        counter.Take();
        await Says(page, "Welcome!");
        Assert.DoesNotContain("42", await page.Locator("#stage").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal([], sight.Complaints);
    }

    [Fact]
    public async Task A_card_in_doubt_is_asked_for_again_in_its_owners_language()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var card = counter.Till.Chain.Issue(member: new MemberProfile { Language = "ru", Alias = "Аня" });
        var sight = await counter.DisplayAsync();
        var page = sight.Page;

        await AskAsync(counter);
        counter.Tap(card);
        await Shows(page, "Здравствуйте, Аня!", "+42", "балла за эту покупку", "баллов на карте");
        await Expect(page.Locator("#words")).ToHaveAttributeAsync("lang", "ru");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();
        await SellAsync(counter);
        await Says(page, "Пожалуйста, приложите карту к считывателю.");
        card.Tear(9, TearMoment.After);
        counter.Tap(card);
        await Expect(page.Locator("#stage")).ToHaveAttributeAsync("data-scene", "again");
        await Says(page, "Пожалуйста, приложите ту же карту ещё раз.");
        await sight.IsAccessibleAsync("display-again-ru");
        counter.Tap(card);
        await Says(page, "Спасибо!");
        await Shows(page, "+42", "балла начислено");
        await sight.IsAccessibleAsync("display-thanks-ru");
    }

    [Fact]
    public async Task It_says_nothing_of_a_blocked_card_but_where_to_ask_and_that_no_points_are_to_be_had()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var sight = await counter.DisplayAsync();
        var page = sight.Page;
        await page.Clock.InstallAsync();
        counter.Till.Shop.Hear(BlockedCardTests.Listed(2, true));

        await SellAsync(counter);
        await Says(page, "Please hold your card to the reader.");
        counter.Tap(counter.Till.Chain.Issue(2));
        await Says(page, "Please ask at the service desk.");
        await sight.IsAccessibleAsync("display-sorry-en");
        await page.Clock.FastForwardAsync(9_000);
        await Says(page, "Welcome!");
        counter.Till.Shop.Till.Desk.Stop(StopCode.Tamper);
        await Says(page, "Points are not available at this till just now.");
        await sight.IsAccessibleAsync("display-stopped-en");
        counter.Till.Shop.Till.Desk.Resume(StopCode.Tamper);
        await Says(page, "Welcome!");
        counter.Plug(false);
        await Says(page, "Points are not available at this till just now.");
    }

    [Fact]
    public async Task It_waits_for_a_terminal_that_is_away_and_takes_no_key_but_its_own()
    {
        var counter = await Counter.OpenAsync(browser);
        var sight = await counter.LookAsync("/counter/display");
        var page = sight.Page;
        var key = page.GetByLabel("Key", new() { Exact = true });
        await key.FillAsync(await counter.KeyAsync("till-api.key"));
        await key.PressAsync("Enter");
        await Expect(page.Locator("#door-error")).ToHaveTextAsync("This is not the terminal's key.");

        await Counter.EnterAsync(page, await counter.KeyAsync("display.key"));
        await Says(page, "Welcome!");
        await page.ReloadAsync();
        await Says(page, "Welcome!");
        await counter.DisposeAsync();
        await Says(page, "One moment, please.");
        await sight.IsAccessibleAsync("display-away-en");
    }

    private static Task AskAsync(Counter counter) => counter.Till.PostAsync(
        "/v1/enquiries", """{"member":true,"basket":{"amountMinor":4249,"currency":"USD"}}""");

    private static Task SellAsync(Counter counter) =>
        counter.Till.PostAsync("/v1/checkouts", """{"amountMinor":4249,"currency":"USD"}""");

    private static ILocatorAssertions Expect(ILocator what) => Assertions.Expect(what);

    private static Task Says(IPage page, string customer) =>
        Expect(page.Locator("#say")).ToHaveTextAsync(customer);

    private static async Task Shows(IPage page, params string[] texts)
    {
        foreach (var text in texts)
            await Expect(page.Locator("#words")).ToContainTextAsync(text);
    }
}
