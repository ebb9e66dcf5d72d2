using CsCheck;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Whatever takes many steps is torn at every exchange before and after the card acts, a shop tries
/// to sell meanwhile or does not, and the same is run again: never an unusable card.</summary>
public sealed class DrivenTearingTests(ITestOutputHelper output)
{
    [Fact]
    public void What_is_torn_anywhere_is_gone_on_with()
    {
        var cases = 0;
        foreach (var operation in DrivenOperation.All)
        {
            var moments = 2 * ExchangesOf(operation);
            for (var moment = 0; moment < moments; moment++)
            {
                Tear(operation, shopMeanwhile: false, moment);
                Tear(operation, shopMeanwhile: true, moment);
                cases += 2;
            }
        }

        output.WriteLine(
            $"tearing: {cases} cases of {DrivenOperation.All.Count} driven operations, none skipped");
        Assert.Equal(DrivenOperation.All.Sum(operation => 4 * ExchangesOf(operation)), cases);
    }

    [Fact]
    public void What_is_torn_again_and_again_is_gone_on_with() =>
        Gen.Select(Gen.Int[0, DrivenOperation.All.Count - 1], Gen.Int[0, 120].Array[2, 6]).Sample(
            (index, moments) =>
            {
                var operation = DrivenOperation.All[index];
                var card = operation.Prepare();
                foreach (var moment in moments)
                {
                    card.TornAt = moment;
                    Attempt(operation, card);
                    card.PutBack();
                }

                operation.Run(card);
                card.PutBack();
                operation.Check(card);
            },
            iter: 200);

    [Fact]
    public void What_is_done_is_only_looked_at()
    {
        var looking = new[] { "5A", "A4", "71", "AF", "6F", "AD", "64", "AB", "60", "F5", "45" };
        foreach (var operation in DrivenOperation.All)
        {
            var card = operation.Prepare();
            operation.Run(card);
            card.PutBack();

            operation.Run(card);

            var sent = card.Transcript.Where(line => line[0] == '>').Select(line => line[4..6]);
            Assert.Empty(sent.Except(looking));
        }
    }

    private static void Tear(DrivenOperation operation, bool shopMeanwhile, int moment)
    {
        var card = operation.Prepare();
        card.TornAt = moment;
        Assert.True(Attempt(operation, card));
        card.PutBack();

        using var till = new PlainTill(9);
        if (shopMeanwhile && operation.SellsMeanwhile)
            Assert.Equal(Told.Happened, Sell(till, card));
        else if (shopMeanwhile)
            Assert.NotEqual(Told.InDoubt, Sell(till, card));

        var sold = till.Journal.Count(one => one.Told == Told.Happened);
        if (sold == 0 || operation.SellsMeanwhile)
        {
            operation.Run(card);
            card.PutBack();
        }

        if (sold == 0)
            operation.Check(card);
        card.PutBack();
        operation.Rest?.Invoke(card);
        card.PutBack();
        Assert.Equal(Told.Happened, Sell(till, card));
        PlainBook.Check(card, [], till);
    }

    private static Told Sell(PlainTill till, ChipInReader card)
    {
        var told = till.Do(card, CardOperation.Earn);
        card.PutBack();
        return told;
    }

    /// <returns>Whether the card was torn.</returns>
    private static bool Attempt(DrivenOperation operation, ChipInReader card)
    {
        try
        {
            operation.Run(card);
            return false;
        }
        catch (CardLostException)
        {
            return true;
        }
    }

    private static int ExchangesOf(DrivenOperation operation)
    {
        var card = operation.Prepare();
        operation.Run(card);
        return card.Exchanges;
    }
}
