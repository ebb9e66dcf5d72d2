using System.Net;
using System.Text.RegularExpressions;
using SmartCardCrm.Server.Tests.Staff;
using static SmartCardCrm.Server.Tests.Console.ConsoleServer;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Points moved by hand, alone and by two, in the console and by REST.</summary>
public sealed partial class AdjustmentPagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    private const string Form = "/members/1/adjust";

    [Fact]
    public async Task Few_points_are_moved_at_once_and_taken_back_by_a_form_that_is_filled_in()
    {
        using var visitor = await server.LoginAsync();
        var form = await visitor.GetStringAsync(Form);
        var wish = Wish("50", $"{SeededBook.AdasCard}");

        Says(
            await SendAsync(visitor, Form, "adjust", new(wish) { ["Form.Points"] = "0" }),
            "Points are from 1");
        Assert.Equal("", await SendAsync(visitor, Form, "adjust", new(wish)));
        Assert.Equal("", await SendAsync(visitor, Form, "adjust", new(wish)));
        var member = await ReadAsync(visitor, "/members/1");
        var number = Undo().Match(member).Groups["number"].Value;
        var undo = await visitor.GetStringAsync($"{Form}?undo={number}");

        Assert.Matches("name=\"Form.Request\" value=\"[0-9a-f-]{36}\"", form);
        Says(member, "<td data-label=\"Points\" class=\"num strong\">+50</td>", times: 1);
        Says(undo, "value=\"-50\"");
        Says(undo, $"name=\"Form.Undoes\" value=\"{number}\"");
        Says(undo, ">taken back</option>");
        Says(undo, ">goodwill</option>", times: 0);
        var back = Wish("-50", $"{SeededBook.AdasCard}", reason: "undo");
        back["Form.Undoes"] = number;
        Assert.Equal("", await SendAsync(visitor, Form, "adjust", back));
        Says(await ReadAsync(visitor, "/members/1"), $"href=\"{Form}?undo={number}\"", times: 0);
    }

    [Fact]
    public async Task Many_points_wait_on_the_page_of_approvals_for_somebody_else()
    {
        Clerks.Hire(server.Server.Services, "sven", "supervisor");
        Clerks.Hire(server.Server.Services, "sonja", "supervisor", 7);
        using var sven = await server.Server.BrowserAsync("sven");
        using var sonja = await server.Server.BrowserAsync("sonja");
        const string Annas = "/members/2/adjust";

        Says(await ReadAsync(sonja, "/approvals"), "Nothing waits");
        Assert.Equal("", await SendAsync(sven, Annas, "adjust", Wish("500", "")));
        var list = await ReadAsync(sonja, "/approvals");
        var page = list[(list.IndexOf("href=\"/adjustments/", Ordinal) + 6)..].Split('"')[0];
        var yes = new Dictionary<string, string> { ["Step"] = "approve" };
        var waiting = await ReadAsync(sonja, page);
        Says(await SendAsync(sven, page, "decide", new(yes)), "Another person than who asked");
        Says(await SendAsync(sonja, page, "decide", []), "Approve or reject it.");
        Assert.Equal("", await SendAsync(sonja, page, "decide", new(yes)));

        Says(list, "1 proposal<");
        Says(waiting, "Анна Каренина");
        var done = await ReadAsync(sonja, page);
        Says(done, "class=\"badge good\">done");
        Says(done, "value=\"approve\"", times: 0);
        Says(await ReadAsync(sonja, "/members/2"), "<td data-label=\"Decided by\">sonja</td>");
    }

    [Fact]
    public async Task A_program_moves_points_in_its_owner_s_name_once_for_each_request()
    {
        Clerks.Hire(server.Server.Services, "petra", "supervisor");
        Clerks.Hire(server.Server.Services, "paul", "supervisor");
        using var petra = server.Server.Program("petra");
        using var paul = server.Server.Program("paul");
        var asked = new { points = 300, reason = "complaint", request = "ticket 4711" };

        Assert.Equal(
            (HttpStatusCode.BadRequest, "points-range"),
            await petra.CallAsync(HttpMethod.Post, "/api/members/3/adjustments", asked with { points = 0 }));
        Assert.Equal(
            (HttpStatusCode.OK, null),
            await petra.CallAsync(HttpMethod.Post, "/api/members/3/adjustments", asked));
        Assert.Equal(
            (HttpStatusCode.OK, null),
            await petra.CallAsync(HttpMethod.Post, "/api/members/3/adjustments", asked));
        var kept = await server.Server.GetAsync("/api/members/3/adjustments");
        var number = kept.EnumerateArray().Single().GetProperty("number").GetInt64();
        Assert.Equal(
            (HttpStatusCode.Conflict, "same-person"),
            await petra.CallAsync(HttpMethod.Post, $"/api/adjustments/{number}/approve", new { }));
        Assert.Equal(
            (HttpStatusCode.NoContent, null),
            await paul.CallAsync(HttpMethod.Post, $"/api/adjustments/{number}/approve", new { }));
        Assert.Equal(
            (HttpStatusCode.Conflict, "already-decided"),
            await paul.CallAsync(HttpMethod.Post, $"/api/adjustments/{number}/reject", new { }));
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static Dictionary<string, string> Wish(
        string points, string card, string reason = "goodwill") => new()
        {
            ["Form.Points"] = points,
            ["Form.Reason"] = reason,
            ["Form.Card"] = card,
            ["Form.Request"] = $"{points} {card} {reason}",
        };

    private static void Says(string html, string text) => Assert.Contains(text, html, Ordinal);

    private static void Says(string html, string text, int times) =>
        Assert.Equal(times, html.Split(text).Length - 1);

    [GeneratedRegex("href=\"/members/1/adjust\\?undo=(?<number>\\d+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Undo();
}
