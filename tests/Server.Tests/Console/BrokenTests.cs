using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>What people and programs are told when the server itself fails.</summary>
public sealed class BrokenTests
{
    [Theory]
    [InlineData("text/html", "text/html", "Произошла ошибка")]
    [InlineData("application/json", "application/problem+json", "\"status\":500")]
    public async Task A_failure_is_told_in_the_form_that_was_asked_for(
        string accept, string type, string says)
    {
        await using var server = new ConsoleServer();
        await server.InitializeAsync();
        server.Server.AnnounceError("An unhandled exception has occurred");
        using var visitor = await server.LoginAsync("ru");
        visitor.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        server.Server.Services.GetRequiredService<Database>().Write(db => db.Run("DROP TABLE posting"));

        using var answer = await visitor.GetAsync("/cards");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        var body = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Contains(says, body, StringComparison.Ordinal);
        Assert.DoesNotContain("posting", body, StringComparison.Ordinal);
        Assert.True(answer.Headers.Contains("Content-Security-Policy"));
    }
}
