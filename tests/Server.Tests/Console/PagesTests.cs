using System.Net;
using System.Text.RegularExpressions;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>The console's pages as a browser gets them, over a real connection.</summary>
public sealed partial class PagesTests(ConsoleServer server) : IClassFixture<ConsoleServer>
{
    private static readonly string[] Pages =
    [
        "/", "/members", "/members/1", "/members/2", "/members/3", "/members/new", "/members/1/erase",
        "/cards", "/cards/1000001", "/cards/1000001/block", "/cards/1000001/replace",
        "/transactions", "/transactions?terminal=1&day=2026-01-05", "/exceptions",
        "/exceptions?state=all&cause=gap", "/terminals", "/terminals/new", "/terminals/1/revoke",
        "/issue", "/issue?member=1", "/staff", "/staff/new", "/staff/grace", "/staff/grace/edit",
        "/exceptions/1", "/exceptions/2", "/exceptions/3", "/exceptions?days=1&owner=mine&store=319",
        "/certificates", "/audit", "/audit?action=card-planned&by=test&subject=card:1000001", "/keys",
        "/reports", "/reports/exceptions", "/reports/end-of-day?from=2026-01-01&through=2026-01-31",
        "/account", "/account/second-factor", "/account/passkeys",
    ];

    public static TheoryData<string> AllPages => [.. Pages];

    public static MatrixTheoryData<string, string> AllPagesInBothLanguages => new(Pages, ["en", "ru"]);

    [Theory]
    [MemberData(nameof(AllPages))]
    public async Task A_stranger_is_sent_to_the_login(string page)
    {
        using var visitor = server.NewVisitor();

        using var answer = await visitor.GetAsync(page);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal("/login", answer.Headers.Location!.AbsolutePath);
    }

    [Theory]
    [MemberData(nameof(AllPagesInBothLanguages))]
    public async Task Every_page_comes_in_both_languages(string page, string culture)
    {
        using var visitor = await server.LoginAsync(culture);

        var html = WebUtility.HtmlDecode(await visitor.GetStringAsync(page));

        Assert.Contains($"<html lang=\"{culture}\">", html, StringComparison.Ordinal);
        Assert.Contains(culture == "en" ? ">Members</a>" : ">Участники</a>", html, StringComparison.Ordinal);
        Assert.Single(Heading().Matches(html));
    }

    [Theory]
    [MemberData(nameof(AllPages))]
    public async Task Every_form_that_changes_something_carries_a_token(string page)
    {
        using var visitor = await server.LoginAsync();

        var html = await visitor.GetStringAsync(page);

        var forms = PostingForm().Matches(html);
        Assert.NotEmpty(forms);
        Assert.All(forms, form =>
            Assert.Contains("__RequestVerificationToken", form.Value, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AllPages))]
    public async Task No_page_needs_a_script_or_style_of_its_own(string page)
    {
        using var visitor = await server.LoginAsync();

        using var answer = await visitor.GetAsync(page);

        var html = await answer.Content.ReadAsStringAsync();
        Assert.Empty(Inline().Matches(html));
        Assert.All(
            answer.Headers.GetValues("Content-Security-Policy"),
            policy => Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/members/999", "There is no member with number 999.")]
    [InlineData("/members/999/erase", "There is no member with number 999.")]
    [InlineData("/cards/999/block", "There is no card with number 999.")]
    [InlineData("/cards/999/replace", "There is no card with number 999.")]
    [InlineData("/cards/999", "There is no card with number 999.")]
    [InlineData("/terminals/999/revoke", "There is no terminal with number 999.")]
    [InlineData("/issue/0198c0de-0000-7000-8000-000000000000", "This card is no longer being issued")]
    [InlineData("/no/such/page", "There is no such page.")]
    [InlineData("/staff/nobody", "There is nobody called nobody among the staff.")]
    [InlineData("/staff/nobody/edit", "There is nobody called nobody among the staff.")]
    [InlineData("/cards/ada", "There is no such page.")]
    [InlineData("/exceptions/999", "There is no exception with number 999.")]
    [InlineData("/certificates/2020-01-01", "There is no such certificate.")]
    [InlineData("/certificates/never", "There is no such certificate.")]
    [InlineData("/reports/nothing", "There is no such report.")]
    public async Task What_is_not_there_is_a_page_that_says_so(string page, string says)
    {
        using var visitor = await server.LoginAsync();

        using var answer = await visitor.GetAsync(page);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_somebody_may_not_go_a_page_says_so()
    {
        using var visitor = await server.LoginAsync("ru");

        using var answer = await visitor.GetAsync("/forbidden");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Contains("Нет доступа", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
    {
        using var visitor = await server.LoginAsync();
        using var content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "member",
            ["Form.Name"] = "Mallory",
            ["Form.Language"] = "en",
        });

        using var answer = await visitor.PostAsync("/members/new", content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain("Mallory", await visitor.GetStringAsync("/members"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_style_sheet_and_the_script_are_served()
    {
        using var visitor = server.NewVisitor();

        using var style = await visitor.GetAsync("/console.css");
        using var script = await visitor.GetAsync("/_framework/blazor.web.js");

        Assert.Equal("text/css", style.Content.Headers.ContentType!.MediaType);
        Assert.Equal("text/javascript", script.Content.Headers.ContentType!.MediaType);
    }

    [GeneratedRegex("<h1[ >]", RegexOptions.None, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex("<form[^>]*method=\"post\".*?</form>", RegexOptions.Singleline, 1000)]
    private static partial Regex PostingForm();

    [GeneratedRegex("<style|style=\"|<script(?![^>]*src=)| on[a-z]+=\"", RegexOptions.None, 1000)]
    private static partial Regex Inline();
}
