using System.Globalization;
using System.Text;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.TillApi;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>
/// What the Till API adds to a request: its health and a posted checkout, each in turn with the same request
/// to an application that does nothing, both over a socket from this process.
/// </summary>
internal static class TillApiFigure
{
    private const int WarmUpRounds = 2_000;
    private const int Rounds = 3_000;
    private const string Basket = """{"amountMinor":1234,"currency":"USD"}""";

    /// <param name="work">For the journal and the till's key.</param>
    public static async Task PrintAsync(BenchChain chain, string work)
    {
        using var keys = new TerminalKeys();
        using var till = chain.OpenTill(BenchChain.FileAt(Path.Combine(work, "till-api.db")), keys);
        var key = Path.Combine(work, "till-api.key");
        await using var app = Build(till, key);
        await using var empty = EmptyApplication.Build();
        await app.StartAsync();
        await empty.StartAsync();
        using var line = new Line(app.Urls.Single(), empty.Urls.Single(), await File.ReadAllTextAsync(key));

        var times = new List<(TimeSpan Health, TimeSpan Get, TimeSpan Post, TimeSpan Empty)>();
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            times.Add((
                await TimeAsync(line.HealthAsync), await TimeAsync(line.EmptyGetAsync),
                await TimeAsync(line.PostAsync), await TimeAsync(line.EmptyPostAsync)));
            await line.CancelAsync();
        }

        times.RemoveRange(0, WarmUpRounds);
        Compare(
            "till api health ratio", Median(times.Select(t => t.Health)), Median(times.Select(t => t.Get)));
        Compare(
            "till api checkout ratio", Median(times.Select(t => t.Post)), Median(times.Select(t => t.Empty)));
    }

    private static WebApplication Build(Terminal.Till till, string key)
    {
        var builder = TerminalHost.NewBuilder(new Uri("http://127.0.0.1:0"), TimeProvider.System);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(till).AddSingleton<ReaderBoard>().AddSingleton<SyncLine>()
            .AddSingleton(new TerminalSync.TerminalSyncClient(GrpcChannel.ForAddress("https://127.0.0.1:9")))
            .AddSingleton<SaleLookup>()
            .AddSingleton(new TerminalProfile(
                BenchChain.TerminalNumber, BenchChain.Programme, BenchChain.Store, TimeZoneInfo.Utc))
            .AddSingleton<FaultBook>().AddSingleton<TillRooms>().AddSingleton<TerminalEnd>();
        var app = builder.Build();
        app.UseTillApi(new TillKeys(
            TillApiKey.LoadOrMake(key), TillApiKey.LoadOrMake($"{key}-supervisor"),
            TillApiKey.LoadOrMake($"{key}-display")));
        return app;
    }

    /// <summary>A till's connections: one to the terminal, one to the application that does
    /// nothing.</summary>
    private sealed class Line(string terminal, string empty, string key) : IDisposable
    {
        private readonly HttpClient _client = new();
        private int _posted;
        private Uri? _checkout;

        public Task HealthAsync() => SendAsync(HttpMethod.Get, new Uri($"{terminal}/v1/health"));

        public Task EmptyGetAsync() => SendAsync(HttpMethod.Get, new Uri(empty));

        public async Task PostAsync() =>
            _checkout = await SendAsync(HttpMethod.Post, new Uri($"{terminal}/v1/checkouts"), Basket);

        public Task EmptyPostAsync() => SendAsync(HttpMethod.Post, new Uri(empty), Basket);

        /// <summary>The checkout posted last: nobody comes with a card.</summary>
        public Task CancelAsync() => SendAsync(HttpMethod.Delete, new Uri($"{terminal}{_checkout}"));

        public void Dispose() => _client.Dispose();

        private async Task<Uri?> SendAsync(HttpMethod method, Uri url, string? body = null)
        {
            using var request = new HttpRequestMessage(method, url);
            request.Headers.Add("X-Api-Key", key);
            if (body is not null)
            {
                request.Headers.Add(
                    "Idempotency-Key", (_posted++).ToString(CultureInfo.InvariantCulture));
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            }

            using var answer = await _client.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync();
            return answer.Headers.Location;
        }
    }
}
