using Deque.AxeCore.Playwright;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Staff;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>People's ways through the console, in a real browser.</summary>
public sealed class BrowserTests(ConsoleServer server) : ConsoleBrowser(server), IClassFixture<ConsoleServer>
{
    [Fact]
    public async Task A_card_is_found_by_keyboard_and_tells_its_history()
    {
        var page = await LoginAsync(width: 390);

        await page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" }).PressAsync("Enter");
        await Assertions.Expect(page.Locator("main")).ToBeFocusedAsync();
        await page.GetByText("Menu").PressAsync("Enter");
        await PictureAsync(page, "menu-en-390");
        await page.GetByRole(AriaRole.Link, new() { Name = "Cards", Exact = true }).PressAsync("Enter");
        await page.GetByLabel("Card number, UID or member's name").FillAsync("lovelace");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = "1000001" }).PressAsync("Enter");

        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Card 1000001");
        await Assertions.Expect(page.Locator("#n2")).ToContainTextAsync("base +12: 12 points");
        await Assertions.Expect(page.Locator(".gap")).ToContainTextAsync("Missing here: 1 transaction.");
        Assert.Equal([], Complaints);
    }

    [Fact]
    public async Task A_card_is_issued_step_by_step_though_it_is_torn_away_and_another_comes_between()
    {
        await using var reader = new ReaderOnTheLine(Server.Server.Services, terminal: 2);
        var (mine, other) = (Chip.FromFactory(77), Chip.FromFactory(78));
        var page = await LoginAsync(width: 1280);

        await page.GotoAsync("/issue?page=2");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Ada" })).ToBeVisibleAsync();
        // Nothing is pressed, and a letter is missing.
        await page.GetByRole(AriaRole.Searchbox).PressSequentiallyAsync("nobdy");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("1 member");
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
        Assert.EndsWith("/issue?text=nobdy", page.Url, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { Name = "Nobody's Card" }).ClickAsync();
        await page.GetByRole(AriaRole.Radio).First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await Expect("Put the card on the reader.");
        reader.Put(mine, tornAfter: 9);
        await Expect("The card left too early. Put the same card back: it is continued.");
        await PictureAsync(page, "issue-torn-en");
        reader.Put(other, tornAfter: 0);
        await Assertions.Expect(page.GetByText("This is another card.")).ToBeVisibleAsync();
        reader.Put(mine);
        await Expect("The card is issued.");
        await PictureAsync(page, "issue-done-en");
        await page.GetByRole(AriaRole.Link, new() { Name = "Card 100" }).ClickAsync();

        await Assertions.Expect(page.Locator("#n1")).ToContainTextAsync("The card was issued");
        Assert.Equal(1u, mine.Tmc);
        Assert.Equal([], Complaints);

        Task Expect(string state) =>
            Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToHaveTextAsync(state);
    }

    [Fact]
    public async Task A_batch_is_ordered_prepared_and_bound_at_a_counter_though_a_card_is_torn_away()
    {
        Chip[] cards = [.. Enumerable.Range(90, 3).Select(at => Chip.FromFactory((uint)at))];
        var page = await LoginAsync(width: 1280);

        await page.GetByRole(AriaRole.Link, new() { Name = "Card stock", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Order a batch" }).First.ClickAsync();
        await page.GetByLabel("How many cards").FillAsync("3");
        await page.GetByLabel("Whose bench").FillAsync("Our own counter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Order" }).ClickAsync();
        await using (var reader = new ReaderOnTheLine(Server.Server.Services, terminal: 1))
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "Prepare cards" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
            await Says("Lay the next card on the reader.");
            reader.Put(cards[0], tornAfter: 20);
            await Says("The card left too early. Lay the same card again: it is continued.");
            await PictureAsync(page, "stock-torn-en");
            reader.Put(cards[0]);
            await Says("Done. Take the card away and lay the next one.");
            await Assertions.Expect(page.Locator("#on-reader")).ToContainTextAsync("1000");

            // Whoever leaves the page finds the work going on.
            await page.GetByRole(AriaRole.Link, new() { Name = "Batch 1", Exact = true }).ClickAsync();
            reader.Put(cards[1]);
            await page.GetByRole(AriaRole.Link, new() { Name = "Watch" }).ClickAsync();
            await Assertions.Expect(Heading(page)).ToHaveTextAsync("Prepare cards of batch 1");
            await Assertions.Expect(page.GetByText("2 of 3 cards")).ToBeVisibleAsync();
            reader.Put(cards[2]);
            await Says("All cards of the batch are done.");
            await PictureAsync(page, "stock-prepared-en");

            await page.GetByRole(AriaRole.Link, new() { Name = "To batch 1" }).ClickAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = "Bind cards" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
            await Says("Done. Take the card away and lay the next one.");
        }

        await Says("The terminal is not connected.");
        await page.GetByRole(AriaRole.Button, new() { Name = "End" }).ClickAsync();
        await Says("Ended. What was done stays");
        await Assertions.Expect(page.GetByText("1 of 3 cards")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Not done yet:")).ToBeVisibleAsync();
        await PictureAsync(page, "stock-ended-en");
        Assert.Equal((0u, 1u), (cards[0].Tmc, cards[2].Tmc));
        Assert.Equal([], Complaints);

        Task Says(string state) =>
            Assertions.Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync(state);
    }

    [Fact]
    public async Task A_marketer_copies_the_rules_changes_one_tries_tests_and_publishes_them()
    {
        Clerks.Hire(Server.Server.Services, "mira", "marketer");
        var page = await LoginAsync(width: 1280, "mira", Clerks.Password);
        await PictureAsync(page, "today-of-a-marketer-en");

        await page.GetByRole(AriaRole.Link, new() { Name = "Programme", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "New draft" }).ClickAsync();
        await page.GetByLabel("What it is called").FillAsync("Double points");
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();

        // Nothing is pressed: the figures follow what is typed, and stay while rules are changed.
        await page.GetByLabel("Amount, USD").First.FillAsync("12.50");
        await Assertions.Expect(page.Locator("#earned")).ToHaveTextAsync("12");
        Assert.Contains("amount=12.50", page.Url, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { Name = "Change base" }).ClickAsync();
        await page.GetByLabel("Points", new() { Exact = true }).FillAsync("2");
        await PictureAsync(page, "programme-rule-en");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.Locator("#rule-base")).ToContainTextAsync(
            "2 points for each 1.00 USD of the basket.");
        await Assertions.Expect(page.Locator("#earned")).ToHaveTextAsync("24");
        await Assertions.Expect(page.GetByText("The draft gives 12 points more.")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Back-test …" }).ClickAsync();
        await page.GetByLabel("From", new() { Exact = true }).FillAsync("2026-01-01");
        await page.GetByLabel("Through", new() { Exact = true }).FillAsync("2026-01-31");
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await Assertions.Expect(page.GetByText("The points would have cost 1.30 USD more."))
            .ToBeVisibleAsync();
        var test = page.Url;
        await page.GetByRole(AriaRole.Link, new() { Name = "Double points" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Change base" }).ClickAsync();
        await page.GetByLabel("Points", new() { Exact = true }).FillAsync("3");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.GetByText("draft changed since")).ToBeVisibleAsync();
        await page.GotoAsync(test);
        await Assertions.Expect(page.GetByText("Test again …")).ToBeVisibleAsync();
        Assert.Empty((await page.RunAxe()).Violations.Select(Told));
        await PictureAsync(page, "programme-back-test-en");

        await page.GetByRole(AriaRole.Link, new() { Name = "Double points" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Publish …" }).ClickAsync();
        await PictureAsync(page, "programme-publish-en");
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish now" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Version 2");
        await Assertions.Expect(page.GetByText("0 of 2 terminals sell by version 2")).ToBeVisibleAsync();
        Server.Server.Services.GetRequiredService<TerminalWatch>().Heard(
            1, new Heartbeat { RuleSetVersion = 2 });
        await Assertions.Expect(page.GetByText("1 of 2 terminals sell by version 2")).ToBeVisibleAsync();
        await PictureAsync(page, "programme-published-en");
        Assert.Equal([], Complaints);
    }

    [Fact]
    public async Task The_overview_counts_on_while_it_is_open()
    {
        var page = await LoginAsync(width: 1280);
        var members = page.Locator(".tiles a[href='/members'] strong");
        var before = await members.TextContentAsync();
        using var visitor = await Server.LoginAsync();

        using var answer = await ConsoleServer.PostAsync(visitor, "/members/new", "/members/new", new()
        {
            ["_handler"] = "member",
            ["Form.Name"] = "One More",
            ["Form.Language"] = "en",
        });

        await Assertions.Expect(members).Not.ToHaveTextAsync(before!, new() { Timeout = 15_000 });
        Assert.Equal([], Complaints);
    }

    [Fact]
    public async Task A_member_and_a_terminal_are_shown_as_they_change_and_the_reader_keeps_his_place()
    {
        var page = await LoginAsync(width: 1280);
        var services = Server.Server.Services;
        var patience = new LocatorAssertionsToBeVisibleOptions { Timeout = 15_000 };

        await page.GotoAsync("/members/1");
        var focused = page.Locator("a[href='/members/1/export']");
        await focused.FocusAsync();
        var before = await page.EvaluateAsync<double>("scrollY");
        services.GetRequiredService<AdjustmentDesk>().Ask(
            new AdjustmentWish(1, 77, "goodwill", "test") { Request = "while somebody looks" });
        await Assertions.Expect(page.GetByText("+77").First).ToBeVisibleAsync(patience);
        await Assertions.Expect(focused).ToBeFocusedAsync();
        Assert.Equal((true, before), (before > 0, await page.EvaluateAsync<double>("scrollY")));

        await page.GotoAsync("/terminals/2");
        services.GetRequiredService<TerminalWatch>().Heard(2, new Heartbeat { StoppedBecause = "tamper" });
        await Assertions.Expect(page.Locator("main [role=status]")).ToBeVisibleAsync(patience);
        Assert.Equal([], Complaints);
    }

    [Fact]
    public async Task A_cashier_who_types_an_administrators_address_is_told_so_in_both_languages()
    {
        Clerks.Hire(Server.Server.Services, "carl", "cashier", 319);
        var page = await LoginAsync(width: 390, "carl", Clerks.Password);

        foreach (var (language, heading) in new[] { ("en", "No permission"), ("ru", "Нет доступа") })
        {
            await page.GotoAsync($"/language/{language}");
            var answer = await page.GotoAsync("/staff/new");

            Assert.Equal(403, answer!.Status);
            await Assertions.Expect(Heading(page)).ToHaveTextAsync(heading);
            await Assertions.Expect(page.Locator("main form")).ToHaveCountAsync(0);
            Assert.Empty((await page.RunAxe()).Violations.Select(Told));
            await PictureAsync(page, $"forbidden-{language}");
            await page.GotoAsync("/");
            await PictureAsync(page, $"cashier-{language}");
        }
    }

    [Fact]
    public async Task A_live_page_ends_with_the_session_of_who_has_it_open()
    {
        Clerks.Hire(Server.Server.Services, "anton", "analyst");
        var welcome = await LoginAsync(width: 1280, "anton", Clerks.Password);
        // In a page of its own, so that what is heard is not of the one before.
        var page = await welcome.Context.NewPageAsync();
        await welcome.CloseAsync();
        var drawn = new TaskCompletionSource();
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            if (frame.Binary is { } bytes && bytes.AsSpan().IndexOf("RenderBatch"u8) >= 0)
                drawn.TrySetResult();
        };
        await page.GotoAsync("/");
        await drawn.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

        Server.Server.Services.GetRequiredService<StaffDesk>().Disable("anton", "test", "Has left.");

        await Assertions.Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync(
            new() { Timeout = 15_000 });
        await page.GotoAsync("/");
        await Assertions.Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
    }
}
