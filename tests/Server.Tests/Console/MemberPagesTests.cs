using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Staff;
using static SmartCardCrm.Server.Tests.Console.ConsoleServer;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>A member's story, and what staff do about members and their cards.</summary>
public sealed class MemberPagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    private const string Card = "/cards/1000001";

    [Fact]
    public async Task A_members_page_tells_each_operation_with_its_reason_and_its_proof()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, "/members/2");

        Says(html, $"href=\"/cards/{SeededBook.AnnasCard}#n2\"");
        Says(html, "base +99: 99 points (rule set 1).");
        Says(html, "signed by the card");
        Says(html, "99.99 USD");
    }

    [Fact]
    public async Task A_card_is_blocked_for_a_reason_and_let_in_again()
    {
        Clerks.Hire(server.Server.Services, "sue", "supervisor", 319);
        using var sue = await server.Server.BrowserAsync("sue");

        Says(await ReadAsync(sue, Card), $"href=\"{Card}/block\"");
        Says(await ChangeAsync(sue, "block", reason: ""), "Choose one of the reasons.");
        Assert.Equal("", await ChangeAsync(sue, "block", "stolen"));
        var blocked = await ReadAsync(sue, Card);
        Assert.Equal("", await ChangeAsync(sue, "unblock", "found"));
        var open = await ReadAsync(sue, Card);

        Says(blocked, "class=\"badge bad\">blocked");
        Says(blocked, "<td data-label=\"Why\">stolen</td>");
        Says(blocked, "<td data-label=\"By\">sue</td>");
        Says(open, "class=\"badge good\">active");
        Says(open, "let in again");
    }

    [Fact]
    public async Task A_card_that_is_blocked_twice_stays_blocked_whatever_the_reason()
    {
        using var visitor = await server.LoginAsync();

        Assert.Equal("", await ChangeAsync(visitor, "block", "customer-request"));
        Assert.NotEqual("", await ChangeAsync(visitor, "block", "customer-request"));

        Says(await ReadAsync(visitor, Card), "class=\"badge bad\">blocked");
        Assert.Equal("", await ChangeAsync(visitor, "unblock", "customer-request"));
    }

    [Fact]
    public async Task A_lost_card_is_replaced_and_the_next_step_is_to_issue_another()
    {
        using var visitor = await server.LoginAsync();
        const string Lost = "/cards/1000002";

        using var answer = await ConsoleServer.PostAsync(visitor, $"{Lost}/replace", $"{Lost}/replace", new()
        {
            ["_handler"] = "replace",
            ["Reason"] = "lost",
        });

        Assert.EndsWith("/issue?member=2", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Says(await ReadAsync(visitor, Lost), "Waits until");
        Says(
            await SendAsync(visitor, $"{Lost}/replace", "replace", new() { ["Reason"] = "lost" }),
            "The card is being replaced already.");
    }

    [Fact]
    public async Task A_member_is_forgotten_only_by_who_is_sure()
    {
        using var visitor = await server.LoginAsync();

        var asked = await SendAsync(visitor, "/members/3/erase", "erase", []);
        Says(await ReadAsync(visitor, "/members/3"), "Nobody's Card");
        Assert.Equal("", await SendAsync(visitor, "/members/3/erase", "erase", new() { ["Sure"] = "true" }));

        Says(asked, "Tick that you are sure.");
        var html = await ReadAsync(visitor, "/members/3");
        Says(html, "somebody unknown");
        Assert.DoesNotContain("/members/3/erase", html, StringComparison.Ordinal);
        Assert.Equal(
            (ConsoleServer.Name, AuditAction.MemberErased),
            server.Server.Services.GetRequiredService<Database>().Read(db =>
                AuditLog.List(db, "member:3", 0, 1).Select(entry => (entry.DoneBy, entry.Action)).Single()));
    }

    [Fact]
    public async Task Who_may_only_look_is_offered_nothing_else()
    {
        Clerks.Hire(server.Server.Services, "carol", "cashier", 319);
        using var carol = await server.Server.BrowserAsync("carol");

        foreach (var page in new[] { "/members/1", Card })
        {
            var html = await ReadAsync(carol, page);
            Assert.DoesNotContain("/block", html, StringComparison.Ordinal);
            Assert.DoesNotContain("/replace", html, StringComparison.Ordinal);
            Assert.DoesNotContain("/erase", html, StringComparison.Ordinal);
        }
    }

    private static Task<string> ChangeAsync(HttpClient visitor, string step, string reason) => SendAsync(
        visitor, $"{Card}/block", "block", new() { ["Step"] = step, ["Reason"] = reason });

    private static void Says(string html, string text) =>
        Assert.Contains(text, html, StringComparison.Ordinal);
}
