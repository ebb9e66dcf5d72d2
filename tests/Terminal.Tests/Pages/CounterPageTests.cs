using Microsoft.Playwright;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Pages;

/// <summary>The cashier's page in a real browser, with cards in software.</summary>
public sealed class CounterPageTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly MemberProfile Anna = new()
    {
        Language = "en",
        Alias = "Anna",
        Offers = [new Offer(1001, new DateOnly(2026, 12, 5), 2, 1)],
    };

    [Fact]
    public async Task A_cashier_asks_the_card_sells_and_redeems_and_the_points_are_explained()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var (card, sight) = (counter.Till.Chain.Issue(member: Anna), await counter.CashierAsync());
        var page = sight.Page;
        await Says(page, "Ready for the next customer.");
        await sight.IsAccessibleAsync("counter-empty-en");

        await page.GetByLabel("Amount").FillAsync("29.99");
        await page.GetByLabel("Article").FillAsync("shirt");
        await PressAsync(page, "Add a line");
        await page.GetByLabel("Amount").FillAsync("12,50");
        await Expect(page.Locator("#total")).ToHaveTextAsync("$42.49");
        await page.GetByLabel("Amount").PressAsync("Enter");
        await Says(page, "Waiting for a card.");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Now" })).ToBeFocusedAsync();
        await page.ReloadAsync();
        await Says(page, "Waiting for a card.");
        await sight.IsAccessibleAsync("counter-waiting-en");
        counter.Tap(card);
        await Says(page, "Done.");
        await Shows(page, "Earned", "42");
        await Expect(page.Locator("#why-lines")).ToHaveTextAsync("base+42");
        await Expect(page.Locator("#member")).ToHaveTextAsync("Card …0001");

        await PressAsync(page, "Ask the card");
        await Says(page, "Waiting for a card.");
        counter.Tap(card);
        await Says(page, "The card was read; nothing on it has changed.");
        await Expect(page.Locator("#member")).ToHaveTextAsync("AnnaTier 0Card …0001");
        await Expect(page.Locator("#offer-lines"))
            .ToHaveTextAsync("Offer 1001 · until 5 December 2026 · 2 uses left · kind 1");
        await Shows(page, "Balance", "42");
        await page.GetByLabel("Amount").FillAsync("5");
        await page.GetByLabel("all that fit").CheckAsync();
        await PressAsync(page, "Sell $5.00");
        await Says(page, "Waiting for a card.");
        counter.Tap(card);
        await Says(page, "Done. Fewer points than asked for: the card has no more.");
        await Shows(page, "Redeemed", "42");
        await Shows(page, "To pay", "$4.58");
        await Expect(page.Locator("#member")).ToContainTextAsync("Anna");
        await Expect(page.Locator("#operations")).ToContainTextAsync("Sale$42.49 · +42 pointsdone");
        await Expect(page.GetByLabel("Amount")).ToHaveValueAsync("");
        await Expect(page.GetByLabel("none")).ToBeCheckedAsync();
        await sight.IsAccessibleAsync("counter-sold-en");
        await StayedHereAsync(sight, counter);
    }

    [Fact]
    public async Task Goods_come_back_and_the_day_is_closed_once_and_on_purpose()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var (card, sight) = (counter.Till.Chain.Issue(), await counter.CashierAsync());
        var page = sight.Page;
        foreach (var price in new[] { "12.50", "29.99" })
        {
            await page.GetByLabel("Amount").FillAsync(price);
            await PressAsync(page, "Add a line");
        }

        await PressAsync(page, "Sell $42.49");
        await Says(page, "Waiting for a card.");
        counter.Tap(card);
        await Says(page, "Done.");

        await page.Locator("#take-back-this").ClickAsync();
        await page.GetByLabel("one line").CheckAsync();
        await page.GetByLabel("Line of the receipt").FillAsync("1");
        await sight.IsAccessibleAsync("counter-return-en");
        await page.GetByLabel("Quantity").PressAsync("Enter");
        await Says(page, "Waiting for a card.");
        counter.Tap(card);
        await Shows(page, "To give back", "$12.50");
        await page.Locator("#operations").GetByText("Sale").ClickAsync();
        await Shows(page, "Earned", "42");
        await page.Locator("#take-back-this").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByText("Take goods back").Last.ClickAsync();
        await Says(page, "Waiting for a card.");
        counter.Tap(card);
        await Shows(page, "To give back", "$29.99");

        await PressAsync(page, "Day");
        await Expect(page.Locator("#report")).ToContainTextAsync("Sales undone                   1");
        await PressAsync(page, "Close the day");
        await sight.IsAccessibleAsync("counter-close-en");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#confirm")).ToBeHiddenAsync();
        await PressAsync(page, "Close the day");
        await page.Locator("#confirm").GetByText("Back").PressAsync("Enter");
        await Expect(page.Locator("#confirm")).ToBeHiddenAsync();
        Assert.Null(counter.Till.Shop.Till.Days.Find(1));
        await PressAsync(page, "Close the day");
        await page.Locator("#confirm .main").ClickAsync();
        await Expect(page.Locator("#report")).ToContainTextAsync("Loyalty points: Z report");
        Assert.NotNull(counter.Till.Shop.Till.Days.Find(1));
        Assert.Null(counter.Till.Shop.Till.Days.Find(2));
        await StayedHereAsync(sight, counter);
    }

    [Fact]
    public async Task A_card_is_torn_in_doubt_and_blocked_in_Russian()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var (card, sight) = (counter.Till.Chain.Issue(), await counter.LookAsync("/counter"));
        var page = sight.Page;
        await sight.IsAccessibleAsync("counter-door-en");
        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();
        await sight.IsAccessibleAsync("counter-door-ru");
        await Counter.EnterAsync(page, await counter.KeyAsync("till-api.key"));
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ru");

        await SellAsync(page, "8.99", "Ожидание карты.");
        card.Tear(4, TearMoment.Before);
        counter.Tap(card);
        await Says(page, "Карту убрали слишком рано, ничего не изменилось: приложите её ещё раз.");
        await sight.IsAccessibleAsync("counter-again-ru");
        counter.Tap(card);
        await Says(page, "Готово.");
        await Shows(page, "Начислено", "8");

        await SellAsync(page, "8.99", "Ожидание карты.");
        card.Tear(9, TearMoment.After);
        counter.Tap(card);
        await Says(
            page,
            "Карту убрали слишком рано, результат неизвестен: приложите ту же карту ещё раз или отмените "
                + "операцию и продолжайте без баллов.");
        await sight.IsAccessibleAsync("counter-doubt-ru");
        await PressAsync(page, "Отменить");
        await Expect(page.Locator("#now")).ToHaveAttributeAsync("data-tone", "off");
        await Expect(page.Locator("#cancel")).ToBeHiddenAsync();

        counter.Till.Shop.Hear(Blocked(2));
        await SellAsync(page, "8,99", "Ожидание карты.");
        counter.Tap(counter.Till.Chain.Issue(2));
        await Expect(page.Locator("#cashier"))
            .ToContainTextAsync("Карта заблокирована: продавайте без баллов");
        await sight.IsAccessibleAsync("counter-declined-ru");
        await Expect(page.Locator("#operations")).ToContainTextAsync("отказ");
        await StayedHereAsync(sight, counter);
    }

    [Fact]
    public async Task It_goes_on_without_a_network_and_finds_back_to_a_terminal_that_was_away()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var (card, sight) = (counter.Till.Chain.Issue(), await counter.CashierAsync());
        var page = sight.Page;
        counter.Till.Line.Connected = true;
        await Expect(page.Locator("#status")).ToHaveTextAsync(
            "Terminal 1Reader readyHeadquarters connectedEverything sent");

        counter.Till.Line.Connected = false;
        await Expect(page.Locator("#status")).ToContainTextAsync("No network: selling goes on");
        await SellAsync(page, "10", "Waiting for a card.");
        counter.Put(card);
        await Says(page, "Done.");
        await Expect(page.Locator("#status")).ToContainTextAsync("Card on the reader");
        await Expect(page.Locator("#status")).ToContainTextAsync("2 entries wait");
        await page.GetByRole(AriaRole.Button, new() { Name = "Русский" }).ClickAsync();
        await Expect(page.Locator("#status")).ToContainTextAsync("2 записи ждут");
        await Says(page, "Готово.");
        await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();

        counter.Take();
        counter.Plug(false);
        await Expect(page.Locator("#alarm")).ToContainTextAsync("No card can be presented");
        await sight.IsAccessibleAsync("counter-no-reader-en");
        counter.Plug(true);
        await Expect(page.Locator("#alarm")).ToBeHiddenAsync();
        counter.Till.Shop.Till.Desk.Stop(StopCode.Tamper);
        await Expect(page.Locator("#alarm")).ToContainTextAsync("The terminal's housing was opened");
        counter.Till.Shop.Till.Desk.Resume(StopCode.Tamper);

        await page.Context.SetOfflineAsync(true);
        await Expect(page.Locator("#alarm")).ToHaveTextAsync("The terminal does not answer. Trying again…");
        await sight.IsAccessibleAsync("counter-away-en");
        await page.GetByLabel("Amount").FillAsync("7");
        await PressAsync(page, "Sell $7.00");
        await Says(page, "The terminal does not answer. Trying again…");
        await PressAsync(page, "Cancel");
        await Says(page, "Ready for the next customer.");
        await PressAsync(page, "Sell $7.00");
        await page.Context.SetOfflineAsync(false);
        await Says(page, "Waiting for a card.");
        await PressAsync(page, "Cancel");
        await Says(page, "Cancelled; no points have moved.");
    }

    [Fact]
    public async Task What_the_tills_own_software_began_is_shown_and_a_reader_has_its_own_page()
    {
        await using var counter = await Counter.OpenAsync(browser);
        counter.Till.Board.Post(new SimulatedReader("drive-in"));
        var all = await counter.CashierAsync();
        var here = await counter.CashierAsync("/counter?reader=counter");
        var sale = """{"amountMinor":1234,"currency":"USD","cashier":"Ann","reader":"drive-in"}""";

        await Expect(all.Page.GetByLabel("Reader")).ToBeVisibleAsync();
        await Expect(here.Page.GetByLabel("Reader")).ToBeHiddenAsync();
        await counter.Till.PostAsync("/v1/checkouts", sale);
        await Says(all.Page, "Waiting for a card.");
        await counter.Till.PostAsync(
            "/v1/checkouts", sale.Replace("drive-in", "counter", StringComparison.Ordinal));
        await Says(here.Page, "Waiting for a card.");
        await Expect(all.Page.Locator("#operations > li")).ToHaveCountAsync(2);
        await Expect(here.Page.Locator("#operations > li")).ToHaveCountAsync(1);
        var there = await counter.CashierAsync("/counter?reader=drive-in");
        await PressAsync(there.Page, "Cancel");
        await Says(there.Page, "Cancelled; no points have moved.");
        await counter.Till.PostAsync("/v1/checkouts", """{"amountMinor":99,"currency":"USD"}""");
        await Says(there.Page, "Waiting for a card.");
        counter.Tap(counter.Till.Chain.Issue());
        counter.Tap(counter.Till.Chain.Issue(2));
        await Says(there.Page, "Ready for the next customer.");
        await all.IsAccessibleAsync("counter-readers-en");
    }

    [Fact]
    public async Task A_supervisor_adjusts_and_a_member_without_a_card_earns()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var (card, sight) = (counter.Till.Chain.Issue(), await counter.CashierAsync());
        var page = sight.Page;
        counter.Till.Shop.Hear(Chain.LimitsItem(
            1, Chain.Limits with { Version = 2, AdjustmentMost = 100, AdjustmentDayMost = 100 }));

        await AdjustAsync(page, "guessed");
        await Expect(page.Locator("#error")).ToHaveTextAsync("This is not the supervisor's key.");
        await PressAsync(page, "Adjust points");
        await sight.IsAccessibleAsync("counter-adjust-en");
        await page.GetByRole(AriaRole.Dialog).GetByText("Back").ClickAsync();
        await AdjustAsync(page, await counter.KeyAsync("supervisor.key"));
        await Says(page, "Waiting for a card.");
        counter.Tap(card);
        await Shows(page, "Put on the card", "50");
        Assert.Empty(await page.EvaluateAsync<string[]>("Object.values(sessionStorage).slice(1)"));

        await page.GetByLabel("Amount").FillAsync("15");
        await page.GetByLabel("without it").CheckAsync();
        await page.GetByLabel("Member's phone or e-mail").FillAsync("12");
        await PressAsync(page, "Sell $15.00");
        await Expect(page.Locator("#error"))
            .ToHaveTextAsync("Check the phone number (5 to 15 digits) or the e-mail address.");
        await page.GetByLabel("Member's phone or e-mail").FillAsync("+371 20 000 000");
        await PressAsync(page, "Sell $15.00");
        await Says(page, "Done.");
        await Shows(page, "For your account", "15");
    }

    [Fact]
    public async Task A_wrong_key_is_told_and_asked_for_again_and_a_right_one_is_kept_where_that_is_wished()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var page = (await counter.LookAsync("/counter")).Page;

        await page.GetByLabel("Key", new() { Exact = true }).FillAsync("guessed");
        await PressAsync(page, "Start");
        await Expect(page.Locator("#door-error")).ToHaveTextAsync("This is not the terminal's key.");
        await Expect(page.GetByLabel("Key", new() { Exact = true })).ToBeFocusedAsync();
        await page.GetByLabel("Keep it").CheckAsync();
        await Counter.EnterAsync(page, await counter.KeyAsync("till-api.key"));
        var later = await page.Context.NewPageAsync();
        await later.GotoAsync("/counter");
        await Says(later, "Ready for the next customer.");
        await PressAsync(later, "More");
        await PressAsync(later, "Forget the key");
        await Expect(later.Locator("#door")).ToBeVisibleAsync();
        await Expect(later.Locator("#room")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task It_speaks_the_browsers_language_until_another_is_chosen_and_remembers_that()
    {
        await using var counter = await Counter.OpenAsync(browser);
        var page = (await counter.CashierAsync(locale: "ru-RU")).Page;

        await Says(page, "Готово к следующему покупателю.");
        await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();
        await page.ReloadAsync();
        await Says(page, "Ready for the next customer.");
    }

    private static FeedItem Blocked(ushort number) => BlockedCardTests.Listed(number, true);

    private static async Task SellAsync(IPage page, string amount, string says)
    {
        await page.Locator("#amount").FillAsync(amount);
        await page.Locator("#amount").PressAsync("Enter");
        await Says(page, says);
    }

    private static async Task AdjustAsync(IPage page, string key)
    {
        await PressAsync(page, "Adjust points");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Points").FillAsync("50");
        await dialog.GetByLabel("Supervisor", new() { Exact = true }).FillAsync("Vera");
        await dialog.GetByLabel("Supervisor's key").FillAsync(key);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Adjust points" }).ClickAsync();
    }

    private static ILocatorAssertions Expect(ILocator what) => Assertions.Expect(what);

    private static Task Says(IPage page, string cashier) =>
        Expect(page.Locator("#cashier")).ToHaveTextAsync(cashier);

    private static Task Shows(IPage page, string label, string figure) =>
        Expect(page.Locator("#figures > div").Filter(new() { HasText = label }).Locator("dd"))
            .ToHaveTextAsync(figure);

    private static Task PressAsync(IPage page, string button) =>
        page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).Last.ClickAsync();

    // Nothing was asked of anybody else, the key stood in no address, and the browser had no complaint.
    private static async Task StayedHereAsync(Browser.Sight sight, Counter counter)
    {
        var key = await counter.KeyAsync("till-api.key");
        Assert.All(
            sight.Requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)),
            url => Assert.StartsWith(
                counter.Till.Client.BaseAddress!.ToString(), url, StringComparison.Ordinal));
        Assert.DoesNotContain(sight.Requests, url => url.Contains(key, StringComparison.Ordinal));
        Assert.Equal([], sight.Complaints);
    }
}
