using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.DayCertificates;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Operator;

/// <summary>Daily certificates by REST.</summary>
public sealed class CertificateTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_certificate_is_made_listed_shown_and_known_again()
    {
        await using var server = await StartAsync();
        using var http = server.People();

        // The server may have made the day's first by itself.
        var made = await server.CallAsync(HttpMethod.Post, "/api/certificates", new { by = "Ada" });
        var which = $"revision={made.GetProperty("revision").GetInt64()}";
        var listed = (await server.GetAsync("/api/certificates")).EnumerateArray();
        var document = await http.GetByteArrayAsync($"/api/certificates/2026-01-31?{which}");
        var signature = await http.GetByteArrayAsync($"/api/certificates/2026-01-31/signature?{which}");

        Assert.Equal("2026-01-31", made.GetProperty("day").GetString());
        Assert.Contains(
            DayCertificate.HashOf(document), listed.Select(one => one.GetProperty("hash").GetString()));
        Assert.Empty((await server.GetAsync("/api/certificates/faults")).EnumerateArray());
        Assert.Equal((HttpStatusCode.NoContent, ""), await CompareAsync(server, document, signature));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "certificate-unsigned"),
            await CompareAsync(server, document, new byte[64]));
        document[0] ^= 1;
        Assert.Equal(
            (HttpStatusCode.BadRequest, "certificate-unreadable"),
            await CompareAsync(server, document, signature));
        Assert.Equal(
            (HttpStatusCode.Conflict, "certificate-differs"),
            await CompareAsync(server, Forged(document), signature));
    }

    [Fact]
    public async Task A_book_that_is_not_as_it_must_be_is_an_alarm_and_served_on()
    {
        await using var server = await StartAsync();
        server.AnnounceError("checks of the book failed");
        server.Services.GetRequiredService<Database>().Write(
            db => db.Run("UPDATE audit_entry SET done_by = 'nobody' WHERE number = 1"));

        await server.CallAsync(HttpMethod.Post, "/api/certificates", new { });

        using var http = server.People(asOperator: false);
        Assert.Equal(
            "book: ok\nintake: ok\ncertificate: failed\n", await http.GetStringAsync("/health/ready"));
    }

    [Theory]
    [InlineData("""{"day":"2026-02-01"}""", HttpStatusCode.Conflict, "day-not-over")]
    [InlineData("""{"by":" "}""", HttpStatusCode.BadRequest, "by-length")]
    public async Task What_cannot_be_certified_is_refused_with_a_stable_code(
        string body, HttpStatusCode status, string code)
    {
        await using var server = await StartAsync();
        using var http = server.People();
        using var content = new StringContent(body, null, "application/json");

        using var answer = await http.PostAsync("/api/certificates", content);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(code, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_without_a_certificate_is_not_known()
    {
        await using var server = await StartAsync();
        using var http = server.People();

        using var answer = await http.GetAsync("/api/certificates/2020-01-01");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    // Its book begins on one day, and it is the next.
    private async Task<InProcessServer> StartAsync()
    {
        var server = await InProcessServer.StartAsync(_clock);
        _clock.SetUtcNow(new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));
        return server;
    }

    private static byte[] Forged(byte[] document)
    {
        document[0] ^= 1;
        var certificate = DayCertificate.TryRead(document)!;
        return (certificate with { Release = "another" }).ToDocument();
    }

    private static async Task<(HttpStatusCode Status, string Code)> CompareAsync(
        InProcessServer server, byte[] document, byte[] signature)
    {
        using var http = server.People();
        using var answer = await http.PostAsJsonAsync(
            "/api/certificates/compare", new { document, signature });
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? "" : text.Split("\"code\":\"")[1].Split('"')[0]);
    }
}
