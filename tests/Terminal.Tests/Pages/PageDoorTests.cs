using System.Net;
using SmartCardCrm.Terminal.Pages;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Pages;

/// <summary>Who may look at the pages, and whose pages may call.</summary>
public sealed class PageDoorTests
{
    [Fact]
    public async Task Anybody_here_may_read_pages_and_the_document_and_a_page_runs_nothing_from_elsewhere()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        using var stranger = new HttpClient(new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.GZip,
        })
        {
            BaseAddress = till.Client.BaseAddress,
        };

        foreach (var file in BrowserPages.Files)
        {
            using var answer = await stranger.GetAsync(file.Path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(file.ContentType, answer.Content.Headers.ContentType?.ToString());
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(text.Length > 100);
        }

        using var document = await stranger.GetAsync("/v1/openapi.json");
        Assert.Equal(HttpStatusCode.OK, document.StatusCode);
    }

    [Theory]
    [InlineData("/counter")]
    [InlineData("/v1/openapi.json")]
    public async Task A_page_is_not_for_other_hosts(string path)
    {
        await using var till = await TillOnTheLine.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "evil.example";
        using var answer = await till.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("/counter/")]
    [InlineData("/counter/../v1/health")]
    [InlineData("/counter/counter.map")]
    [InlineData("/Counter")]
    [InlineData("/v1/openapi.json/")]
    [InlineData("/reference/swagger-ui.js")]
    public async Task What_is_beside_a_page_needs_the_key(string path)
    {
        await using var till = await TillOnTheLine.OpenAsync();
        using var stranger = new HttpClient { BaseAddress = till.Client.BaseAddress };
        using var answer = await stranger.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("{own}", HttpStatusCode.OK)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://127.0.0.1", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:{port}", HttpStatusCode.Forbidden)]
    [InlineData("https://127.0.0.1:{port}", HttpStatusCode.Forbidden)]
    [InlineData("{own}.evil.example", HttpStatusCode.Forbidden)]
    public async Task Only_the_terminals_own_pages_may_call(string origin, HttpStatusCode status)
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var own = till.Client.BaseAddress!;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/health");
        request.Headers.Add("Origin", origin
            .Replace("{own}", own.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace("{port}", $"{own.Port}", StringComparison.Ordinal));
        using var answer = await till.Client.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
    }
}
