using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Tests.Console;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>An administrator looks after the staff in the console.</summary>
public sealed partial class StaffPagesTests
{
    [Fact]
    public async Task Somebody_is_added_invited_changed_and_shut_out()
    {
        await using var server = await OpenAsync();
        using var ada = await server.BrowserAsync("ada");
        var store = server.Services.GetRequiredService<StaffStore>();

        var html = await SendAsync(ada, "/staff/new", "staff", new()
        {
            ["Form.Name"] = "Vera",
            ["Form.Roles"] = "cashier",
            ["Form.Stores"] = "7, 3",
            ["Form.Why"] = "Opens on Monday.",
        });
        var code = Link().Match(html).Groups["code"].Value;
        using var vera = server.People(asOperator: false);
        using var joined = await ConsoleServer.PostAsync(vera, "/invitation", "/invitation", new()
        {
            ["code"] = code,
            ["password"] = Clerks.Password,
        });
        Assert.Equal(HttpStatusCode.Found, joined.StatusCode);
        Assert.Equal(("cashier", "3 7"), (store.Find("vera")!.Roles, store.Find("vera")!.Stores));

        await SendAsync(ada, "/staff/vera/edit", "place", new()
        {
            ["Form.Roles"] = "supervisor",
            ["Form.Stores"] = "",
            ["Form.Why"] = "Promoted.",
        });
        Assert.Equal(("supervisor", "*"), (store.Find("vera")!.Roles, store.Find("vera")!.Stores));

        await SendAsync(ada, "/staff/vera/edit", "access", new() { ["Why"] = "Left.", ["Step"] = "disable" });
        Assert.NotNull(store.Find("vera")!.DisabledUs);
        await SendAsync(ada, "/staff/vera/edit", "access", new() { ["Why"] = "Back.", ["Step"] = "enable" });
        html = await SendAsync(
            ada, "/staff/vera/edit", "access", new() { ["Why"] = "Forgot.", ["Step"] = "reset" });
        Assert.NotEqual(code, Link().Match(html).Groups["code"].Value);
        Assert.Equal("invited", store.Find("vera")!.StateAt(DateTimeOffset.UnixEpoch));
    }

    [Theory]
    [InlineData("place", "Form.Roles", "cashier", "Nobody would be left")]
    [InlineData("access", "Step", "disable", "Nobody would be left")]
    [InlineData("access", "Step", "reset", "Nobody would be left")]
    public async Task The_last_administrator_stays(string form, string field, string value, string says)
    {
        await using var server = await OpenAsync();
        using var ada = await server.BrowserAsync("ada");

        var html = await SendAsync(ada, "/staff/ada/edit", form, new()
        {
            ["Form.Why"] = "Tired.",
            ["Why"] = "Tired.",
            [field] = value,
        });

        Assert.Contains(says, html, StringComparison.Ordinal);
        Assert.Contains("role=\"alert\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_makes_a_token_of_his_own_and_he_or_an_administrator_makes_it_void()
    {
        await using var server = await OpenAsync();
        Clerks.Hire(server.Services, "vera", "auditor");
        Clerks.Hire(server.Services, "boris", "auditor");
        using var ada = await server.BrowserAsync("ada");
        using var vera = await server.BrowserAsync("vera");
        using var boris = await server.BrowserAsync("boris");
        var tokens = server.Services.GetRequiredService<StaffTokens>();

        var html = await SendAsync(
            vera, "/account", "token", new() { ["Form.Title"] = "script", ["Form.Days"] = "3" });
        using var program = server.PeopleWith(Token().Match(html).Groups["token"].Value);
        Assert.Equal((HttpStatusCode.OK, null), await program.CallAsync(HttpMethod.Get, "/api/staff"));

        // Another who may read of her, and no more.
        await SendAsync(boris, "/staff/vera", "revoke-1", []);
        Assert.Null(tokens.Of("vera")[0].RevokedUs);
        await SendAsync(vera, "/account", "revoke-1", []);
        Assert.NotNull(tokens.Of("vera")[0].RevokedUs);
        tokens.Make("vera", "another", 1);
        await SendAsync(ada, "/staff/vera", "revoke-2", []);
        Assert.NotNull(tokens.Of("vera")[0].RevokedUs);
    }

    [Fact]
    public async Task What_is_typed_wrongly_stands_in_the_form_with_what_is_wrong()
    {
        await using var server = await OpenAsync();
        using var ada = await server.BrowserAsync("ada");

        var html = await SendAsync(ada, "/staff/new", "staff", new()
        {
            ["Form.Name"] = "vera",
            ["Form.Roles"] = "cashier",
            ["Form.Stores"] = "seven",
            ["Form.Why"] = "New.",
        });

        Assert.Contains("Store numbers are 1 or more", html, StringComparison.Ordinal);
        Assert.Contains("value=\"seven\"", html, StringComparison.Ordinal);
        Assert.Single(server.Services.GetRequiredService<StaffStore>().All());
    }

    private static async Task<string> SendAsync(
        HttpClient browser, string page, string form, Dictionary<string, string> fields)
    {
        fields["_handler"] = form;
        using var answer = await ConsoleServer.PostAsync(browser, page, page, fields);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    private static async Task<InProcessServer> OpenAsync()
    {
        var server = await InProcessServer.StartAsync();
        Assert.True(server.Services.GetRequiredService<StaffLogin>().TryAddFirst("ada", Clerks.Password));
        return server;
    }

    [GeneratedRegex("id=\"token\">(?<token>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("/invitation#(?<code>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
