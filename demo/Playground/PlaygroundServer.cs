using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SmartCardCrm.Demo.Playground;

/// <summary>
/// The demo's first page, on a free port of loopback. It is there before the chain is, and tells how the
/// start goes on.
/// </summary>
internal sealed class PlaygroundServer : IAsyncDisposable
{
    private const int TokenDigits = 32;

    private readonly string _token = RandomNumberGenerator.GetHexString(TokenDigits, lowercase: true);
    private readonly WebApplication _app;
    private volatile Playfield? _field;
    private volatile string _stage = "";

    private PlaygroundServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Use(next => context => new Door(_token).LetIn(context, next));
        PageFile.Map(_app);
        new PlaygroundCalls(() => _field, () => _stage, _app.Lifetime.ApplicationStopping).Map(_app);
    }

    /// <summary>Where people find it. The token stands behind the #, which browsers keep to
    /// themselves.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public static async Task<PlaygroundServer> StartAsync(CancellationToken cancellation)
    {
        var server = new PlaygroundServer();
        await server._app.StartAsync(cancellation);
        var addresses = server._app.Services.GetRequiredService<IServer>().Features
            .GetRequiredFeature<IServerAddressesFeature>().Addresses;
        server.Address = new Uri($"{addresses.Single()}/#{server._token}");
        return server;
    }

    /// <summary>What the start of the chain has come to.</summary>
    public void Tell(string stage) => _stage = stage;

    /// <summary>From now on one can play.</summary>
    /// <param name="field">Closed with this.</param>
    public void Open(Playfield field) => _field = field;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _field?.Dispose();
    }
}
