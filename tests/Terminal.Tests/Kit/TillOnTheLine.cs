using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>A shop whose till calls over a real connection; the test puts the cards down.</summary>
internal sealed class TillOnTheLine : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("till-line-");
    private readonly WebApplication _app;
    private int _posted;

    private TillOnTheLine(params ushort[] cards)
    {
        Chain = new Chain();
        Shop = new Shop(Chain, cards: cards);
        var builder = TerminalHost.NewBuilder(new Uri("http://127.0.0.1:0"), Chain.Clock);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(Shop.Till).AddSingleton(Board).AddSingleton<FaultBook>();
        builder.Services.AddSingleton(new TerminalProfile(1, 7, 42, TimeZoneInfo.Utc));
        builder.Services.AddSingleton(Line).AddSingleton<SaleLookup>()
            .AddSingleton(new TerminalSync.TerminalSyncClient(new UnaryServer(_ => new FindSaleReply())));
        builder.Services.AddSingleton<TillRooms>().AddSingleton<TerminalEnd>();
        _app = builder.Build();
        KeyFile = Path.Combine(_folder.FullName, "till-api.key");
        _app.UseTillApi(TillKeys.LoadOrMake(new DataFolder(_folder.FullName)));
    }

    public Chain Chain { get; }

    public Shop Shop { get; }

    public ReaderBoard Board { get; } = new();

    public string KeyFile { get; }

    /// <summary>How the network stands.</summary>
    public SyncLine Line { get; } = new();

    /// <summary>Where commands find key and address.</summary>
    public string DataFolder => _folder.FullName;

    public HttpClient Client { get; } = new();

    public static async Task<TillOnTheLine> OpenAsync(params ushort[] cards)
    {
        var till = new TillOnTheLine(cards);
        await till._app.StartAsync();
        till.Client.BaseAddress = new Uri(till._app.Urls.Single());
        await File.WriteAllBytesAsync(
            Path.Combine(till.DataFolder, "endpoints.json"),
            JsonSerializer.SerializeToUtf8Bytes(
                new EndpointsFile(till.Client.BaseAddress.ToString(), Environment.ProcessId),
                TillJson.Default.EndpointsFile));
        till.Client.DefaultRequestHeaders.Add("X-Api-Key", await File.ReadAllTextAsync(till.KeyFile));
        return till;
    }

    public async Task<JsonElement> GetAsync(string path, string? language = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, language);
    }

    public async Task<JsonElement> PostAsync(string path, string body, string? language = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", FormattableString.Invariant($"line-{_posted++}"));
        return await SendAsync(request, language);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Shop.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, string? language)
    {
        if (language is not null)
            request.Headers.TryAddWithoutValidation("Accept-Language", language);
        using var answer = await Client.SendAsync(request);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }
}
