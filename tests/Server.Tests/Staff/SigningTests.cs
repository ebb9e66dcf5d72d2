using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>Whose name stands under what is done, and how long a session is good.</summary>
public sealed class SigningTests
{
    [Fact]
    public async Task One_of_the_staff_signs_with_his_own_name_and_nobody_elses()
    {
        await using var server = await OpenAsync();
        using var vera = server.Program("vera");

        Assert.Equal(
            (HttpStatusCode.Forbidden, "by-another"),
            await vera.CallAsync(
                HttpMethod.Post, "/api/exceptions/1/notes", new { note = "Seen.", by = "boris" }));
        await vera.CallAsync(
            HttpMethod.Post, "/api/exceptions/1/notes", new { note = "One.", by = " VERA " });
        await vera.CallAsync(HttpMethod.Post, "/api/exceptions/1/notes", new { note = "Two." });

        var story = await server.GetAsync("/api/exceptions/1");
        Assert.Equal(
            ["vera", "vera"],
            story.GetProperty("notes").EnumerateArray().Select(n => n.GetProperty("writtenBy").GetString()));
    }

    [Fact]
    public async Task Two_names_by_one_token_of_the_machine_are_one_person()
    {
        await using var server = await OpenAsync();
        using var http = server.People();
        await server.CallAsync(
            HttpMethod.Post, "/api/exceptions/1/resolve",
            new { reason = "explained", points = 0, by = "vera" });
        Propose(server, 2, "operator:vera");

        var (status, code) = await http.CallAsync(
            HttpMethod.Post, "/api/exceptions/2/approve", new { proposal = 1, by = "boris" });

        Assert.Equal((HttpStatusCode.Conflict, "same-person"), (status, code));
        var story = await server.GetAsync("/api/exceptions/1");
        Assert.Equal(
            "operator:vera", story.GetProperty("exception").GetProperty("resolvedBy").GetString());
    }

    [Fact]
    public async Task A_person_decides_on_what_another_has_proposed_and_not_on_his_own()
    {
        await using var server = await OpenAsync();
        Propose(server, 2, "vera");
        using var vera = server.Program("vera");
        using var boris = server.Program("boris");

        Assert.Equal(
            (HttpStatusCode.Conflict, "same-person"),
            await vera.CallAsync(HttpMethod.Post, "/api/exceptions/2/approve", new { proposal = 1 }));
        Assert.Equal(
            (HttpStatusCode.NoContent, null),
            await boris.CallAsync(HttpMethod.Post, "/api/exceptions/2/approve", new { proposal = 1 }));
    }

    [Fact]
    public async Task A_token_is_given_to_who_knows_the_password_in_his_own_name()
    {
        await using var server = await OpenAsync();
        using var nobody = server.People(asOperator: false);
        object asked = new { name = "Vera", password = Clerks.Password, title = "script", days = 1 };

        Assert.Equal(
            (HttpStatusCode.Unauthorized, "login-refused"),
            await nobody.CallAsync(
                HttpMethod.Post, "/api/my/tokens", new { name = "vera", password = "guess", title = "x" }));
        using var answer = await nobody.PostAsJsonAsync("/api/my/tokens", asked);
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
        using var vera = server.PeopleWith(token);

        Assert.Equal((HttpStatusCode.OK, null), await vera.CallAsync(HttpMethod.Get, "/api/exceptions"));
        Assert.Equal(
            (HttpStatusCode.Forbidden, "not-permitted"), await vera.CallAsync(HttpMethod.Get, "/api/staff"));
    }

    [Fact]
    public async Task A_session_ends_when_its_roles_change_or_it_is_shut_out()
    {
        await using var server = await OpenAsync();
        using var vera = await server.BrowserAsync("vera");
        using var boris = await server.BrowserAsync("boris");
        Assert.Equal(HttpStatusCode.OK, await StatusOf(vera, "/exceptions"));

        await server.CallAsync(
            HttpMethod.Put, "/api/staff/vera", new { roles = new[] { "cashier" }, why = "Moved." });
        await server.CallAsync(HttpMethod.Post, "/api/staff/boris/disable", new { why = "Left." });

        Assert.Equal(HttpStatusCode.Found, await StatusOf(vera, "/members"));
        Assert.Equal(HttpStatusCode.Found, await StatusOf(boris, "/exceptions"));
        using var again = await server.BrowserAsync("vera");
        Assert.Equal(HttpStatusCode.OK, await StatusOf(again, "/members"));
    }

    [Fact]
    public void Whatever_names_who_does_it_is_signed_by_who_does_it()
    {
        var unsigned = typeof(ISigned).Assembly.GetTypes()
            .Where(type => type.Name.StartsWith("Asked", StringComparison.Ordinal))
            .Where(type => type.GetProperty("By") is not null && !type.IsAssignableTo(typeof(ISigned)));

        Assert.Equal([], unsigned);
    }

    private static async Task<HttpStatusCode> StatusOf(HttpClient browser, string page)
    {
        using var answer = await browser.GetAsync(page);
        return answer.StatusCode;
    }

    private static void Propose(InProcessServer server, long exception, string by) =>
        server.Services.GetRequiredService<Database>().Write(db => db.Run(
            """
            INSERT INTO exception_resolution (exception, number, reason, points, state, asked_by, asked_us)
            VALUES (@exception, 1, 'explained', 0, 'waiting', @by, 1)
            """,
            new { exception, by }));

    private static async Task<InProcessServer> OpenAsync()
    {
        var server = await InProcessServer.StartAsync();
        server.Services.GetRequiredService<Database>().Write(db => db.Run(
            """
            INSERT INTO book_exception (id, name, cause, terminal, sequence, detail, opened_us)
            VALUES (1, 'unreadable:1:1', 'unreadable', 1, 1, 'entry', 1),
                (2, 'unreadable:1:2', 'unreadable', 1, 2, 'entry', 1)
            """));
        Clerks.Hire(server.Services, "vera", "supervisor");
        Clerks.Hire(server.Services, "boris", "supervisor");
        return server;
    }
}
