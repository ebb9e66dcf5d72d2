using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Tests.Console;
using SmartCardCrm.Server.Tests.InProcess;

namespace SmartCardCrm.Server.Tests.Staff;

/// <summary>Somebody sets up a second factor in the console, and logs in with it.</summary>
public sealed partial class FactorPagesTests
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Somebody_sets_up_a_second_factor_logs_in_with_it_and_takes_it_away()
    {
        await using var server = await InProcessServer.StartAsync(_clock);
        Assert.True(server.Services.GetRequiredService<StaffLogin>().TryAddFirst("ada", Clerks.Password));
        using var ada = await server.BrowserAsync("ada");
        using var elsewhere = await server.BrowserAsync("ada");
        var page = await ada.GetStringAsync("/account/second-factor");
        var secret = Secret().Match(page).Groups["secret"].Value;

        var wrong = await SetAsync(ada, page, "000000");
        Assert.Contains("The code is wrong", wrong, StringComparison.Ordinal);
        Assert.Equal(secret, Secret().Match(wrong).Groups["secret"].Value);
        var right = await SetAsync(ada, wrong, AuthenticatorApp.CodeAt(secret, _clock.GetUtcNow()));
        Assert.Equal(10, Recovery().Count(right));

        // This session goes on, and the other has ended.
        var shown = Spaces().Replace(await ada.GetStringAsync("/account"), "");
        Assert.Contains(">on<", shown, StringComparison.Ordinal);
        using var gone = await elsewhere.GetAsync("/account");
        Assert.Equal(HttpStatusCode.Found, gone.StatusCode);
        _clock.Advance(TimeSpan.FromSeconds(30));
        using var login = server.People(asOperator: false);
        Assert.Equal(HttpStatusCode.OK, await LoginAsync(login, "123456"));
        Assert.Equal(
            HttpStatusCode.Found,
            await LoginAsync(login, AuthenticatorApp.CodeAt(secret, _clock.GetUtcNow())));
        Assert.Equal(
            HttpStatusCode.Found,
            await LoginAsync(login, WebUtility.HtmlDecode(Recovery().Match(right).Groups["code"].Value)));

        page = await login.GetStringAsync("/account/second-factor");
        Assert.Contains("Recovery codes left: 9", page, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await SetAsync(login, page, AuthenticatorApp.CodeAt(secret, _clock.GetUtcNow()));
        using var again = await server.BrowserAsync("ada");
    }

    [Fact]
    public async Task What_a_login_carries_to_its_second_step_cannot_be_made_up_or_kept()
    {
        await using var server = await InProcessServer.StartAsync(_clock);
        Assert.True(server.Services.GetRequiredService<StaffLogin>().TryAddFirst("ada", Clerks.Password));
        var secret = SecondFactor.NewSecret();
        var account = server.Services.GetRequiredService<StaffAccount>();
        account.SetFactor("ada", secret, AuthenticatorApp.CodeAt(secret, _clock.GetUtcNow()));
        using var login = server.People(asOperator: false);
        _clock.Advance(TimeSpan.FromSeconds(30));
        var code = AuthenticatorApp.CodeAt(secret, _clock.GetUtcNow());

        using var asked = await ConsoleServer.PostAsync(
            login, "/login", "/login", new() { ["name"] = "ada", ["password"] = Clerks.Password });
        var page = await asked.Content.ReadAsStringAsync();
        var pending = Pending().Match(page).Groups["pending"].Value;
        using var madeUp = await ConsoleServer.PostAsync(
            login, "/login", "/login/code", new() { ["pending"] = "ada", ["code"] = code });
        Assert.Contains("Log in again", await madeUp.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // His account changes in between.
        account.SetFactor("ada", secret, code);
        _clock.Advance(TimeSpan.FromSeconds(30));
        using var kept = await ConsoleServer.PostAsync(login, "/login", "/login/code", new()
        {
            ["pending"] = pending,
            ["code"] = AuthenticatorApp.CodeAt(secret, _clock.GetUtcNow()),
        });
        Assert.Contains("Log in again", await kept.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> LoginAsync(HttpClient browser, string code)
    {
        using var asked = await ConsoleServer.PostAsync(
            browser, "/login", "/login", new() { ["name"] = "ada", ["password"] = Clerks.Password });
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        var page = await asked.Content.ReadAsStringAsync();
        using var answer = await ConsoleServer.PostAsync(browser, "/login", "/login/code", new()
        {
            ["pending"] = Pending().Match(page).Groups["pending"].Value,
            ["code"] = code,
        });
        return answer.StatusCode;
    }

    private static async Task<string> SetAsync(HttpClient browser, string page, string code)
    {
        using var answer = await ConsoleServer.PostAsync(
            browser, "/account/second-factor", "/account/second-factor", new()
            {
                ["_handler"] = "factor",
                ["Sealed"] = Sealed().Match(page).Groups["sealed"].Value,
                ["Code"] = code,
            });
        return await answer.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("id=\"secret\">(?<secret>[A-Z2-7]+)<", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Secret();

    [GeneratedRegex("name=\"Sealed\" value=\"(?<sealed>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sealed();

    [GeneratedRegex("name=\"pending\" value=\"(?<pending>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pending();

    [GeneratedRegex("<code>(?<code>[A-Z2-7]{4}(-[A-Z2-7]{4}){3})</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Recovery();

    [GeneratedRegex("\\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}
