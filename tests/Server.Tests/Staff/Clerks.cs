using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Tests.Console;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>People of the staff with roles of their own, at a running server.</summary>
internal static class Clerks
{
    public const string Password = "a password for clerks";

    /// <summary>Lets somebody in who has chosen his password.</summary>
    /// <param name="services">The server's.</param>
    /// <param name="name">By which he logs in.</param>
    /// <param name="role">Its code.</param>
    /// <param name="stores">None for the whole chain.</param>
    public static void Hire(IServiceProvider services, string name, string role, params long[] stores)
    {
        var desk = services.GetRequiredService<StaffDesk>();
        var invited = Assert.IsType<InvitationAnswer.Invited>(
            desk.Add(name, new StaffPlace([role], stores), "test", "For a test."));
        Assert.Equal(name, desk.Join(invited.Code, Password));
    }

    /// <summary>A program with a token of somebody's, who was let in before.</summary>
    public static HttpClient Program(this InProcessServer server, string name) =>
        server.PeopleWith(server.Services.GetRequiredService<StaffTokens>().Make(name, "test", 1));

    /// <summary>Somebody's browser, logged in, which follows no redirects.</summary>
    public static async Task<HttpClient> BrowserAsync(this InProcessServer server, string name)
    {
        var browser = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            CookieContainer = new CookieContainer(),
        })
        {
            BaseAddress = new Uri(server.Endpoints.Console),
        };
        using var answer = await ConsoleServer.PostAsync(
            browser, "/login", "/login", new() { ["name"] = name, ["password"] = Password });
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return browser;
    }

    /// <summary>A call, and what came of it: the status, and the code of a problem.</summary>
    public static async Task<(HttpStatusCode Status, string? Code)> CallAsync(
        this HttpClient program, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var answer = await program.SendAsync(request);
        var isProblem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json";
        var problem = isProblem ? await answer.Content.ReadFromJsonAsync<JsonElement>() : default;
        return (answer.StatusCode, isProblem && problem.TryGetProperty("code", out var code)
            ? code.GetString()
            : null);
    }
}
