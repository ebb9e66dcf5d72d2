using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Telemetry;

/// <summary>Spans reach a collector where the settings name one.</summary>
public sealed class ExportTests
{
    [Fact]
    public async Task A_collector_that_is_named_gets_the_operations_traces()
    {
        await using var collector = await Collector.StartAsync();
        var settings = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        });
        Guid operation;
        await using (var shop = await WatchedShop.OpenAsync(
            await InProcessServer.StartAsync(
                fill: folder => File.WriteAllText(Path.Combine(folder, "server.json"), settings)),
            number: 3))
        {
            operation = Assert.Single(await shop.SellAsync(12));
        }

        var sent = collector.Bodies.Single(body => Has(body, operation.ToByteArray(bigEndian: true)));
        Assert.True(Has(sent, "smartcardcrm-server"u8) && Has(sent, "journal entry"u8));
        Assert.DoesNotContain(collector.Paths, path => path != "/v1/traces");
    }

    private static bool Has(byte[] body, ReadOnlySpan<byte> part) => body.AsSpan().IndexOf(part) >= 0;
}

/// <summary>Keeps what it is sent.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _sent = new();
    private readonly WebApplication _app;

    private Collector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapPost("{**path}", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            _sent.Enqueue((request.Path, body.ToArray()));
        });
    }

    public string Url => _app.Urls.First();

    public IEnumerable<byte[]> Bodies => _sent.Select(sent => sent.Body);

    public IEnumerable<string> Paths => _sent.Select(sent => sent.Path);

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector._app.StartAsync();
        return collector;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
