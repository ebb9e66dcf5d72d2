using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Reports;
using SmartCardCrm.Server.Tests.Staff;
using static SmartCardCrm.Server.Tests.Console.ConsoleServer;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>The workbench: what differs, who says what, and what people do about it.</summary>
public sealed partial class ExceptionPagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    [Fact]
    public async Task A_gap_shows_what_the_card_tells_and_that_the_ledger_has_nothing()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, PageOf("gap"));

        Says(html, "The card has counted operations that nobody has reported");
        Says(html, "Not reported: n = 4");
        Says(html, "<td data-label=\"The card\">250</td>");
        Assert.DoesNotMatch("data-label=\"The ledger\">[0-9]", html);
    }

    [Fact]
    public async Task A_doubt_shows_what_the_terminal_meant_to_do()
    {
        using var visitor = await server.LoginAsync("ru");

        var html = await ReadAsync(visitor, PageOf("doubt"));

        Says(html, "Карту убрали до ответа");
        Says(html, "<td data-label=\"Журнал терминала\">42</td>");
        Says(html, "Что это исправит");
    }

    [Fact]
    public async Task A_forged_report_says_what_the_terminal_claims_and_the_ledger_does_not_have()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, PageOf("bad-proof"));

        Says(html, "the card’s own signature under it does not fit");
        Says(html, "<td data-label=\"The terminal’s journal\">10.00 USD</td>");
        Says(html, "<td data-label=\"The terminal’s journal\">10</td>");
        Assert.DoesNotMatch("data-label=\"The ledger\">[0-9]", html);
    }

    [Fact]
    public async Task A_note_and_an_owner_are_kept_and_the_list_finds_them()
    {
        using var visitor = await server.LoginAsync();
        var page = PageOf("doubt");

        Says(
            await SendAsync(visitor, page, "note", new() { ["Note"] = " " }),
            "A note has 1 to 1000 characters.");
        Assert.Equal("", await SendAsync(visitor, page, "note", new() { ["Note"] = "Asked <i>Till 1</i>." }));
        Assert.Equal("", await SendAsync(visitor, page, "assign", new() { ["Owner"] = ConsoleServer.Name }));

        var raw = await visitor.GetStringAsync(page);
        Says(raw, "Asked &lt;i&gt;Till 1&lt;/i&gt;.");
        Assert.Equal([page], await ListAsync(visitor, "owner=mine"));
        Assert.Equal(
            [PageOf("gap"), PageOf("bad-proof")],
            (await ListAsync(visitor, "owner=nobody&state=all")).Order(StringComparer.Ordinal));
        Assert.Empty(await ListAsync(visitor, "owner=mallory"));
    }

    [Fact]
    public async Task The_list_is_filtered_by_store_and_age()
    {
        using var visitor = await server.LoginAsync();

        Assert.Equal(2, (await ListAsync(visitor, "store=319&state=all")).Count);
        Assert.Empty(await ListAsync(visitor, "store=320&state=all"));
        Assert.Equal(3, (await ListAsync(visitor, "days=7&state=all")).Count);
        Assert.Empty(await ListAsync(visitor, "days=30000&state=all"));
    }

    [Fact]
    public async Task Many_points_wait_for_a_second_person_who_is_not_the_first()
    {
        Clerks.Hire(server.Server.Services, "sue", "supervisor");
        Clerks.Hire(server.Server.Services, "sam", "supervisor");
        using var sue = await server.Server.BrowserAsync("sue");
        using var sam = await server.Server.BrowserAsync("sam");
        var page = PageOf("bad-proof");
        var wish = new Dictionary<string, string> { ["Reason"] = "corrected", ["Points"] = "0" };
        var yes = new Dictionary<string, string> { ["Step"] = "approve", ["Proposal"] = "1" };

        Says(await SendAsync(sue, page, "resolve", new(wish)), "Say by how many points.");
        wish["Points"] = "101";
        Assert.Equal("", await SendAsync(sue, page, "resolve", new(wish)));
        var waiting = await ReadAsync(sue, page);
        Says(waiting, "A resolution waits for you");
        Says(waiting, "name=\"Proposal\" value=\"1\"");
        Says(
            await SendAsync(sam, page, "decide", new(yes) { ["Proposal"] = "2" }),
            "Another resolution waits by now. Look at it first.");
        Says(
            await SendAsync(sue, page, "decide", new(yes)),
            "Another person than who asked for it decides.");
        Assert.Equal("", await SendAsync(sam, page, "decide", new(yes)));

        var html = await ReadAsync(sam, page);
        Says(html, "Resolved by sam");
        Says(html, "points put right");
        Says(html, "+101");
        Assert.DoesNotContain("value=\"approve\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_only_look_gets_no_form_and_what_he_sends_changes_nothing()
    {
        Clerks.Hire(server.Server.Services, "otto", "auditor");
        using var otto = await server.Server.BrowserAsync("otto");
        var page = PageOf("gap");

        var html = await ReadAsync(otto, page);
        await SendAsync(otto, page, "note", new() { ["Note"] = "Mine." });
        await SendAsync(otto, page, "resolve", new() { ["Reason"] = "written-off" });

        Assert.DoesNotContain("name=\"Note\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Reason\"", html, StringComparison.Ordinal);
        var story = Exceptions.Find(Number(page))!;
        Assert.Empty(story.Notes);
        Assert.Null(story.Exception.ClosedUs);
    }

    private ExceptionList Exceptions => server.Server.Services.GetRequiredService<ExceptionList>();

    private string PageOf(string cause) =>
        $"/exceptions/{Exceptions.Newest(new ExceptionFilter { Cause = cause }, 0, 9).Rows.Single().Id}";

    private static long Number(string page) =>
        long.Parse(page.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);

    private static void Says(string html, string text) =>
        Assert.Contains(text, html, StringComparison.Ordinal);

    private static async Task<IReadOnlyList<string>> ListAsync(HttpClient visitor, string filter) =>
        [.. Link().Matches(await visitor.GetStringAsync($"/exceptions?{filter}"))
            .Select(link => link.Groups["page"].Value)];

    [GeneratedRegex("href=\"(?<page>/exceptions/[0-9]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
