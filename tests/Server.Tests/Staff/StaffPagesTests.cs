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

    [GeneratedRegex("/invitation#(?<code>[A-Za-z0-9_-]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
