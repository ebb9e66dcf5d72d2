using System.Net;
using SmartCardCrm.Server.Console.Words;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>The log of changes, the keys and the certificates, which people only read.</summary>
public sealed class HousePagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    [Fact]
    public async Task The_log_says_who_did_what_and_is_filtered_in_the_address()
    {
        using var visitor = await server.LoginAsync();

        var all = await ReadAsync(visitor, "/audit");
        var filtered = await ReadAsync(visitor, "/audit?action=member-added&by=test&subject=member:2");
        var none = await ReadAsync(visitor, "/audit?action=member-added&by=mallory");

        Says(all, "href=\"/audit?subject=member%3A2\"");
        Says(filtered, "1 change<");
        Says(filtered, "Show all");
        Says(none, "Nothing found");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("not JSON", "=not JSON")]
    [InlineData("""{"reason":"lost","dueUs":5}""", "reason=lost dueUs=5")]
    [InlineData("""{"before":null,"after":"ab"}""", "before= after=ab")]
    [InlineData("""{"before":{"a":1,"b":2},"after":{"a":1,"b":3}}""", "before.b=2 after.b=3")]
    [InlineData("""{"before":{"a":1},"after":{"a":1,"b":[3]},"why":"x"}""", "after.b=[3] why=x")]
    public void What_is_the_same_before_and_after_is_left_out(string detail, string told) =>
        Assert.Equal(
            told, string.Join(' ', AuditFact.Of(detail).Select(fact => $"{fact.Name}={fact.Value}")));

    [Fact]
    public async Task The_keys_page_names_every_key_its_newest_version_and_the_authority()
    {
        using var visitor = await server.LoginAsync();

        var html = await ReadAsync(visitor, "/keys");

        Says(html, "Sale key");
        Says(html, "Signing key");
        Says(html, "newest");
        Says(html, "Till 1");
        Assert.Matches("<code>[0-9A-F]{64}</code>", html);
    }

    [Fact]
    public async Task A_day_s_certificate_says_what_was_checked_and_what_does_not_hold()
    {
        using var visitor = await server.LoginAsync();
        var (status, _) = await Staff.Clerks.CallAsync(
            server.Server.People(), HttpMethod.Post, "/api/certificates", new { });
        Assert.Equal(HttpStatusCode.OK, status);

        var list = await ReadAsync(visitor, "/certificates");
        // The oldest: it alone looked at what the vault has no keys for.
        var link = list[(list.LastIndexOf("href=\"/certificates/", StringComparison.Ordinal) + 6)..];
        var page = await ReadAsync(visitor, link[..link.IndexOf('"', StringComparison.Ordinal)]);

        Says(list, "badge bad");
        Says(page, "What was checked");
        Says(page, "badge bad");
        Says(page, ">holds");
    }

    private static void Says(string html, string text) =>
        Assert.Contains(text, html, StringComparison.Ordinal);

    private static async Task<string> ReadAsync(HttpClient visitor, string page) =>
        WebUtility.HtmlDecode(await visitor.GetStringAsync(page)).Replace('\u00A0', ' ');
}
