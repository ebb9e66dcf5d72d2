using Microsoft.Playwright;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Pages;

/// <summary>The sample till in a real browser, with cards in software.</summary>
public sealed class TillPageTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task A_day_at_the_sample_till_from_the_key_to_the_close()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var (card, sight) = (till.Chain.Issue(), await browser.OpenAsync(till.Client.BaseAddress!, "/till"));
        var page = sight.Page;
        var closings = 0;
        page.Request += (_, sent) =>
        {
            if (sent.Method == "POST" && sent.Url.EndsWith("/v1/days", StringComparison.Ordinal))
                closings++;
        };
        await EnterAsync(page, till);
        await sight.PictureAsync("till-empty-en");

        await page.GetByRole(AriaRole.Button, new() { Name = "Shirt" }).ClickAsync();
        await page.GetByLabel("Another article").FillAsync("Hat");
        await page.GetByLabel("Price").FillAsync("12.50");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.Locator("#total")).ToHaveTextAsync("$42.49");
        await PressAsync(page, "Sell");
        await Says(page, "Waiting for a card.");
        await page.ReloadAsync();
        await Says(page, "Waiting for a card.");
        await Shows(page, "Please hold your card to the reader.");
        till.Shop.Present(card);
        await Says(page, "Done.");
        await Prints(page, "Earned                 42 points");
        await sight.IsAccessibleAsync("till-sold-en");

        await PressAsync(page, "Take back: Hat");
        await Says(page, "Waiting for a card.");
        till.Shop.Present(card);
        await Prints(page, "To give back           12.50 USD");
        await PressAsync(page, "Undo the rest");
        await Says(page, "Waiting for a card.");
        till.Shop.Present(card);
        await Prints(page, "Loyalty points: sale undone");

        await PressAsync(page, "X report");
        await Prints(page, "Sales undone                   1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close the day" }).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await sight.IsAccessibleAsync("till-close-en");
        await PressAsync(page, "Back");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        Assert.Null(till.Shop.Till.Days.Find(1));
        await page.GetByRole(AriaRole.Button, new() { Name = "Close the day" }).PressAsync("Enter");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Close" })
            .PressAsync("Enter");
        await Prints(page, "Loyalty points: Z report");
        Assert.NotNull(till.Shop.Till.Days.Find(1));

        await page.GetByRole(AriaRole.Button, new() { Name = "Close the day" }).PressAsync("Enter");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await PressAsync(page, "X report");
        await Prints(page, "Loyalty points: X report");
        Assert.Equal(1, closings);
        await StayedHereAsync(sight, till);
    }

    [Fact]
    public async Task A_torn_card_is_asked_for_again_in_Russian_and_a_doubt_can_be_left()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var (card, sight) = (till.Chain.Issue(), await browser.OpenAsync(till.Client.BaseAddress!, "/till"));
        var page = sight.Page;
        await sight.PictureAsync("till-door-en");
        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();
        await sight.IsAccessibleAsync("till-door-ru");
        await EnterAsync(page, till, "Ключ", "Начать");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ru");

        await page.GetByRole(AriaRole.Button, new() { Name = "Кофе" }).ClickAsync();
        await page.GetByLabel("сколько можно").CheckAsync();
        await PressAsync(page, "Спросить карту");
        await Says(page, "Ожидание карты.");
        till.Shop.Present(card);
        await Says(
            page,
            "Карта прочитана, на ней ничего не изменено. Баллов меньше, чем запрошено: на карте больше нет.");
        await page.GetByLabel("нет").CheckAsync();
        await PressAsync(page, "Продать");
        await Says(page, "Ожидание карты.");
        card.Tear(4, TearMoment.Before);
        till.Shop.Present(card);
        await Says(page, "Карту убрали слишком рано, ничего не изменилось: приложите её ещё раз.");
        await sight.IsAccessibleAsync("till-again-ru");
        card.Tear(9, TearMoment.After);
        till.Shop.Present(card);
        await Says(
            page,
            "Карту убрали слишком рано, результат неизвестен: приложите ту же карту ещё раз или отмените "
                + "операцию и продолжайте без баллов.");
        await PressAsync(page, "Отменить");
        await Prints(page, "В этом чеке баллы не указаны.");
        await Expect(page.Locator("#cancel")).ToBeHiddenAsync();
        await sight.PictureAsync("till-abandoned-ru");
        await StayedHereAsync(sight, till);
    }

    [Fact]
    public async Task A_member_without_a_card_a_stop_and_a_terminal_that_is_gone()
    {
        var till = await TillOnTheLine.OpenAsync();
        var sight = await browser.OpenAsync(till.Client.BaseAddress!, "/till");
        var page = sight.Page;
        await EnterAsync(page, till);

        await page.GetByRole(AriaRole.Button, new() { Name = "Book" }).ClickAsync();
        await page.GetByLabel("has no card here").CheckAsync();
        await page.GetByLabel("Member's phone or e-mail").FillAsync("12");
        await PressAsync(page, "Sell");
        await Expect(page.Locator("#error"))
            .ToHaveTextAsync("Check the phone number (5 to 15 digits) or the e-mail address.");
        await page.GetByLabel("Member's phone or e-mail").FillAsync("+371 20 000 000");
        await PressAsync(page, "Sell");
        await Prints(page, "For your account      +15 points");

        till.Shop.Till.Desk.Stop(StopCode.Tamper);
        await Expect(page.Locator("#health")).ToContainTextAsync("The terminal's housing was opened");
        await sight.IsAccessibleAsync("till-stopped-en");
        await till.DisposeAsync();
        await Expect(page.Locator("#health")).ToHaveTextAsync("The terminal does not answer. Trying again…");
        await sight.IsAccessibleAsync("till-away-en");
    }

    [Fact]
    public async Task A_wrong_key_is_told_and_asked_for_again()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var sight = await browser.OpenAsync(till.Client.BaseAddress!, "/till");

        await sight.Page.GetByLabel("Key").FillAsync("guessed");
        await PressAsync(sight.Page, "Start");

        await Expect(sight.Page.Locator("#door-error")).ToHaveTextAsync("This is not the terminal's key.");
        await Expect(sight.Page.GetByLabel("Key")).ToBeFocusedAsync();
    }

    private static ILocatorAssertions Expect(ILocator what) => Assertions.Expect(what);

    private static Task Says(IPage page, string cashier) =>
        Expect(page.Locator("#cashier")).ToHaveTextAsync(cashier);

    private static Task Shows(IPage page, string customer) =>
        Expect(page.Locator("#customer")).ToHaveTextAsync(customer);

    private static Task Prints(IPage page, string line) =>
        Expect(page.Locator("#receipt")).ToContainTextAsync(line);

    private static Task PressAsync(IPage page, string button) =>
        page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    private static async Task EnterAsync(
        IPage page, TillOnTheLine till, string key = "Key", string start = "Start")
    {
        await page.GetByLabel(key).FillAsync(await File.ReadAllTextAsync(till.KeyFile));
        await page.GetByLabel(key).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = start, Exact = true })).ToBeHiddenAsync();
    }

    // Nothing was asked of anybody else, the key stood in no address, and the browser had no complaint.
    private static async Task StayedHereAsync(Browser.Sight sight, TillOnTheLine till)
    {
        var key = await File.ReadAllTextAsync(till.KeyFile);
        Assert.All(
            sight.Requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)),
            url => Assert.StartsWith(till.Client.BaseAddress!.ToString(), url, StringComparison.Ordinal));
        Assert.DoesNotContain(sight.Requests, url => url.Contains(key, StringComparison.Ordinal));
        Assert.Equal([], sight.Complaints);
    }
}
