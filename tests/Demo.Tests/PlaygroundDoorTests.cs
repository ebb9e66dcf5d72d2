using System.Net;
using System.Text;
using SmartCardCrm.Demo.Playground;

namespace SmartCardCrm.Demo.Tests;

/// <summary>Who may play, and who may only look at the page.</summary>
public sealed class PlaygroundDoorTests : IAsyncLifetime
{
    private static readonly string[] Calls =
        ["put", "take", "arm", "copy", "damage", "sell", "cancel", "network", "server", "pcscd"];

    private readonly HttpClient _http = new();
    private PlaygroundServer? _server;

    private Uri Own => new(_server!.Address.GetLeftPart(UriPartial.Authority));

    private string Token => _server!.Address.Fragment[1..];

    public async ValueTask InitializeAsync() =>
        _server = await PlaygroundServer.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task Anybody_here_may_read_the_page_and_it_runs_nothing_from_elsewhere()
    {
        foreach (var file in PageFile.All)
        {
            using var answer = await SendAsync(HttpMethod.Get, file.Path);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nobody_plays_without_the_token()
    {
        var paths = Calls.Select(call => (HttpMethod.Post, call))
            .Append((HttpMethod.Get, "events")).Append((HttpMethod.Get, "till-key"));
        foreach (var (method, call) in paths)
        {
            using var without = await SendAsync(method, $"/playground/{call}");
            using var wrong = await SendAsync(method, $"/playground/{call}", token: new string('0', 32));

            Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }
    }

    [Theory]
    [InlineData("{own}", HttpStatusCode.Conflict)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://127.0.0.1", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:{port}", HttpStatusCode.Forbidden)]
    [InlineData("https://127.0.0.1:{port}", HttpStatusCode.Forbidden)]
    [InlineData("{own}.evil.example", HttpStatusCode.Forbidden)]
    public async Task Only_its_own_page_may_call(string origin, HttpStatusCode status)
    {
        var from = origin.Replace("{own}", $"{Own}".TrimEnd('/'), StringComparison.Ordinal)
            .Replace("{port}", $"{Own.Port}", StringComparison.Ordinal);

        using var answer = await SendAsync(HttpMethod.Post, "/playground/sell", Token, from);

        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.0.0.1")]
    public async Task It_is_not_for_other_hosts(string host)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/", Token, host: host);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Fact]
    public async Task While_the_chain_starts_nothing_can_be_done_yet_and_the_page_is_told_how_far_it_is()
    {
        _server!.Tell("starting the server");

        using var sale = await SendAsync(HttpMethod.Post, "/playground/sell", Token);
        using var request = Request(HttpMethod.Get, "/playground/events", Token);
        using var events = await _http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(
            await events.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var told = new StringBuilder();
        while (!told.ToString().Contains("data:", StringComparison.Ordinal))
            told.AppendLine(await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        Assert.Equal("{\"code\":\"not-ready\"}", await sale.Content.ReadAsStringAsync());
        Assert.Contains("\"stage\":\"starting the server\"", told.ToString(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token = null, string? origin = null, string? host = null)
    {
        using var request = Request(method, path, token);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        request.Headers.Host = host;
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string? token)
    {
        var request = new HttpRequestMessage(method, new Uri(Own, path));
        if (method == HttpMethod.Post)
            request.Content = new StringContent("""{"key":"k","amountMinor":1}""");
        if (token is not null)
            request.Headers.Add(Door.TokenHeader, token);
        return request;
    }
}
