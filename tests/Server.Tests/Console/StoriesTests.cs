using System.Net;
using System.Text.RegularExpressions;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>What staff read and do in the console.</summary>
public sealed partial class StoriesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    [Fact]
    public async Task A_cards_history_says_why_each_point_was_given()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, $"/cards/{SeededBook.AdasCard}");

        Says(html, "base +12: 12 points (rule set 1).");
        Says(html, "No rule gave points (rule set 1).");
        Says(html, "0.50 USD paid with 50 points. base +19");
        Says(html, "The card was issued, with no points on it.");
    }

    [Fact]
    public async Task A_cards_history_says_it_in_Russian()
    {
        using var visitor = await server.LoginAsync("ru");

        var html = await ReadAsync(visitor, $"/cards/{SeededBook.AdasCard}");

        Says(html, "base +12: 12 баллов (правила № 1).");
    }

    [Fact]
    public async Task A_gap_stands_where_it_is_in_the_history()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, $"/cards/{SeededBook.AdasCard}");

        var (above, gap, below) = (
            html.IndexOf("id=\"n5\"", StringComparison.Ordinal),
            html.IndexOf("Missing here: 1 transaction.", StringComparison.Ordinal),
            html.IndexOf("id=\"n3\"", StringComparison.Ordinal));
        Assert.InRange(gap, above, below);
    }

    [Fact]
    public async Task Below_it_stands_what_the_card_tells_of_it()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, $"/cards/{SeededBook.AdasCard}");

        var told = html[html.IndexOf("class=\"unreported\"", StringComparison.Ordinal)..];
        told = told[..told.IndexOf("</tbody>", StringComparison.Ordinal)];
        Says(told, "read by the next");
        Says(told, "250.00 USD");
        Says(told, "+250");
        Says(told, "Terminal 3");
    }

    [Fact]
    public async Task A_time_is_the_stores_and_says_UTC_as_well()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, $"/cards/{SeededBook.AdasCard}");

        Says(html, "title=\"5 Jan 2026, 09:07:00 UTC\">5 Jan 2026, 04:07:00");
    }

    [Fact]
    public async Task What_a_member_wrote_is_text_and_never_markup()
    {
        using var visitor = await server.LoginAsync();

        var html = await visitor.GetStringAsync("/members");

        Says(html, "Ada &lt;b&gt;Lovelace&lt;/b&gt;");
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("анна", "Анна Каренина")]
    [InlineData("0018", "Ada <b>Lovelace</b>")]
    public async Task A_member_is_found_by_name_or_phone(string text, string name)
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, $"/members?text={Uri.EscapeDataString(text)}");

        Says(html, "1 member<");
        Says(html, name);
    }

    [Fact]
    public async Task A_member_is_added_and_shown()
    {
        using var visitor = await server.LoginAsync();

        using var answer = await ConsoleServer.PostAsync(visitor, "/members/new", "/members/new", new()
        {
            ["_handler"] = "member",
            ["Form.Name"] = " Лев Толстой ",
            ["Form.Phone"] = "+7 495 000",
            ["Form.Language"] = "ru",
        });

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Says(await ReadAsync(visitor, answer.Headers.Location!.OriginalString), "Лев Толстой");
    }

    [Fact]
    public async Task A_member_without_a_name_is_not_added_and_the_form_says_why()
    {
        using var visitor = await server.LoginAsync();

        using var answer = await ConsoleServer.PostAsync(visitor, "/members/new", "/members/new", new()
        {
            ["_handler"] = "member",
            ["Form.Name"] = "  ",
            ["Form.Phone"] = "12345",
            ["Form.Language"] = "en",
        });

        var html = await answer.Content.ReadAsStringAsync();
        Says(html, "The name must have something in it");
        Says(html, "value=\"12345\"");
    }

    [Theory]
    [InlineData(SeededBook.AdasUid, "/cards/1000001")]
    [InlineData("1000002", "/cards?text=1000002")]
    public async Task A_card_is_sought_without_its_UID_in_any_address(string sought, string leadsTo)
    {
        using var visitor = await server.LoginAsync();

        using var answer = await ConsoleServer.PostAsync(visitor, "/cards", "/cards", new()
        {
            ["_handler"] = "search",
            ["Sought"] = sought,
        });

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.EndsWith(leadsTo, answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var addresses = string.Join(' ', Address().Matches(await visitor.GetStringAsync("/cards")));
        Assert.DoesNotContain(SeededBook.AdasUid, addresses, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_says_what_differs_and_what_would_heal_it()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, "/exceptions");

        Says(html, "Transactions are missing");
        Says(html, "Not reported: n = 4");
        Says(html, "Nobody is known to have them. Closes when a terminal reports them after all.");
        Says(html, "Nobody knows whether it happened");
        Says(html, "The card did not sign this");
        Says(html, "The signature does not fit what was reported.");
    }

    [Fact]
    public async Task A_token_is_shown_once_and_a_terminal_is_revoked_only_after_asking()
    {
        using var visitor = await server.LoginAsync();

        using var token = await ConsoleServer.PostAsync(visitor, "/terminals/new", "/terminals/new", new()
        {
            ["_handler"] = "terminal",
            ["Form.Name"] = "Till 9",
            ["Form.Store"] = "12",
            ["Form.Zone"] = "Europe/Berlin",
        });
        using var revoked = await ConsoleServer.PostAsync(
            visitor, "/terminals/2/revoke", "/terminals/2/revoke", new() { ["_handler"] = "revoke" });

        Assert.Matches("id=\"token\">[A-Za-z0-9_-]{86}<", await token.Content.ReadAsStringAsync());
        var later = await visitor.GetStringAsync("/terminals/new");
        Assert.DoesNotContain("id=\"token\"", later, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Found, revoked.StatusCode);
        Assert.Contains(">revoked<", await visitor.GetStringAsync("/terminals"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("terminal=2", 1)]
    [InlineData("store=319", 5)]
    [InlineData("card=1000002", 2)]
    [InlineData("card=1000002&day=2026-01-05", 1)]
    public async Task Transactions_are_filtered(string filter, int expected)
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, $"/transactions?{filter}");

        Assert.Equal(expected, Row().Count(html));
    }

    private static void Says(string html, string text) =>
        Assert.Contains(text, html, StringComparison.Ordinal);

    // As people read it: a space that does not break is a space.
    private static async Task<string> ReadAsync(HttpClient visitor, string page) =>
        WebUtility.HtmlDecode(await visitor.GetStringAsync(page)).Replace('\u00A0', ' ');

    [GeneratedRegex("(href|action|src)=\"[^\"]*\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex("<th scope=\"row\"", RegexOptions.None, 1000)]
    private static partial Regex Row();
}
