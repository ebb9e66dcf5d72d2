using System.Text.Json;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.TillApi;

/// <summary>What a terminal did last.</summary>
public sealed class ListTests
{
    [Fact]
    public async Task The_newest_checkouts_come_first_and_say_what_was_asked_for()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        await till.PostAsync("/v1/checkouts", """{"amountMinor":1234,"currency":"USD"}""");
        till.Shop.Present(till.Chain.Issue());
        till.Chain.Clock.Advance(TimeSpan.FromMinutes(1));
        await till.PostAsync("/v1/enquiries", """{"reader":null}""");

        var list = (await till.GetAsync("/v1/checkouts")).GetProperty("checkouts");

        Assert.Equal(
            [("enquiry", null, "waiting"), ("sale", 1234, "completed")],
            list.EnumerateArray().Select(one => (
                one.GetProperty("kind").GetString(),
                one.GetProperty("amountMinor").Deserialize<int?>(),
                one.GetProperty("state").GetString())));
        Assert.Equal(
            till.Chain.Clock.GetUtcNow(), list[0].GetProperty("createdAt").GetDateTimeOffset());
    }
}
