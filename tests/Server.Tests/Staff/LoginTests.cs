using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Staff;

public sealed partial class LoginTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task The_first_administrator_comes_in_by_the_link_once()
    {
        await using var server = await InProcessServer.StartAsync();
        var code = server.Services.GetRequiredService<FirstAdministrator>().NewCode();
        using var wrong = new Browser(server);
        using var first = new Browser(server);
        using var second = new Browser(server);

        Assert.Equal(HttpStatusCode.OK, await FirstLogin(wrong, "guessed"));
        Assert.Equal(HttpStatusCode.Redirect, await FirstLogin(first, code));
        Assert.Equal(HttpStatusCode.OK, await FirstLogin(second, code));
        Assert.Equal(HttpStatusCode.OK, await first.Get("/"));
        Assert.Equal(HttpStatusCode.Redirect, await second.Get("/"));
    }

    [Fact]
    public async Task A_login_lasts_until_logout_and_over_a_restart()
    {
        await using var server = await InProcessServer.StartAsync();
        using var browser = await WithAdministrator(server);

        var login = await browser.Post("/login", "/login", ("name", "Eva"), ("password", Password));
        Assert.Equal(HttpStatusCode.Redirect, login);
        Assert.Equal(HttpStatusCode.OK, await browser.Get("/"));
        await server.RestartAsync();
        browser.Moved(server);
        Assert.Equal(HttpStatusCode.OK, await browser.Get("/"));
        Assert.Equal(HttpStatusCode.Redirect, await browser.Post("/login", "/logout"));
        Assert.Equal(HttpStatusCode.Redirect, await browser.Get("/"));
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_for_a_while()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await InProcessServer.StartAsync(clock);
        using var browser = await WithAdministrator(server);
        var staff = server.Services.GetRequiredService<StaffLogin>();

        for (var i = 0; i < 4; i++)
            Assert.Equal(LoginOutcome.Refused, staff.TryLogin("eva", "wrong"));
        Assert.Equal(LoginOutcome.Locked, staff.TryLogin("eva", "wrong"));

        Assert.Equal(LoginOutcome.Locked, staff.TryLogin("eva", Password));
        clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(LoginOutcome.Welcome, staff.TryLogin("EVA ", Password));
        Assert.Equal(LoginOutcome.Refused, staff.TryLogin("nobody", Password));
    }

    [Fact]
    public async Task A_form_without_its_token_is_not_taken()
    {
        await using var server = await InProcessServer.StartAsync();
        using var browser = await WithAdministrator(server);
        using var http = server.People(asOperator: false);

        using var answer = await http.PostAsync("/login", new FormUrlEncodedContent(
            [KeyValuePair.Create("name", "eva"), KeyValuePair.Create("password", Password)]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Logins_are_limited_by_address()
    {
        await using var server = await InProcessServer.StartAsync();
        using var browser = new Browser(server);

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 21; i++)
            answers.Add(await browser.Post("/login", "/login", ("name", "eva"), ("password", "guess")));

        Assert.All(answers[..20], status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[20]);
    }

    [Fact]
    public async Task The_login_page_speaks_the_chosen_language_and_forbids_foreign_scripts()
    {
        await using var server = await InProcessServer.StartAsync();
        using var browser = new Browser(server);

        await browser.Get("/language/ru");
        var page = await browser.Page("/login");

        Assert.Contains("""<html lang="ru">""", page, StringComparison.Ordinal);
        Assert.Contains("Вход", page, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", browser.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await browser.Get("/language/xx"));
    }

    private static async Task<Browser> WithAdministrator(InProcessServer server)
    {
        var code = server.Services.GetRequiredService<FirstAdministrator>().NewCode();
        using var first = new Browser(server);
        await FirstLogin(first, code);
        return new Browser(server);
    }

    private static Task<HttpStatusCode> FirstLogin(Browser browser, string code) =>
        browser.Post("/first-login", "/first-login", ("code", code), ("name", "Eva"), ("password", Password));

    /// <summary>Keeps cookies and sends forms with their anti-forgery token, as a browser does.</summary>
    private sealed partial class Browser : IDisposable
    {
        private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false };
        private readonly HttpClient _http;
        private Uri _at;

        public Browser(InProcessServer server)
        {
            _http = new HttpClient(_handler);
            _at = new Uri(server.Endpoints.Console);
        }

        public string ContentSecurityPolicy { get; private set; } = "";

        public void Moved(InProcessServer server) => _at = new Uri(server.Endpoints.Console);

        public async Task<HttpStatusCode> Get(string path)
        {
            using var answer = await _http.GetAsync(new Uri(_at, path));
            return answer.StatusCode;
        }

        public async Task<string> Page(string path)
        {
            using var answer = await _http.GetAsync(new Uri(_at, path));
            ContentSecurityPolicy = string.Join(' ', answer.Headers.GetValues("Content-Security-Policy"));
            return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        }

        public async Task<HttpStatusCode> Post(
            string page, string path, params IEnumerable<(string Name, string Value)> fields)
        {
            var token = Token().Match(await Page(page)).Groups["token"].Value;
            using var form = new FormUrlEncodedContent(
                fields.Append(("__RequestVerificationToken", token)).ToDictionary());
            using var answer = await _http.PostAsync(new Uri(_at, path), form);
            return answer.StatusCode;
        }

        public void Dispose()
        {
            _http.Dispose();
            _handler.Dispose();
        }

        [GeneratedRegex(
            """__RequestVerificationToken" value="(?<token>[^"]+)""", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Token();
    }
}
