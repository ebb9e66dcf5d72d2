using Microsoft.Playwright;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Pages;

/// <summary>The reference of the Till API in a real browser that reaches nobody else.</summary>
public sealed class ReferencePageTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task The_whole_document_is_shown_and_a_call_can_be_tried_with_the_key()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var document = await till.GetAsync("/v1/openapi.json");
        var operations = document.GetProperty("paths").EnumerateObject().Sum(
            path => path.Value.EnumerateObject().Count());
        var sight = await browser.OpenAsync(till.Client.BaseAddress!, "/reference");
        var page = sight.Page;

        await Assertions.Expect(page.Locator(".opblock")).ToHaveCountAsync(operations);
        await sight.PictureAsync("reference");
        await page.GetByRole(AriaRole.Button, new() { Name = "Authorize" }).First.ClickAsync();
        await page.Locator(".auth-container input").First
            .FillAsync(await File.ReadAllTextAsync(till.KeyFile));
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply credentials" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).First.ClickAsync();
        await page.Locator("#operations-Checkouts-post_v1_checkouts .opblock-summary-control").ClickAsync();
        await page.GetByPlaceholder("Idempotency-Key").FillAsync("from-the-reference");
        await page.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();
        await Assertions.Expect(page.Locator(".live-responses-table .response-col_status").Last)
            .ToContainTextAsync("202");

        await sight.PictureAsync("reference-called");
        Assert.All(
            sight.Requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)),
            url => Assert.StartsWith(till.Client.BaseAddress!.ToString(), url, StringComparison.Ordinal));
        Assert.Equal([], sight.Complaints);
    }
}
