using System.Text.Json;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Words;

/// <summary>What the Till API says to people, and in which language.</summary>
public sealed class ToldTests
{
    private const string Basket = """{"amountMinor":1234,"currency":"USD"}""";

    [Theory]
    [InlineData(null, "Waiting for a card.")]
    [InlineData("en-GB,ru;q=0.5", "Waiting for a card.")]
    [InlineData("ru", "Ожидание карты.")]
    [InlineData("ru-RU,en;q=0.5", "Ожидание карты.")]
    [InlineData("en;q=0.1, ru;q=0.2", "Ожидание карты.")]
    [InlineData("de, ru;q=0.2", "Ожидание карты.")]
    [InlineData("ru;q=0", "Waiting for a card.")]
    [InlineData("de", "Waiting for a card.")]
    [InlineData(";;,=", "Waiting for a card.")]
    public async Task The_cashier_is_told_in_the_best_language_there_is(string? accepted, string told)
    {
        await using var till = await TillOnTheLine.OpenAsync();

        var checkout = await till.PostAsync("/v1/checkouts", Basket, accepted);

        Assert.Equal(told, Message(checkout, "cashier"));
    }

    [Fact]
    public async Task A_blocked_card_is_named_to_the_cashier_only()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var id = Id(await till.PostAsync("/v1/checkouts", Basket));
        var taken = till.Shop.Till.Desk.TryTake("counter", preferred: null);
        till.Shop.Till.Desk.Finish(taken!.Id, new CheckoutState.Declined(DeclineReason.CardBlocked));

        var checkout = await till.GetAsync($"/v1/checkouts/{id}", "ru");

        Assert.StartsWith("Карта заблокирована", Message(checkout, "cashier"), StringComparison.Ordinal);
        Assert.Equal("Пожалуйста, обратитесь на стойку обслуживания.", Message(checkout, "customer"));
    }

    [Theory]
    [InlineData(true, "Thank you, your card has been read.")]
    [InlineData(false, "Спасибо, карта прочитана.")]
    public async Task The_customer_is_told_in_the_language_of_the_card_where_it_was_read(
        bool member, string told)
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var id = Id(await till.PostAsync("/v1/enquiries", member ? """{"member":true}""" : "{}"));
        till.Shop.Present(till.Chain.Issue());

        var checkout = await till.GetAsync($"/v1/checkouts/{id}", "ru");

        Assert.Equal("Карта прочитана, на ней ничего не изменено.", Message(checkout, "cashier"));
        Assert.Equal(told, Message(checkout, "customer"));
    }

    [Fact]
    public async Task The_customer_is_told_no_in_the_language_that_headquarters_knows()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        Hear(till, "ru");
        till.Shop.Hear(new FeedItem { Hotlist = new HotlistItem { Uid = Owned.Card.Uid, Listed = true } });
        var id = Id(await till.PostAsync("/v1/checkouts", Basket));
        till.Shop.Present(till.Chain.Issue());

        var checkout = await till.GetAsync($"/v1/checkouts/{id}", "en");

        Assert.StartsWith("This card is blocked", Message(checkout, "cashier"), StringComparison.Ordinal);
        Assert.Equal("Пожалуйста, обратитесь на стойку обслуживания.", Message(checkout, "customer"));
        Assert.Equal("ru", checkout.GetProperty("customerLanguage").GetString());
    }

    [Fact]
    public async Task The_next_customer_is_not_told_in_the_language_of_the_one_before()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        Hear(till, "ru");
        var id = Id(await till.PostAsync("/v1/checkouts", Basket));
        var torn = till.Chain.Issue();
        torn.Tear(4, TearMoment.Before);
        till.Shop.Present(torn);
        var first = await till.GetAsync($"/v1/checkouts/{id}");
        till.Shop.Present(till.Chain.Issue(2));

        var second = await till.GetAsync($"/v1/checkouts/{id}");

        Assert.Equal(("present_again", "ru"), (State(first), Language(first)));
        Assert.Equal(("completed", null), (State(second), Language(second)));
        Assert.StartsWith("Thank you", Message(second, "customer"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fewer_points_than_asked_for_are_explained()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var id = Id(await till.PostAsync(
            "/v1/checkouts", """{"amountMinor":1234,"currency":"USD","redeemAll":true}"""));
        till.Shop.Present(till.Chain.Issue());

        var checkout = await till.GetAsync($"/v1/checkouts/{id}");

        Assert.Equal(
            "Done. Fewer points than asked for: the card has no more.", Message(checkout, "cashier"));
        Assert.Equal("Thank you! These are all the points on your card.", Message(checkout, "customer"));
    }

    [Fact]
    public async Task A_terminal_that_does_not_sell_says_why_to_people_too()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        till.Shop.Till.Desk.Stop(StopCode.Tamper);

        var problem = await till.PostAsync("/v1/checkouts", Basket, "ru");
        var health = await till.GetAsync("/v1/health", "en");

        Assert.StartsWith("Корпус терминала вскрыт", Message(problem, "cashier"), StringComparison.Ordinal);
        Assert.StartsWith("The terminal's housing", Message(health, "cashier"), StringComparison.Ordinal);
        Assert.Equal(
            "Points are not available at this till just now.", Message(health, "customer"));
    }

    [Fact]
    public async Task A_code_for_programs_has_no_words_for_people()
    {
        await using var till = await TillOnTheLine.OpenAsync();

        var problem = await till.PostAsync("/v1/checkouts", """{"currency":"USD"}""");
        var health = await till.GetAsync("/v1/health");

        Assert.Equal(JsonValueKind.Null, problem.GetProperty("message").ValueKind);
        Assert.Equal(JsonValueKind.Null, health.GetProperty("message").ValueKind);
    }

    private static CardItem Owned => Chain.ItemOf(1);

    private static void Hear(TillOnTheLine till, string language)
    {
        var item = Owned;
        item.Language = language;
        till.Shop.Hear(new FeedItem { Card = item });
    }

    private static string? State(JsonElement checkout) => checkout.GetProperty("state").GetString();

    private static string? Language(JsonElement checkout) =>
        checkout.GetProperty("customerLanguage").GetString();

    private static string? Id(JsonElement checkout) => checkout.GetProperty("id").GetString();

    private static string? Message(JsonElement answer, string whose) =>
        answer.GetProperty("message").GetProperty(whose).GetString();
}
