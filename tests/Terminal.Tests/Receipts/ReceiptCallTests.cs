using System.Text.Json;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Receipts;

/// <summary>Receipts as a till asks for them.</summary>
public sealed class ReceiptCallTests
{
    [Fact]
    public async Task A_sale_and_its_return_have_receipts_with_numbers_and_text()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var card = till.Chain.Issue();
        var sale = Id(await till.PostAsync("/v1/checkouts", """{"amountMinor":2234,"currency":"USD"}"""));
        till.Shop.Present(card);
        var back = Id(await till.PostAsync("/v1/reversals", $$"""{"sale":"{{sale}}"}"""));
        till.Shop.Present(card);

        var sold = await till.GetAsync($"/v1/checkouts/{sale}/receipt?width=24", "ru");
        var undone = await till.GetAsync($"/v1/checkouts/{back}/receipt?language=en", "ru");

        Assert.Equal(("ru", "USD", 24), (Text(sold, "language"), Text(sold, "currency"), Width(sold)));
        Assert.Equal((22, "22 балла"), Points(sold, "earned"));
        Assert.Equal((22, "22 балла"), Points(sold, "balance"));
        Assert.Equal(("К оплате", 2234), Money(sold));
        Assert.Contains("\nНачислено       22 балла\n", Text(sold, "text"), StringComparison.Ordinal);
        Assert.Equal((22, "22 points"), Points(undone, "taken-back"));
        Assert.Equal((0, "0 points"), Points(undone, "balance"));
        Assert.Equal(("To give back", -2234), Money(undone));
    }

    [Fact]
    public async Task A_day_is_printed_while_it_goes_on_and_when_it_is_closed()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        await till.PostAsync("/v1/checkouts", """{"amountMinor":2234,"currency":"USD"}""");
        till.Shop.Present(till.Chain.Issue());

        var x = await till.GetAsync("/v1/days/current/receipt");
        await till.PostAsync("/v1/days", "{}");
        var z = await till.GetAsync("/v1/days/1/receipt", "ru");
        var next = await till.GetAsync("/v1/days/current/receipt");

        Assert.StartsWith("Loyalty points: X report\n", Text(x, "text"), StringComparison.Ordinal);
        Assert.Equal((22, "+22"), Points(x, "earned"));
        Assert.StartsWith("Баллы лояльности: Z-отчёт\n", Text(z, "text"), StringComparison.Ordinal);
        Assert.Contains($"\n  Сумма{"22,34 USD",25}\n", Text(z, "text"), StringComparison.Ordinal);
        Assert.Contains("\nNo operations yet.\n", Text(next, "text"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?width=23", "width-out-of-range")]
    [InlineData("?width=81", "width-out-of-range")]
    [InlineData("?width=-1", "width-out-of-range")]
    [InlineData("?width=wide", "width-out-of-range")]
    [InlineData("?language=de", "language-unknown")]
    [InlineData("", "checkout-open")]
    public async Task What_cannot_be_printed_is_refused_with_a_code(string query, string code)
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var id = Id(await till.PostAsync("/v1/checkouts", """{"amountMinor":1,"currency":"USD"}"""));
        var path = query.Length == 0 ? $"/v1/checkouts/{id}" : "/v1/days/current";

        var problem = await till.GetAsync($"{path}/receipt{query}");

        Assert.Equal(code, Text(problem, "code"));
    }

    private static string? Id(JsonElement checkout) => Text(checkout, "id");

    private static string? Text(JsonElement answer, string name) => answer.GetProperty(name).GetString();

    private static int Width(JsonElement receipt) => receipt.GetProperty("width").GetInt32();

    private static (int Points, string? Value) Points(JsonElement receipt, string kind) =>
        (Line(receipt, kind).GetProperty("points").GetInt32(), Text(Line(receipt, kind), "value"));

    private static (string? Label, int Minor) Money(JsonElement receipt) =>
        (Text(Line(receipt, "due"), "label"), Line(receipt, "due").GetProperty("amountMinor").GetInt32());

    private static JsonElement Line(JsonElement receipt, string kind) => receipt.GetProperty("lines")
        .EnumerateArray().Single(line => line.GetProperty("kind").GetString() == kind);
}
