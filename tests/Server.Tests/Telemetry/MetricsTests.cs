using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Telemetry;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Telemetry;

/// <summary>What a Prometheus scraper reads, and that nobody else does.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public async Task The_figures_count_what_came_and_what_the_book_has()
    {
        await using var shop = await WatchedShop.OpenAsync(await InProcessServer.StartAsync(), 1);
        await shop.SellAsync(12, 30);
        await shop.RepeatAsync();
        shop.Server.Services.GetRequiredService<Database>().Write(db => db.Run(
            """
            INSERT INTO book_exception (id, name, cause, detail, opened_us)
            VALUES (1, 'a', 'gap', '', 1), (2, 'b', 'gap', '', 1), (3, 'c', 'bad-proof', '', 1)
            """));
        using var connected = await shop.ConnectAsync(feedCursor: 2);

        var figures = await ScrapeAsync(shop.Server);

        Assert.Equal(4, figures["smartcardcrm_intake_entries_total verdict=accepted"]);
        Assert.Equal(8, figures["smartcardcrm_intake_entries_total verdict=duplicate"]);
        Assert.Equal(3, figures["smartcardcrm_intake_batch_duration_seconds_count"]);
        Assert.Equal(1, figures["smartcardcrm_terminals_connected"]);
        Assert.Equal(2, figures["smartcardcrm_exceptions_open cause=gap"]);
        Assert.Equal(1, figures["smartcardcrm_exceptions_open cause=bad-proof"]);
        Assert.Equal(0, figures["smartcardcrm_exceptions_open cause=doubt"]);
        Assert.Equal(4, figures["smartcardcrm_ledger_postings_total"]);
        Assert.Equal(0, figures["smartcardcrm_certificate_failed"]);
        Assert.True(figures["smartcardcrm_database_commits_total"] > 10);
        Assert.Equal(
            (long)shop.Server.Services.GetRequiredService<Database>().Read(Server.Sync.Feed.Head) - 2,
            figures["smartcardcrm_feed_lag"]);
    }

    [Fact]
    public async Task Another_server_in_the_same_process_is_not_counted()
    {
        await using var other = await WatchedShop.OpenAsync(await InProcessServer.StartAsync(), 1);
        await using var server = await InProcessServer.StartAsync();
        await other.SellAsync(12);

        var figures = await ScrapeAsync(server);

        Assert.Equal(0, figures["smartcardcrm_ledger_postings_total"]);
        Assert.DoesNotContain("smartcardcrm_intake_entries_total verdict=accepted", figures.Keys);
    }

    [Fact]
    public async Task Only_the_figures_own_token_opens_them_and_it_opens_nothing_else()
    {
        await using var server = await InProcessServer.StartAsync();
        var (metrics, @operator) = (
            server.ReadFile(TelemetryEndpoints.TokenFile), server.ReadFile(OperatorEndpoints.TokenFile));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, null, "/metrics"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, "guessed", "/metrics"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, @operator, "/metrics"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, metrics, "/metrics"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, metrics, "/api/overview"));
        Assert.NotEqual(metrics, @operator);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task At_the_terminals_door_there_is_none_of_it(string path)
    {
        await using var server = await InProcessServer.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            },
        })
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", server.ReadFile(TelemetryEndpoints.TokenFile));

        using var answer = await http.GetAsync(new Uri(server.Endpoints.Grpc + path));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static async Task<HttpStatusCode> StatusAsync(InProcessServer server, string? token, string path)
    {
        using var http = server.PeopleWith(token);
        using var answer = await http.GetAsync(path);
        return answer.StatusCode;
    }

    // Each line that is ours as its name and the one label that it may have, less OpenTelemetry's own.
    private static async Task<Dictionary<string, double>> ScrapeAsync(InProcessServer server)
    {
        using var http = server.PeopleWith(server.ReadFile(TelemetryEndpoints.TokenFile));
        var text = await http.GetStringAsync("/metrics");
        return Line().Matches(text).ToDictionary(
            line => string.Join(' ', Label().Matches(line.Groups["labels"].Value)
                .Where(label => label.Groups["name"].Value is "verdict" or "cause" or "le")
                .Select(label => $"{label.Groups["name"].Value}={label.Groups["value"].Value}")
                .Prepend(line.Groups["name"].Value)),
            line => double.Parse(
                line.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(
        @"^(?<name>smartcardcrm_[a-z_]+)(\{(?<labels>[^}]*)\})? (?<value>\S+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex(
        @"(?<name>[a-z_]+)=""(?<value>[^""]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();
}
