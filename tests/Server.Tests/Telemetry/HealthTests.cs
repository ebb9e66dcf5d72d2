using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Telemetry;

public sealed class HealthTests
{
    [Fact]
    public async Task A_server_that_serves_is_live_and_ready_for_whoever_asks()
    {
        await using var server = await InProcessServer.StartAsync();

        Assert.Equal((HttpStatusCode.OK, "Healthy"), await AskAsync(server, "/health/live"));
        Assert.Equal(
            (HttpStatusCode.OK, "book: ok\nintake: ok\ncertificate: ok\n"),
            await AskAsync(server, "/health/ready"));
    }

    [Fact]
    public async Task A_server_whose_book_is_gone_lives_and_is_not_ready()
    {
        await using var server = await InProcessServer.StartAsync();
        server.AnnounceError("Health check book");
        server.Services.GetRequiredService<Database>().Write(
            db => db.Run("ALTER TABLE programme RENAME TO p"));

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "book: failed\nintake: ok\ncertificate: ok\n"),
            await AskAsync(server, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, "/health/live")).Status);
    }

    [Fact]
    public async Task A_server_whose_writer_does_not_get_on_is_not_ready_until_it_does()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await InProcessServer.StartAsync(clock);
        server.AnnounceError("Health check intake");
        var database = server.Services.GetRequiredService<Database>();
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var holding = Task.Run(() => database.Write(_ =>
        {
            held.Set();
            release.Wait();
        }));
        held.Wait();
        var queue = server.Services.GetRequiredService<IntakeQueue>();
        var taking = queue.TakeAsync(
            queue.Read(new Delivery(1, [new JournalEntry { Sequence = 1 }])), CancellationToken.None);

        await UntilAsync(
            server, HttpStatusCode.ServiceUnavailable, () => clock.Advance(TimeSpan.FromMinutes(1)));
        release.Set();
        await Task.WhenAll(holding, taking);
        await UntilAsync(server, HttpStatusCode.OK, () => { });
    }

    private static async Task UntilAsync(InProcessServer server, HttpStatusCode status, Action meanwhile)
    {
        for (var look = 0; look < 1000; look++)
        {
            if ((await AskAsync(server, "/health/ready")).Status == status)
                return;
            meanwhile();
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.Fail($"It did not come to {status}.");
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(
        InProcessServer server, string path)
    {
        using var http = server.People(asOperator: false);
        using var answer = await http.GetAsync(path);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
