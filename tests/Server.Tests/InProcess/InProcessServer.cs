using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SmartCardCrm.Server.Commands;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.InProcess;

/// <summary>
/// The whole server on free ports of loopback, with a folder of its own. An error in its log that no test
/// announced fails the test when the server is disposed of.
/// </summary>
internal sealed class InProcessServer : IAsyncDisposable
{
    // Opening a vault is slow by design; SealedFileTests does that.
    private static readonly Lazy<KeyVault> SharedVault = new(NewVault);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hq-test-");
    private readonly ErrorWatch _errors = new();
    private TimeProvider _clock;
    private readonly bool _factoryCards;
    private KeyVault _vault;
    private WebApplication? _app;

    private InProcessServer(TimeProvider clock, bool factoryCards, KeyVault? vault)
    {
        _clock = clock;
        _factoryCards = factoryCards;
        _vault = vault ?? SharedVault.Value;
    }

    public Endpoints Endpoints { get; private set; } = new("", "", 0);

    public IServiceProvider Services => App.Services;

    public WebApplication App => _app!;

    /// <param name="clock">The server's; the system's where none is given.</param>
    /// <param name="factoryCards">Whether it takes cards fresh from the factory.</param>
    /// <param name="fill">Puts something into the data folder beforehand; gets its path.</param>
    /// <param name="vault">Its keys; those that all servers of these tests have, where none are given. Not
    /// owned.</param>
    public static async Task<InProcessServer> StartAsync(
        TimeProvider? clock = null, bool factoryCards = true, Action<string>? fill = null,
        KeyVault? vault = null)
    {
        var server = new InProcessServer(clock ?? TimeProvider.System, factoryCards, vault);
        fill?.Invoke(server._folder.FullName);
        await server.StartAgainAsync();
        return server;
    }

    /// <param name="clock">The server's from here on; the same where none is given.</param>
    /// <param name="vault">Its keys from here on; the same where none are given. Not owned.</param>
    public async Task RestartAsync(TimeProvider? clock = null, KeyVault? vault = null)
    {
        _clock = clock ?? _clock;
        _vault = vault ?? _vault;
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>A secret or setting that the server keeps in its folder.</summary>
    public string ReadFile(string name) => File.ReadAllText(Path.Combine(_folder.FullName, name));

    /// <summary>All that it has logged, as far as it lets itself log.</summary>
    public IReadOnlyCollection<string> Log => _errors.Lines;

    /// <summary>An error with this text is what the test is about.</summary>
    public void AnnounceError(string text) => _errors.Announce(text);

    /// <summary>A caller at the people's door: with the operator's token, or without any.</summary>
    public HttpClient People(bool asOperator = true) =>
        PeopleWith(asOperator ? ReadFile(OperatorEndpoints.TokenFile) : null);

    /// <summary>A caller at the people's door with a token, or without any.</summary>
    public HttpClient PeopleWith(string? token)
    {
        var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(Endpoints.Console),
        };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    /// <summary>A call of the operator's that must succeed.</summary>
    public async Task<JsonElement> CallAsync(HttpMethod method, string path, object? body = null)
    {
        using var http = People();
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public Task<JsonElement> GetAsync(string path) => CallAsync(HttpMethod.Get, path);

    public string NewToken() =>
        Services.GetRequiredService<EnrolmentDesk>()
            .NewToken(new TerminalPlace("Till", 319, "UTC"), "test").Text;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
        _errors.AssertNone();
        _errors.Dispose();
    }

    private static KeyVault NewVault()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        // Old enough for a clock that tells of the past.
        var vault = KeyVault.OpenOrCreate(
            path, "a passphrase for tests"u8, RandomNumberGenerator.Fill,
            TimeProvider.System.GetUtcNow().AddYears(-5));
        File.Delete(path);
        return vault;
    }

    private async Task StartAgainAsync()
    {
        var options = new ServerOptions
        {
            DataFolder = _folder.FullName,
            PeopleUrl = new Uri("http://127.0.0.1:0"),
            TerminalsUrl = new Uri("https://127.0.0.1:0"),
            VaultPassphraseFile = "",
            FactoryCards = _factoryCards,
        };
        _app = ServerHost.Build(options, _vault, builder =>
        {
            _errors.Take(builder.Logging);
            builder.Services.Replace(ServiceDescriptor.Singleton(_clock));
            builder.Configuration["Relay:RetryMs"] = "1";
        });
        await _app.StartAsync();
        Endpoints = Endpoints.Of(_app);
    }

    private async Task StopAsync()
    {
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }
}
