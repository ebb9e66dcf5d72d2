using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.Tests.Kit;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Tests.TillApi;

/// <summary>The Till API through a real listener, as a shop's till calls it.</summary>
public sealed class TillApiTests : IAsyncLifetime
{
    private const string Basket = """{"amountMinor":1234,"currency":"USD"}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("till-api-");
    private readonly TerminalKeys _keys = new();
    private readonly HttpClient _client = new();
    private readonly FaultBook _faults = new();
    private readonly TerminalProfile _profile = new(1, 7, 42, TimeZoneInfo.Utc);
    private Till _till = null!;
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        _till = Till.Open(
            Seals.At(Path.Combine(_folder.FullName, "journal.db")), _profile, _keys,
            Chain.Trust,
            new TapSurroundings(TimeProvider.System, bytes => bytes.Fill(7), NullLogger.Instance));
        var builder = TerminalHost.NewBuilder(new Uri("http://127.0.0.1:0"), TimeProvider.System);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_till).AddSingleton(_profile).AddSingleton<ReaderBoard>();
        builder.Services.AddSingleton<SyncLine>().AddSingleton<SaleLookup>()
            .AddSingleton(new TerminalSync.TerminalSyncClient(new UnaryServer(_ => new FindSaleReply())));
        builder.Services.AddSingleton<TillRooms>().AddSingleton<TerminalEnd>();
        builder.Services.AddSingleton(_faults);
        _app = builder.Build();
        var data = new DataFolder(_folder.FullName);
        _app.UseTillApi(TillKeys.LoadOrMake(data));
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Urls.Single());
        _client.DefaultRequestHeaders.Add("X-Api-Key", await File.ReadAllTextAsync(data.TillApiKey));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _till.Dispose();
        _keys.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_posted_checkout_waits_where_the_answer_says()
    {
        using var posted = await Post(Basket, "a");
        using var got = await _client.GetAsync(posted.Headers.Location);

        Assert.Equal(HttpStatusCode.Accepted, posted.StatusCode);
        var checkout = await Json(got);
        Assert.Equal(
            $"/v1/checkouts/{checkout.GetProperty("id").GetString()}", posted.Headers.Location?.ToString());
        Assert.Equal("waiting", checkout.GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_same_request_under_the_same_key_is_the_same_checkout()
    {
        using var first = await Post(Basket, "a");
        using var second = await Post(Basket, "a");

        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
    }

    [Fact]
    public async Task Another_request_under_the_same_key_is_refused()
    {
        using var first = await Post(Basket, "a");
        using var second = await Post("""{"amountMinor":1235,"currency":"USD"}""", "a");

        await Refused(second, 422, "idempotency-key-reused");
    }

    [Theory]
    [InlineData(null, 400, "idempotency-key-missing")]
    [InlineData("two words", 400, "idempotency-key-malformed")]
    public async Task A_checkout_needs_an_idempotency_key(string? key, int status, string code)
    {
        using var answer = await Post(Basket, key);

        await Refused(answer, status, code);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("guessed")]
    public async Task Without_the_key_nothing_is_told(string? key)
    {
        using var stranger = new HttpClient { BaseAddress = _client.BaseAddress };
        if (key is not null)
            stranger.DefaultRequestHeaders.Add("X-Api-Key", key);

        string[] paths = ["/v1/health", "/v1/readers", "/v1/events", "/v1/checkouts/x", "/nowhere"];
        foreach (var path in paths)
        {
            using var answer = await stranger.GetAsync(path);
            await Refused(answer, 401, "api-key-wrong");
        }
    }

    [Theory]
    [InlineData("guessed", 403)]
    [InlineData(null, 202)]
    public async Task Only_a_supervisor_adjusts_points(string? guess, int status)
    {
        const string Body = """{"points":5,"reason":"goodwill","supervisor":"Vera"}""";
        var key = await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "supervisor.key"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/adjustments");
        request.Content = new StringContent(Body, Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", "adjust-1");
        request.Headers.Add("X-Supervisor-Key", guess ?? key);
        using var answer = await _client.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_call_meant_for_another_host_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/health");
        request.Headers.Host = "evil.example";
        using var answer = await _client.SendAsync(request);

        await Refused(answer, 421, "host-unknown");
    }

    [Fact]
    public async Task A_web_page_is_refused_even_with_the_key()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/health");
        request.Headers.Add("Origin", "http://127.0.0.1");
        using var answer = await _client.SendAsync(request);

        await Refused(answer, 403, "origin-refused");
    }

    [Theory]
    [InlineData("", 400, "body-unreadable")]
    [InlineData("null", 400, "body-unreadable")]
    [InlineData("[]", 400, "body-unreadable")]
    [InlineData("{\"amountMinor\":1234", 400, "body-unreadable")]
    [InlineData("{\"amountMinor\":1}", 400, "body-unreadable")]
    [InlineData("{\"currency\":\"USD\"}", 422, "basket-missing")]
    [InlineData("{\"amountMinor\":1234,\"currency\":null}", 400, "body-unreadable")]
    [InlineData("{\"amountMinor\":1.5,\"currency\":\"USD\"}", 400, "body-unreadable")]
    [InlineData("{\"amountMinor\":99999999999999999999,\"currency\":\"USD\"}", 400, "body-unreadable")]
    [InlineData("{\"amountMinor\":1,\"currency\":\"USD\",\"bonus\":1}", 400, "body-unreadable")]
    [InlineData("{\"amountMinor\":-1,\"currency\":\"USD\"}", 422, "amount-out-of-range")]
    [InlineData("{\"amountMinor\":2147483648,\"currency\":\"USD\"}", 422, "amount-out-of-range")]
    [InlineData("{\"amountMinor\":1,\"currency\":\"usd\"}", 422, "currency-malformed")]
    [InlineData("{\"amountMinor\":1,\"currency\":\"USD\",\"redeemPoints\":-1}", 422, "points-out-of-range")]
    [InlineData(
        "{\"amountMinor\":1,\"currency\":\"USD\",\"redeemPoints\":1,\"redeemAll\":true}", 422,
        "points-ambiguous")]
    [InlineData(
        "{\"amountMinor\":1,\"currency\":\"USD\",\"soldAt\":\"2017-01-01\"}", 422, "sold-at-malformed")]
    [InlineData(
        "{\"amountMinor\":1,\"currency\":\"USD\",\"businessDate\":\"1.1.2017\"}", 422,
        "business-date-malformed")]
    [InlineData("{\"amountMinor\":1,\"currency\":\"USD\",\"reader\":\"attic\"}", 422, "reader-unknown")]
    [InlineData("{\"amountMinor\":1,\"currency\":\"USD\",\"timeoutMs\":0}", 422, "timeout-out-of-range")]
    public async Task A_body_that_makes_no_sense_is_refused_with_a_code(string body, int status, string code)
    {
        using var answer = await Post(body, "a");

        await Refused(answer, status, code);
    }

    [Theory]
    [InlineData("[]", "lines-out-of-range")]
    [InlineData("[null]", "line-missing")]
    [InlineData("""[{"amountMinor":-1}]""", "amount-out-of-range")]
    [InlineData("""[{"amountMinor":2147483647},{"amountMinor":1}]""", "amount-out-of-range")]
    [InlineData("""[{"amountMinor":1,"taxMinor":2}]""", "tax-out-of-range")]
    [InlineData("""[{"amountMinor":1,"taxMinor":-1}]""", "tax-out-of-range")]
    [InlineData("""[{"amountMinor":1,"quantity":0}]""", "quantity-out-of-range")]
    [InlineData("""[{"amountMinor":1,"quantity":0.0001}]""", "quantity-out-of-range")]
    [InlineData("""[{"amountMinor":1,"quantity":2147484}]""", "quantity-out-of-range")]
    [InlineData("""[{"amountMinor":1,"sku":"a\u0000"}]""", "name-malformed")]
    [InlineData(
        """[{"amountMinor":1,"sku":"0123456789012345678901234567890123456789012345678901234567890123x"}]""",
        "name-malformed")]
    [InlineData("""[{"amountMinor":1}],"amountMinor":2""", "amount-differs")]
    public async Task Lines_that_make_no_sense_are_refused_with_a_code(string lines, string code)
    {
        using var answer = await Post($$"""{"currency":"USD","lines":{{lines}}}""", "a");

        await Refused(answer, 422, code);
    }

    [Fact]
    public async Task A_basket_with_lines_is_the_same_only_with_the_same_lines()
    {
        const string Lines = """{"currency":"USD","lines":[{"amountMinor":1,"quantity":1.5,"sku":"a"}]}""";
        using var first = await Post(Lines, "a");
        using var same = await Post(Lines.Replace("1.5", "1.500", StringComparison.Ordinal), "a");
        using var other = await Post(Lines.Replace("1.5", "1.501", StringComparison.Ordinal), "a");

        Assert.Equal(HttpStatusCode.Accepted, same.StatusCode);
        await Refused(other, 422, "idempotency-key-reused");
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        using var answer = await Post(
            $$"""{"amountMinor":1,"currency":"{{new string('U', 300_000)}}"}""", "a");

        await Refused(answer, 413, "body-too-long");
    }

    [Fact]
    public async Task A_body_that_is_not_json_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/checkouts")
        {
            Content = new StringContent("amount=1", Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        request.Headers.Add("Idempotency-Key", "a");
        using var answer = await _client.SendAsync(request);

        await Refused(answer, 415, "body-not-json");
    }

    [Theory]
    [InlineData("GET", "/v1/checkouts/01890000-0000-7000-8000-000000000000", 404, "checkout-unknown")]
    [InlineData("DELETE", "/v1/checkouts/01890000-0000-7000-8000-000000000000", 404, "checkout-unknown")]
    [InlineData("GET", "/v1/checkouts/nonsense", 404, "checkout-unknown")]
    [InlineData("GET", "/v1/events?checkout=nonsense", 404, "checkout-unknown")]
    [InlineData("GET", "/nowhere", 404, "no-such-resource")]
    [InlineData("PUT", "/v1/checkouts", 405, "method-not-allowed")]
    public async Task What_is_not_there_is_a_problem_too(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await _client.SendAsync(request);

        await Refused(answer, status, code);
    }

    [Fact]
    public async Task A_waiting_checkout_is_cancelled_once_and_for_all()
    {
        using var posted = await Post(Basket, "a");

        using var first = await _client.DeleteAsync(posted.Headers.Location);
        using var second = await _client.DeleteAsync(posted.Headers.Location);

        Assert.Equal("cancelled", (await Json(first)).GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task A_completed_checkout_tells_what_it_did_and_cannot_be_cancelled()
    {
        using var posted = await Post(Basket, "a");
        Complete();

        using var got = await _client.GetAsync(posted.Headers.Location);
        using var cancelled = await _client.DeleteAsync(posted.Headers.Location);

        var result = (await Json(got)).GetProperty("result");
        Assert.Equal(12, result.GetProperty("earned").GetInt32());
        Assert.Equal("…0042", result.GetProperty("cardNumber").GetString());
        await Refused(cancelled, 409, "checkout-over");
    }

    [Theory]
    [InlineData("CardBlocked", "card-blocked")]
    [InlineData("ClockWrong", "clock-wrong")]
    public async Task A_declined_checkout_names_the_reason(string reason, string code)
    {
        using var posted = await Post(Basket, "a");
        Finish(new CheckoutState.Declined(Enum.Parse<DeclineReason>(reason)));

        using var got = await _client.GetAsync(posted.Headers.Location);

        Assert.Equal(code, (await Json(got)).GetProperty("declineReason").GetString());
    }

    [Fact]
    public async Task Events_tell_one_checkouts_state_now_and_every_change()
    {
        using var posted = await Post(Basket, "a");
        var id = posted.Headers.Location?.ToString().Split('/')[^1];
        using var stream = new StreamReader(await _client.GetStreamAsync($"/v1/events?checkout={id}"));

        Assert.Equal("waiting", await NextState(stream));
        using var other = await Post(Basket, "b");
        Complete();

        Assert.Equal("tapping", await NextState(stream));
        Assert.Equal("completed", await NextState(stream));
    }

    [Fact]
    public async Task A_terminal_that_may_not_sell_takes_no_checkout()
    {
        _till.Desk.Stop("terminal-revoked");

        using var answer = await Post(Basket, "a");
        using var health = await _client.GetAsync("/v1/health");

        await Refused(answer, 503, "terminal-revoked");
        Assert.Equal("terminal-revoked", (await Json(health)).GetProperty("stoppedBecause").GetString());
    }

    [Fact]
    public async Task Health_is_not_ready_before_there_are_keys_and_rules()
    {
        using var health = await _client.GetAsync("/v1/health");

        var told = await Json(health);
        Assert.False(told.GetProperty("ready").GetBoolean());
        Assert.Equal(0, told.GetProperty("entriesUnsent").GetInt32());
        Assert.Single(told.GetProperty("faults").EnumerateArray());
    }

    [Fact]
    public async Task Health_shows_what_does_not_work()
    {
        _faults.Broke("green of counter on pin 17", "no such pin");

        using var health = await _client.GetAsync("/v1/health");

        Assert.Equal(
            ["no-reader: no card reader is there", "green of counter on pin 17: no such pin"],
            (await Json(health)).GetProperty("faults").EnumerateArray().Select(f => f.GetString()));
    }

    private async Task<HttpResponseMessage> Post(string body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/checkouts")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await _client.SendAsync(request);
    }

    private void Complete() => Finish(new CheckoutState.Completed(new CheckoutResult(
        LogKind.Sale, Earned: 12, Redeemed: 0, DueMinor: 1234, BalanceAfter: 12, CardNumber: 990042,
        Counter: 2, RuleSetVersion: 1, CardActions: [], CardActionPoints: 0)));

    // What a tap does, without a card.
    private void Finish(CheckoutState state)
    {
        var taken = _till.Desk.TryTake("counter", preferred: null);
        Assert.NotNull(taken);
        _till.Desk.Finish(taken.Id, state);
    }

    private static async Task<string?> NextState(StreamReader stream)
    {
        const string prefix = "data: ";
        while (await stream.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
                return JsonElement.Parse(line[prefix.Length..]).GetProperty("state").GetString();
        }

        return null;
    }

    private static async Task Refused(HttpResponseMessage answer, int status, string code)
    {
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await Json(answer);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal($"urn:smartcardcrm:till:{code}", problem.GetProperty("type").GetString());
    }

    private static async Task<JsonElement> Json(HttpResponseMessage answer) =>
        JsonElement.Parse(await answer.Content.ReadAsStringAsync());
}
