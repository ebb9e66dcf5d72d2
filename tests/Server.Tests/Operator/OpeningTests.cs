using System.Net;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Operator;

/// <summary>Opening balances by REST.</summary>
public sealed class OpeningTests
{
    [Fact]
    public async Task A_file_is_loaded_looked_for_and_taken_back()
    {
        await using var server = await InProcessServer.StartAsync();
        await server.CallAsync(HttpMethod.Post, "/api/members", new { name = "Ada" });

        var looked = await LoadAsync(server, "?dryRun=true", "member,points,reference\n1,100,a");
        var none = await server.GetAsync("/api/openings/old");
        var loaded = await LoadAsync(server, "?by=Eva", "member,points,reference\n1,100,a");
        var faulty = await LoadAsync(server, "", "member,points,reference\n1,100,a\n2,5,b");

        Assert.Equal(1, looked.GetProperty("loaded").GetInt32());
        Assert.Equal(0, none.GetProperty("lines").GetInt64());
        Assert.Equal(100, loaded.GetProperty("points").GetInt64());
        Assert.Equal("member-unknown", faulty.GetProperty("faults")[0].GetProperty("code").GetString());
        Assert.Equal(1, (await server.GetAsync("/api/openings/old")).GetProperty("lines").GetInt64());
        var undone = await server.CallAsync(HttpMethod.Post, "/api/openings/old/undo");
        Assert.Equal(1, undone.GetProperty("lines").GetInt64());
    }

    [Fact]
    public async Task A_file_may_be_larger_than_other_bodies()
    {
        await using var server = await InProcessServer.StartAsync();
        await server.CallAsync(HttpMethod.Post, "/api/members", new { name = "Ada" });
        var padding = new string(' ', 2 << 20);

        var loaded = await LoadAsync(server, "", $"member,points,reference\n1,100,{padding}a");

        Assert.Equal(1, loaded.GetProperty("loaded").GetInt32());
    }

    [Theory]
    [InlineData("/api/openings/none/undo", HttpStatusCode.NotFound, "batch-unknown")]
    [InlineData("/api/openings/none/undo?by=%20", HttpStatusCode.BadRequest, "by-length")]
    [InlineData("/api/openings/none?by=%20", HttpStatusCode.BadRequest, "by-length")]
    public async Task What_cannot_be_done_is_refused_with_a_stable_code(
        string path, HttpStatusCode status, string code)
    {
        await using var server = await InProcessServer.StartAsync();
        using var http = server.People();

        using var answer = await http.PostAsync(path, null);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(code, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<System.Text.Json.JsonElement> LoadAsync(
        InProcessServer server, string query, string file)
    {
        using var http = server.People();
        using var content = new StringContent(file);
        using var answer = await http.PostAsync($"/api/openings/old{query}", content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {text}");
        return System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(text);
    }
}
