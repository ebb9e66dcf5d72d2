using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Staff;
using SmartCardCrm.SyncContract;
using static SmartCardCrm.Server.Tests.Console.ConsoleServer;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>Terminals at headquarters: how one is, what it may do, and how another is let in.</summary>
public sealed class TerminalPagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    private const string Limits = "/terminals/2/limits";

    [Fact]
    public async Task A_terminal_tells_what_it_has_beside_what_is_new_and_how_far_its_journal_has_come()
    {
        using var visitor = await server.LoginAsync();
        var before = await ReadAsync(visitor, "/terminals/1");
        Watch.Called(1, new Hello { HeadSequence = 1_000, SoftwareVersion = "0.0.7+old" });
        Watch.Heard(1, new Heartbeat { RuleSetVersion = 1, HoldsKeys = true, StoppedBecause = "tamper" });

        var html = await ReadAsync(visitor, "/terminals/1");

        Says(before, "not told");
        Says(html, "<td data-label=\"It has\">0.0.7</td>");
        Says(html, "another release", times: 1);
        Says(html, "holds card keys");
        Says(html, "serves no card:");
        Says(html, $"<dd class=\"big\">{1_000 - Head()}</dd>");
        Says(html, "100,000 points");
        Says(html, "href=\"/transactions?terminal=1\"");
        Says(html, "href=\"/exceptions/");
    }

    [Fact]
    public async Task Settings_are_looked_at_then_sent_and_the_page_says_when_they_have_come()
    {
        using var visitor = await server.LoginAsync();
        var asked = await visitor.GetStringAsync(Limits);

        var look = await SendAsync(visitor, Limits, "limits", Settings(version: 1, dayMost: "700"));
        Assert.Equal(1, LimitsOf(2)!.Version);
        Assert.Equal("", await SendAsync(
            visitor, Limits, "limits", Settings(version: 1, dayMost: "700", step: "send")));
        var sent = await ReadAsync(visitor, "/terminals/2");
        Watch.Heard(2, new Heartbeat { FeedCursor = 1 });
        var away = await ReadAsync(visitor, "/terminals/2");
        Watch.Heard(2, new Heartbeat { FeedCursor = Book.Read(Feed.Head) });
        var has = await ReadAsync(visitor, "/terminals/2");

        Says(asked, "Usually 100,000");
        Says(look, "<td data-label=\"Now\">100,000</td>");
        Says(look, "data-label=\"Now\"", times: 1);
        Says(sent, "Version 2");
        Says(away, "on its way");
        Says(has, "on its way", times: 0);
        Assert.Equal(700, LimitsOf(2)!.DayMost);
        Assert.Null(LimitsOf(2)!.Modes);
        Assert.Equal(
            (ConsoleServer.Name, AuditAction.LimitsIssued),
            Book.Read(db =>
                AuditLog.List(db, "terminal:2", 0, 1).Select(line => (line.DoneBy, line.Action)).Single()));
    }

    [Theory]
    [InlineData(1, "90000000000", "out of its range: Points redeemed at this terminal in a day")]
    [InlineData(1, "-5", "out of its range: Points redeemed at this terminal in a day")]
    [InlineData(0, "700", "Somebody has sent other settings meanwhile.")]
    [InlineData(1, "100000", "Nothing is changed.")]
    public async Task What_cannot_be_sent_is_said_so(int version, string dayMost, string says)
    {
        using var visitor = await server.LoginAsync();
        var fields = Settings(version, dayMost, step: "send");

        var html = await SendAsync(visitor, "/terminals/1/limits", "limits", fields);

        Says(string.Join(' ', html.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), says);
        Assert.Equal(1, LimitsOf(1)!.Version);
    }

    [Fact]
    public async Task A_terminal_that_headquarters_alone_decides_for_loses_its_keys_and_is_said_so()
    {
        using var visitor = await server.LoginAsync();
        var fields = Settings(version: 1, dayMost: "100000");
        foreach (var operation in new[] { "earn", "redeem", "return", "adjust", "enquire" })
            fields[operation] = "centralised";

        var look = await SendAsync(visitor, "/terminals/1/limits", "limits", fields);

        Says(look, "The terminal will lose its card keys");
    }

    [Theory]
    [InlineData("", "Till 1 Till 2")]
    [InlineData("?store=319&state=away", "Till 1 Till 2")]
    [InlineData("?store=320", "")]
    [InlineData("?state=revoked", "")]
    [InlineData("?state=connected", "")]
    public async Task The_list_is_filtered_in_the_address(string filter, string names)
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, $"/terminals{filter}");

        Assert.Equal(
            names,
            string.Join(' ', new[] { "Till 1", "Till 2" }.Where(name => html.Contains(name, Ordinal))));
    }

    [Fact]
    public async Task Another_store_s_terminal_is_not_there_and_who_may_only_look_sends_nothing()
    {
        Clerks.Hire(server.Server.Services, "ivan", "it", 320);
        Clerks.Hire(server.Server.Services, "susan", "supervisor", 319);
        using var ivan = await server.Server.BrowserAsync("ivan");
        using var susan = await server.Server.BrowserAsync("susan");

        foreach (var page in new[] { "/terminals/1", "/terminals/1/limits", "/terminals/99999999999" })
            Assert.Equal(404, (int)await StatusAsync(ivan, page));
        Assert.Equal(302, (int)await StatusAsync(susan, "/terminals/1/limits"));
        Says(await ReadAsync(susan, "/terminals/1"), "/terminals/1/limits", times: 0);
    }

    [Fact]
    public async Task A_token_is_shown_once_as_text_and_picture_and_never_in_the_command()
    {
        using var visitor = await server.LoginAsync();

        var html = await SendAsync(visitor, "/terminals/new", "terminal", new()
        {
            ["Form.Name"] = "Anna's till",
            ["Form.Store"] = "319",
            ["Form.Zone"] = "UTC",
        });

        var token = html.Split("id=\"token\">")[1].Split('<')[0];
        Says(html, "class=\"qr\"");
        Says(html, token, times: 1);
        Says(html, $"--server https://127.0.0.1:{new Uri(server.Server.Endpoints.Grpc).Port}");
        Says(html, @"--name 'Anna'\''s till'");
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private TerminalWatch Watch => server.Server.Services.GetRequiredService<TerminalWatch>();

    private Loyalty.Offline.Limits? LimitsOf(uint terminal) =>
        server.Server.Services.GetRequiredService<LimitsBook>().Of(terminal);

    private Database Book => server.Server.Services.GetRequiredService<Database>();

    private long Head() => Book.Read(db => Journals.Head(db, 1).Sequence);

    private static Dictionary<string, string> Settings(int version, string dayMost, string step = "") => new()
    {
        ["Version"] = $"{version}",
        ["Step"] = step,
        ["day-most"] = dayMost,
    };

    private static async Task<System.Net.HttpStatusCode> StatusAsync(HttpClient visitor, string page)
    {
        using var answer = await visitor.GetAsync(page);
        return answer.StatusCode;
    }

    private static void Says(string html, string text) => Assert.Contains(text, html, Ordinal);

    private static void Says(string html, string text, int times) =>
        Assert.Equal(times, html.Split(text).Length - 1);
}
