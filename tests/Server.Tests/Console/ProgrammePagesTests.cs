using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Staff;
using static SmartCardCrm.Server.Tests.Console.ConsoleServer;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>The programme's rules: read, drafted, tried, and published by people.</summary>
public sealed class ProgrammePagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    private static readonly RuleSet Example = RuleSet.FromDocument(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "rule-set-example.json")));

    private RuleDrafts Drafts => server.Server.Services.GetRequiredService<RuleDrafts>();

    private ProgrammeBook Book => server.Server.Services.GetRequiredService<ProgrammeBook>();

    [Fact]
    public async Task The_programme_says_in_sentences_what_is_in_force_and_who_published_it()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, "/programme");

        Says(html, "1 point for each 1.00 USD of the basket.");
        Says(await ReadAsync(visitor, "/programme/versions/1"), "A point pays 0.01 USD.");
        Says(html, "<td data-label=\"By\">server</td>");
        Says(html, "of 2 terminals sell by version");
        Says(html, "<a href=\"/programme/drafts/1\">Everything</a>");
    }

    [Fact]
    public async Task A_draft_begins_as_a_copy_of_the_version_in_force()
    {
        using var visitor = await server.LoginAsync();

        const string New = "/programme/drafts/new";

        using var answer = await PostAsync(
            visitor, New, New, new() { ["_handler"] = "draft", ["Name"] = "Copied" });

        var draft = Assert.Single(Drafts.All(), draft => draft.Name == "Copied");
        Assert.EndsWith(
            Page(draft.Id), answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.True(RuleDifference.Of(Book.Current(1), draft.ToRules()).IsNone);
        Assert.Equal(ConsoleServer.Name, draft.Author);
        Says(
            await SendAsync(visitor, New, "draft", new() { ["Name"] = " " }),
            "A name has 1 to 64 characters.");
    }

    [Fact]
    public async Task A_rule_is_added_changed_moved_and_removed_and_the_rest_is_kept()
    {
        using var visitor = await server.LoginAsync();
        var id = NewDraft(Example);

        Assert.Equal("", await SendAsync(visitor, $"{Page(id)}?add=times", "rule", new()
        {
            ["Form.Revision"] = "1",
            ["Form.Code"] = "lunch",
            ["Form.Factor"] = "1,5",
            ["Form.Categories"] = "BAKERY\r\nDELI",
            ["Form.Days"] = "Monday",
            ["Form.From"] = "11:30",
            ["Form.BasketLeast"] = "7.50",
        }));
        Says(
            await ReadAsync(visitor, Page(id)),
            "×1.5 on BAKERY or DELI, on Mondays, from 11:30, if the basket is 7.50 USD or more.");
        Assert.Equal("", await SendAsync(visitor, $"{Page(id)}?rule=base", "rule", new()
        {
            ["Form.Revision"] = "2",
            ["Form.Code"] = "base",
            ["Form.Points"] = "3",
            ["Form.Each"] = "2.50",
        }));
        Assert.Equal("", await SendAsync(
            visitor, Page(id), "order", new() { ["Revision"] = "3", ["Step"] = "up:base" }));
        Assert.Equal("", await SendAsync(
            visitor, $"{Page(id)}?rule=meat", "rule",
            new() { ["Form.Revision"] = "4", ["Form.Step"] = "remove" }));

        var difference = RuleDifference.Of(Example, Drafts.Find(id)!.ToRules());
        Assert.Equal(
            ["base", "lunch", "meat"], difference.Rules.Select(one => (one.After ?? one.Before)!.Code));
        Assert.Equal(new Effect.PerAmount(3, 250), difference.Rules[0].After!.Effect);
        Assert.Null(difference.Rules[2].After);
        Assert.True(difference.IsReordered);
        Assert.Equal([], difference.Sections);
    }

    [Fact]
    public async Task What_is_wrong_is_said_beside_its_field_and_nothing_is_saved()
    {
        using var visitor = await server.LoginAsync();
        var id = NewDraft(Example);

        var html = await SendAsync(visitor, $"{Page(id)}?rule=base", "rule", new()
        {
            ["Form.Revision"] = "1",
            ["Form.Code"] = "most",
            ["Form.Points"] = "0",
            ["Form.Each"] = "1.005",
            ["Form.Stores"] = "31, north",
            ["Form.FirstDay"] = "2026-02-02",
            ["Form.LastDay"] = "2026-02-01",
        });

        Says(html, "id=\"fault-Points\">A whole number from 1 to 1,000,000.");
        Says(html, "id=\"fault-Each\">An amount like 12.50, at least 0.01.");
        Says(html, "id=\"fault-Code\">Another rule is called so.");
        Says(html, "id=\"fault-Stores\">“north” is no store’s number.");
        Says(html, "id=\"fault-LastDay\">It is before the first day.");
        Says(html, "aria-describedby=\"fault-Points\"");
        Assert.Equal(1, Drafts.Find(id)!.Revision);
    }

    [Fact]
    public async Task A_rule_for_a_visit_that_names_goods_shows_them_and_keeps_them()
    {
        using var visitor = await server.LoginAsync();
        var visit = new Rule("visit", new Effect.PerVisit(3)) { On = new() { Categories = ["WINE"] } };
        var id = NewDraft(Example with { Rules = [visit] });

        var html = await ReadAsync(visitor, $"{Page(id)}?rule=visit");

        Assert.Matches("name=\"Form.Categories\"[^>]*>\\s*WINE", html);
    }

    [Fact]
    public async Task Sections_are_changed_one_by_one()
    {
        using var visitor = await server.LoginAsync();
        var id = NewDraft(Example);

        Says(await SendAsync(visitor, $"{Page(id)}?section=validity", "section", new()
        {
            ["Form.Revision"] = "1",
            ["Form.PendingDays"] = "30",
            ["Form.Months"] = "1",
        }), "id=\"fault-PendingDays\">Points would expire before they could be spent.");
        Assert.Equal("", await SendAsync(visitor, $"{Page(id)}?section=validity", "section", new()
        {
            ["Form.Revision"] = "1",
            ["Form.PendingDays"] = "14",
            ["Form.Months"] = "24",
            ["Form.Ends"] = "Year",
        }));
        Assert.Equal("", await SendAsync(visitor, $"{Page(id)}?section=tiers", "section", new()
        {
            ["Form.Revision"] = "2",
            ["Form.Counts"] = "Points",
            ["Form.CycleMonths"] = "6",
            ["Form.FirstMonth"] = "4",
            ["Form.KeptCycles"] = "0",
            ["Form.Fall"] = "AsQualified",
            ["Form.Levels[0].Tier"] = "1",
            ["Form.Levels[0].Name"] = "Friend",
            ["Form.Levels[0].From"] = "1000",
            ["Form.Levels[1].Tier"] = "",
        }));

        var rules = Drafts.Find(id)!.ToRules();
        Assert.Equal(new Validity(14, 24, ValidityEnd.Year), rules.Validity);
        Assert.Equal(
            new Tiers(TierMeasure.Points, 6, 4, 0) { Levels = [new TierLevel(1, "Friend", 1000)] },
            rules.Tiers);
        Assert.Equal(
            [RuleSection.Validity, RuleSection.Tiers], RuleDifference.Of(Example, rules).Sections);
    }

    [Fact]
    public async Task Who_edits_what_somebody_else_has_changed_meanwhile_is_told_so_and_keeps_what_he_typed()
    {
        using var visitor = await server.LoginAsync();
        var id = NewDraft(Example);
        Drafts.Change(id, "Draft", Example with { Rules = [.. Example.Rules.Skip(1)] }, 1, "somebody");

        var html = await SendAsync(visitor, $"{Page(id)}?rule=base", "rule", new()
        {
            ["Form.Revision"] = "1",
            ["Form.Code"] = "base",
            ["Form.Points"] = "77",
            ["Form.Each"] = "1",
        });
        var gone = await SendAsync(
            visitor, $"{Page(id)}?rule=fuel", "rule", new() { ["Form.Revision"] = "1" });

        Says(html, "Somebody else has changed the draft since you opened it");
        Says(html, "By somebody");
        Says(html, "name=\"Form.Points\" value=\"77\"");
        Says(html, "name=\"Form.Revision\" value=\"2\"");
        Says(gone, "The rule “fuel” is not in this draft any more: somebody has changed it meanwhile.");
        Assert.Equal(2, Drafts.Find(id)!.Revision);
    }

    [Fact]
    public async Task A_basket_is_tried_beside_the_version_in_force()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(
            visitor,
            "/programme/drafts/1?amount=20&category=MEAT&amount=4&category=COUPON&amount=&tier=3"
            + "&balance=50&spend=10&at=2017-03-03T18:00");

        Says(html, "data-label=\"Why\">meat <small>×1.5 on MEAT or MEAT-PCKGD.</small></th>");
        Says(html, "id=\"earned\">53</td>");
        Says(html, "The draft gives 30 points more.");
        Says(
            await ReadAsync(visitor, "/programme/drafts/1?amount=2x"),
            "id=\"fault-amount-0\">An amount like 12.50, at least 0.");
    }

    [Fact]
    public async Task A_draft_is_scheduled_withdrawn_thrown_away_and_renamed()
    {
        using var visitor = await server.LoginAsync();
        var id = NewDraft(Example);

        Says(await SendAsync(visitor, Page(id, "schedule"), "step", new()
        {
            ["Revision"] = "1",
            ["At"] = "2001-01-01T06:00",
        }), "That time has passed.");
        Assert.Equal("", await SendAsync(visitor, Page(id, "schedule"), "step", new()
        {
            ["Revision"] = "1",
            ["At"] = "2099-01-01T06:00",
        }));
        Says(await ReadAsync(visitor, Page(id)), "1 Jan 2099, 06:00:00");
        Says(
            await SendAsync(visitor, $"{Page(id)}?rule=base", "rule", new() { ["Form.Step"] = "remove" }),
            "The draft is scheduled: withdraw it first.");
        Assert.Equal("", await SendAsync(visitor, Page(id, "withdraw"), "step", []));
        Assert.Equal("", await SendAsync(
            visitor, Page(id, "rename"), "step", new() { ["Revision"] = "1", ["Name"] = "Better" }));
        Assert.Equal("", await SendAsync(visitor, Page(id, "discard"), "step", []));

        Assert.DoesNotContain("Better", await ReadAsync(visitor, "/programme"), StringComparison.Ordinal);
        Says(await ReadAsync(visitor, "/programme?drafts=all"), $"href=\"{Page(id)}\">Better</a>");
        Assert.Equal(("Better", DraftState.Discarded), (Drafts.Find(id)!.Name, Drafts.Find(id)!.State));
    }

    [Fact]
    public async Task What_is_published_is_what_was_looked_at()
    {
        using var visitor = await server.LoginAsync();
        var id = NewDraft(Book.Current(1) with { Redemption = new Redemption(PointValueMinor: 3) });
        var before = Book.Current(1).Version;

        Says(await ReadAsync(visitor, Page(id, "publish")), "A point pays 0.03 USD.");
        Says(
            await SendAsync(visitor, Page(id, "publish"), "step", new() { ["Revision"] = "7" }),
            "Somebody else has changed the draft since you opened it");
        Assert.Equal(before, Book.Current(1).Version);
        Assert.Equal("", await SendAsync(visitor, Page(id, "publish"), "step", new() { ["Revision"] = "1" }));

        var version = Book.Current(1).Version;
        var html = await ReadAsync(visitor, $"/programme/versions/{version}");
        Says(html, $"0 of 2 terminals sell by version {version}");
        Says(html, $"by {ConsoleServer.Name}");
        Says(
            await ReadAsync(visitor, $"/programme/versions/{version}/difference?with={before}"),
            "A point pays 0.01 USD.");
        Assert.Equal(
            ConsoleServer.Name,
            server.Server.Services.GetRequiredService<Database>().Read(db =>
                AuditLog.List(db, $"rule-draft:{id}", 0, 1).Single().DoneBy));
    }

    [Fact]
    public async Task A_back_test_is_begun_left_and_come_back_to()
    {
        using var visitor = await server.LoginAsync();

        Says(await SendAsync(visitor, Page(1, "back-test"), "back-test", new()
        {
            ["From"] = "2026-02-01",
            ["Through"] = "2026-01-01",
        }), "Name a first day and a last day that is not before it.");
        Assert.Equal("", await SendAsync(visitor, Page(1, "back-test"), "back-test", new()
        {
            ["From"] = "2026-01-01",
            ["Through"] = "2026-01-31",
        }));
        var job = await DoneAsync();

        var html = await ReadAsync(visitor, $"/programme/back-tests/{job.Id}");
        Says(html, "Points earned");
        Says(html, "1,000 and more");
        Says(await ReadAsync(visitor, Page(1)), $"/programme/back-tests/{job.Id}");
    }

    [Fact]
    public async Task A_back_test_says_that_its_draft_was_edited_since_and_is_begun_again()
    {
        using var visitor = await server.LoginAsync();
        var id = NewDraft(Example);
        await SendAsync(visitor, Page(id, "back-test"), "back-test", new()
        {
            ["From"] = "2026-01-01",
            ["Through"] = "2026-01-31",
        });
        var test = $"/programme/back-tests/{(await DoneAsync()).Id}";
        const string Edited = "The draft is not what was tested any more.";

        await SendAsync(
            visitor, Page(id, "rename"), "step", new() { ["Revision"] = "1", ["Name"] = "Another name" });
        Assert.DoesNotContain(Edited, await ReadAsync(visitor, test), StringComparison.Ordinal);
        Drafts.Change(id, "Another name", Example with { Redemption = new(PointValueMinor: 3) }, 2, "vera");

        var html = await ReadAsync(visitor, test);
        var again = $"{Page(id, "back-test")}?from=2026-01-01&through=2026-01-31";
        Says(html, Edited);
        Says(html, "Changed by vera,");
        Says(html, "A point pays 0.03 USD.");
        Says(html, $"href=\"{again}\"");
        Says(await ReadAsync(visitor, again), "name=\"Through\" value=\"2026-01-31\"");
        Says(await ReadAsync(visitor, Page(id)), "draft changed since");
    }

    [Fact]
    public async Task Who_may_only_read_is_offered_nothing_else_and_can_send_nothing()
    {
        Clerks.Hire(server.Server.Services, "rita", "analyst");
        Clerks.Hire(server.Server.Services, "carol", "cashier", 319);
        using var rita = await server.Server.BrowserAsync("rita");
        using var carol = await server.Server.BrowserAsync("carol");
        var id = NewDraft(Example);

        var html = await ReadAsync(rita, Page(id));
        using var sent = await PostAsync(rita, "/account", Page(id), new()
        {
            ["_handler"] = "order",
            ["Revision"] = "1",
            ["Step"] = "up:base",
        });
        using var publish = await rita.GetAsync(Page(id, "publish"));
        using var closed = await carol.GetAsync("/programme");

        Says(html, Page(id, "back-test"));
        Assert.DoesNotContain("?rule=", html, StringComparison.Ordinal);
        Assert.DoesNotContain(Page(id, "publish"), html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, sent.StatusCode);
        Assert.EndsWith("/forbidden", publish.Headers.Location!.AbsolutePath, StringComparison.Ordinal);
        Assert.EndsWith("/forbidden", closed.Headers.Location!.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal(1, Drafts.Find(id)!.Revision);
    }

    [Theory]
    [InlineData("/programme?programme=9")]
    [InlineData("/programme/versions/99")]
    [InlineData("/programme/versions/1/difference?with=99")]
    [InlineData("/programme/drafts/99")]
    [InlineData("/programme/drafts/99/publish")]
    [InlineData("/programme/drafts/new?version=99")]
    [InlineData("/programme/back-tests/00000000-0000-0000-0000-000000000000")]
    public async Task What_is_not_there_is_not_found(string page)
    {
        using var visitor = await server.LoginAsync();

        using var answer = await visitor.GetAsync(page, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private long NewDraft(RuleSet rules) =>
        Assert.IsType<DraftAnswer.Done>(Drafts.Add("Draft", rules, "test")).Draft.Id;

    private static string Page(long draft, string step = "") =>
        $"/programme/drafts/{draft}{(step.Length == 0 ? "" : "/")}{step}";

    // The newest back-test, once it is over.
    private async Task<BackTestProgress> DoneAsync()
    {
        var desk = server.Server.Services.GetRequiredService<BackTestDesk>();
        while (desk.All[0].State == BackTestState.Running)
            await Task.Yield();
        return desk.All[0];
    }

    private static void Says(string html, string text) =>
        Assert.Contains(text, html, StringComparison.Ordinal);
}
