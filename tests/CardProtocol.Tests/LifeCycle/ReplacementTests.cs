namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>A member gets another card: what is on the old one ends there, and comes to the new one as a card
/// action.</summary>
public sealed class ReplacementTests
{
    [Fact]
    public void The_points_of_a_card_that_is_there_move_once()
    {
        var (old, next) = (Example.BornCard(), Example.BornCard());
        using var till = new PlainTill(9);
        Do(till, old, CardOperation.Earn);
        var points = PointsOn(old);

        Do(till, old, CardOperation.Retire);
        using var counter = new PlainTill(10) { Queued = [points] };
        Do(counter, next, CardOperation.Earn);
        Do(counter, next, CardOperation.Earn);

        Assert.Equal((57, 0), (points, PointsOn(old)));
        Assert.Equal(57 + (2 * 57), PointsOn(next));
        Assert.Equal(Told.Refused, till.Do(old, CardOperation.Earn));
        PlainBook.Check(old, [], till);
        PlainBook.Check(next, [points], counter);
    }

    [Fact]
    public void A_lost_card_that_turns_up_is_blocked_by_a_card_action_and_sells_no_more()
    {
        var old = Example.BornCard();
        using var till = new PlainTill(9);
        Do(till, old, CardOperation.Earn);
        var block = CardOperation.All.Single(operation => operation.Name == "block");

        Do(till, old, block);

        Assert.Equal(Told.Refused, till.Do(old, CardOperation.Earn));
        PlainBook.Check(old, [], till);
    }

    private static void Do(PlainTill till, ChipInReader card, CardOperation operation)
    {
        Assert.Equal(Told.Happened, till.Do(card, operation));
        card.PutBack();
    }

    private static int PointsOn(ChipInReader reader)
    {
        using var card = HeldKeys.Open(reader, CardKeyNumber.Enquiry);
        var points = card.ReadBalance();
        reader.PutBack();
        return points;
    }
}
