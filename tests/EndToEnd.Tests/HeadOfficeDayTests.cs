using System.Globalization;
using Microsoft.Playwright;

namespace SmartCardCrm.EndToEnd.Tests;

/// <summary>Head office, a marketer and shop IT at work, in a real browser, with a whole chain behind
/// it.</summary>
public sealed class HeadOfficeDayTests(PlayedChain chain) : IClassFixture<PlayedChain>
{
    private const float PatienceMs = 90_000;

    [Fact]
    public async Task A_copied_card_is_found_its_evidence_followed_and_the_card_blocked_at_every_till()
    {
        var card = (await chain.IssueAsync(101)).Uid;
        var copy = $"{card}C1";
        Assert.Equal("completed", (await chain.SellAsync(card, 10_00)).State);
        await chain.Chain.Readers.Rack.CloneAsync(card, copy, chain.Limit);
        Assert.Equal("completed", (await chain.SellAsync(card, 5_00)).State);
        Assert.Equal("declined", (await chain.SellAsync(copy, 7_00)).State);
        var number = await NumberOfAsync(card);

        var page = await chain.HeadOfficeAsync();
        await page.GotoAsync($"{chain.Chain.Server.Console}exceptions");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = number }).First;
        await ComesAsync(page, row, "open");
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(page.Locator(".evidence")).ToBeVisibleAsync();
        await page.Locator($"main a[href^='/cards/{number}']").First.ClickAsync();
        await Assertions.Expect(Heading(page)).ToContainTextAsync(number);
        await page.GetByRole(AriaRole.Link, new() { Name = "Block", Exact = true }).ClickAsync();
        await page.GetByLabel("stolen").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Block", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("blocked");

        await page.GotoAsync($"{chain.Chain.Server.Console}terminals");
        await page.GetByRole(AriaRole.Link, new() { Name = "Till 1" }).First.ClickAsync();
        await ComesAsync(
            page, page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Blocked cards" }), "current");
        var refused = await chain.SellAsync(card, 3_00);
        Assert.Equal(("declined", "card-blocked"), (refused.State, refused.DeclineReason));
        Assert.Empty(chain.Complaints);
    }

    [Fact]
    public async Task A_lost_card_is_replaced_and_tills_take_the_new_one_and_no_longer_the_old()
    {
        var lost = (await chain.IssueAsync(102)).Uid;
        Assert.Equal("completed", (await chain.SellAsync(lost, 20_00)).State);
        const string Fresh = "04A1B2C3D4E5F6";
        await chain.Chain.Readers.Rack.AddCardAsync(Fresh, chain.Limit);

        var page = await chain.HeadOfficeAsync();
        await page.GotoAsync($"{chain.Chain.Server.Console}cards/{await NumberOfAsync(lost)}/replace");
        await page.GetByLabel("lost").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replace" }).ClickAsync();
        await page.GetByRole(AriaRole.Radio).First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        var state = page.GetByRole(AriaRole.Status).First;
        await Assertions.Expect(state).ToHaveTextAsync("Put the card on the reader.");
        await chain.PutAsync(Fresh);
        await Assertions.Expect(state).ToHaveTextAsync(
            "The card is issued.", new() { Timeout = PatienceMs });
        await chain.TakeAsync();

        Assert.Equal("completed", (await chain.SellAsync(Fresh, 5_00)).State);
        Assert.Equal("declined", (await chain.SellAsync(lost, 1_00)).State);
        Assert.Empty(chain.Complaints);
    }

    [Fact]
    public async Task A_marketer_doubles_a_rule_and_the_next_sale_gives_twice_the_points()
    {
        var card = (await chain.IssueAsync(103)).Uid;
        var before = (await chain.SellAsync(card, 10_00)).Result!.Earned;

        var page = await chain.ClerkAsync("mira", "marketer");
        await page.GotoAsync($"{chain.Chain.Server.Console}programme/drafts/new");
        await page.GetByLabel("What it is called").FillAsync("Double week");
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await page.Locator(".rule-actions a").First.ClickAsync();
        await page.Locator("[name='Form.Points']").FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Publish …" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Publish now" }).ClickAsync();
        await Assertions.Expect(page.Locator(".having")).ToContainTextAsync(
            "1 of ", new() { Timeout = PatienceMs });

        Assert.Equal(2 * before, (await chain.SellAsync(card, 10_00)).Result?.Earned);
        Assert.Empty(chain.Complaints);
    }

    [Fact]
    public async Task Shop_IT_enrols_a_terminal_by_the_token_shown_once_and_revokes_it()
    {
        await using var kiosk = chain.NewTerminal(index: 1);
        var page = await chain.HeadOfficeAsync();
        await page.GotoAsync($"{chain.Chain.Server.Console}terminals/new");
        await page.GetByLabel("Name").FillAsync(kiosk.Name);
        await page.GetByLabel("Store").First.FillAsync("2");
        await page.Locator("[name='Form.Zone']").FillAsync("Europe/London");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        var token = await page.Locator("#token").TextContentAsync();
        await Assertions.Expect(page.Locator("svg.qr").First).ToBeVisibleAsync();

        await kiosk.EnrolAsync(
            new Uri($"https://127.0.0.1:{chain.Chain.Line.Port}"), token!.Trim(), chain.Limit);
        await kiosk.StartAsync(chain.Limit);
        await page.GotoAsync($"{chain.Chain.Server.Console}terminals");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = kiosk.Name });
        await ComesAsync(page, row, "connected");
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(Heading(page)).ToContainTextAsync(kiosk.Name);
        await page.GetByRole(AriaRole.Link, new() { Name = "Revoke", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Assertions.Expect(Heading(page)).ToHaveTextAsync("Terminals");

        await ComesAsync(page, row, "revoked");
        await chain.UntilAsync(
            () => kiosk.Till.HealthAsync(chain.Limit), now => now is { Connected: false });
        Assert.Empty(chain.Complaints);
    }

    private async Task<string> NumberOfAsync(string uid)
    {
        var cards = await chain.Chain.Operator.LedgerCardsAsync(chain.Limit);
        return cards.Single(card => card.Uid == uid).CardNumber.ToString(CultureInfo.InvariantCulture);
    }

    // What the book learns is on the page when it is looked at again.
    private async Task ComesAsync(IPage page, ILocator where, string text) =>
        await chain.UntilAsync(
            async () =>
            {
                await page.ReloadAsync();
                return await where.CountAsync() > 0 ? await where.First.TextContentAsync() : null;
            },
            said => said?.Contains(text, StringComparison.Ordinal) == true);

    private static ILocator Heading(IPage page) => page.Locator("h1");
}
