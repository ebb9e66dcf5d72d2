using Microsoft.Playwright;
using SmartCardCrm.Demo.Business;

namespace SmartCardCrm.EndToEnd.Tests;

/// <summary>Takes the README's pictures of a running chain. Only where it is asked for:
/// <c>docs/pictures.sh</c>.</summary>
public sealed class ReadmePictures(PlayedChain chain) : IClassFixture<PlayedChain>
{
    private const int Sales = 24;

    private static string Folder =>
        Environment.GetEnvironmentVariable("README_PICTURES")
        ?? throw new InvalidOperationException("README_PICTURES names no folder: docs/pictures.sh does.");

    [Fact(Explicit = true)]
    public async Task Pictures_are_taken()
    {
        var shoppers = new List<Customer>();
        foreach (var household in new[] { 201, 202, 203 })
            shoppers.Add(await chain.IssueAsync(household));
        for (var sale = 0; sale < Sales; sale++)
            await chain.SellAsync(shoppers[sale % shoppers.Count].Uid, 4_35 + (sale * 1_97));

        var counter = await chain.NewPageAsync();
        await counter.GotoAsync($"{chain.Till.Address}counter");
        var key = await File.ReadAllTextAsync(
            Path.Combine(chain.Till.DataFolder, "till-api.key"), chain.Limit);
        await counter.Locator("#key").FillAsync(key.Trim());
        await counter.Locator("#key").PressAsync("Enter");
        await chain.SellAsync(shoppers[0].Uid, 25_60);
        await TakeAsync(counter, "counter");

        var console = await chain.HeadOfficeAsync();
        await Assertions.Expect(console.Locator(".columns")).ToHaveCountAsync(2);
        await TakeAsync(console, "today");

        var playground = await chain.VisitAsync();
        await playground.Locator("#sell").ClickAsync();
        await Assertions.Expect(playground.Locator("#till-says")).ToContainTextAsync("Waiting for a card.");
        await playground.GetByRole(AriaRole.Button, new() { Name = "Clara: Reader 2", Exact = true })
            .ClickAsync();
        await Assertions.Expect(playground.Locator("#till-says")).ToContainTextAsync("Done.");
        await playground.EvaluateAsync("scrollTo(0, 0)");
        await TakeAsync(playground, "playground");
    }

    private static Task TakeAsync(IPage page, string name) => page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(Folder, $"{name}.png"),
    });
}
