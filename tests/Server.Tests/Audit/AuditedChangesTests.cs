using System.Text.Json;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Audit;

/// <summary>Each change that somebody makes has its line.</summary>
public sealed class AuditedChangesTests
{
    [Fact]
    public async Task What_the_operator_and_terminals_do_is_written_down_once()
    {
        await using var server = await InProcessServer.StartAsync();
        var before = (await EntriesAsync(server)).Count;
        using var terminal = await TestTerminal.EnrolAsync(server);
        await server.CallAsync(
            HttpMethod.Post, "/api/members", new { name = "Анна", phone = "+7 900 000-00-00" });
        var limits = await server.GetAsync("/api/terminals/1/limits");
        await server.CallAsync(HttpMethod.Put, "/api/terminals/1/limits", limits);
        await server.CallAsync(HttpMethod.Post, "/api/terminals/1/revoke");
        await server.CallAsync(HttpMethod.Post, "/api/terminals/1/revoke");

        var made = (await EntriesAsync(server)).SkipLast(before).Reverse().ToList();

        Assert.Equal(
            [
                "test terminal-token-made store:319", "terminal:1 terminal-enrolled terminal:1",
                "server limits-issued terminal:1", "operator member-added member:1",
                "operator limits-issued terminal:1", "operator terminal-revoked terminal:1",
            ],
            made.Select(entry => $"{Of(entry, "doneBy")} {Of(entry, "action")} {Of(entry, "subject")}"));
        using var changed = JsonDocument.Parse(Of(made[4], "detail"));
        Assert.Equal(
            (1, 2),
            (
                changed.RootElement.GetProperty("before").GetProperty("version").GetInt32(),
                changed.RootElement.GetProperty("after").GetProperty("version").GetInt32()));
        Assert.DoesNotContain(made, entry => entry.ToString().Contains("900", StringComparison.Ordinal));
    }

    private static string Of(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;

    private static async Task<List<JsonElement>> EntriesAsync(InProcessServer server) =>
        [.. (await server.GetAsync("/api/audit")).EnumerateArray()];
}
