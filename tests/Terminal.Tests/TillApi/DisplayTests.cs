using System.Text.Json;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.TillApi;

/// <summary>What the customer's display is told, and what its key opens.</summary>
public sealed class DisplayTests
{
    [Fact]
    public async Task Nothing_it_is_told_leads_to_a_card_or_its_owner()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        using var display = await DisplayAsync(till);
        till.Board.Post(till.Shop.Reader).Look();
        using var events = await OpenAsync(display);
        var card = till.Chain.Issue(member: new MemberProfile { Language = "ru", Alias = "Аня" });

        await till.PostAsync("/v1/enquiries", """{"member":true}""");
        till.Shop.Present(card);
        var greeted = await UntilAsync(events, "answered");
        await till.PostAsync("/v1/checkouts", """{"amountMinor":4249,"currency":"USD","cashier":"Eve"}""");
        till.Shop.Present(card);
        var thanked = await UntilAsync(events, "completed");

        Assert.Equal(
            ["Аня", "Аня"], new[] { greeted, thanked }.Select(one => one.GetProperty("alias").GetString()));
        Assert.Equal((42, 42), (
            thanked.GetProperty("balance").GetInt32(),
            thanked.GetProperty("points").GetProperty("earned").GetInt32()));
        Assert.Equal(
            ["state", "message", "language", "alias", "balance", "expiring", "expiresOn", "points"],
            thanked.EnumerateObject().Select(one => one.Name));
        Assert.DoesNotContain("0001", thanked.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_begins_with_what_is_under_way_and_keeps_to_its_reader()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        using var display = await DisplayAsync(till);
        till.Board.Post(till.Shop.Reader).Look();
        till.Board.Post(new SimulatedReader("drive-in")).Look();
        await till.PostAsync(
            "/v1/checkouts", """{"amountMinor":100,"currency":"USD","reader":"drive-in"}""");

        using var all = await OpenAsync(display);
        using var here = await OpenAsync(display, "?reader=counter");

        await UntilAsync(all, "waiting");
        Assert.Equal(JsonValueKind.Null, (await NextAsync(here)).GetProperty("checkout").ValueKind);
    }

    [Fact]
    public async Task What_waited_for_any_reader_and_went_to_another_is_shown_no_more()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        using var display = await DisplayAsync(till);
        till.Board.Post(till.Shop.Reader).Look();
        till.Board.Post(new SimulatedReader("drive-in")).Look();
        using var there = await OpenAsync(display, "?reader=drive-in");

        await till.PostAsync("/v1/checkouts", """{"amountMinor":100,"currency":"USD"}""");
        await UntilAsync(there, "waiting");
        till.Shop.Present(till.Chain.Issue());

        Assert.Equal(JsonValueKind.Null, (await NextAsync(there)).GetProperty("checkout").ValueKind);
    }

    [Theory]
    [InlineData("X-Display-Key", "/v1/health", "api-key-wrong")]
    [InlineData("X-Display-Key", "/v1/events", "api-key-wrong")]
    [InlineData("X-Api-Key", "/v1/health", "api-key-wrong")]
    [InlineData("X-Api-Key", "/v1/display", "display-key-wrong")]
    public async Task Its_key_opens_nothing_else_and_in_its_header(string header, string path, string code)
    {
        await using var till = await TillOnTheLine.OpenAsync();
        using var display = await DisplayAsync(till, header);

        using var answer = await display.GetAsync(path);

        Assert.Equal(401, (int)answer.StatusCode);
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(code, problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_tills_key_does_not_open_it()
    {
        await using var till = await TillOnTheLine.OpenAsync();

        using var answer = await till.Client.GetAsync(
            "/v1/display", HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(401, (int)answer.StatusCode);
    }

    private static async Task<HttpClient> DisplayAsync(TillOnTheLine till, string header = "X-Display-Key")
    {
        var client = new HttpClient { BaseAddress = till.Client.BaseAddress };
        client.DefaultRequestHeaders.Add(
            header, await File.ReadAllTextAsync(Path.Combine(till.DataFolder, "display.key")));
        return client;
    }

    private static async Task<StreamReader> OpenAsync(HttpClient display, string query = "") =>
        new(await display.GetStreamAsync($"/v1/display{query}"));

    private static async Task<JsonElement> UntilAsync(StreamReader events, string state)
    {
        for (; ; )
        {
            var checkout = (await NextAsync(events)).GetProperty("checkout");
            if (checkout.ValueKind is JsonValueKind.Null)
                continue;
            if (checkout.GetProperty("state").GetString() == state)
                return checkout;
        }
    }

    private static async Task<JsonElement> NextAsync(StreamReader events)
    {
        while (await events.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return JsonElement.Parse(line["data: ".Length..]);
        }

        throw new InvalidOperationException("The stream ended.");
    }
}
