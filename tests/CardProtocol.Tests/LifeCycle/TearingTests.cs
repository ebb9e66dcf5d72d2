using CsCheck;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>
/// Every operation of a card's life, torn at every exchange before and after the card acts, and gone on with
/// at the same till, or after another till has had the card, or only from what the other till reports.
/// </summary>
public sealed class TearingTests(ITestOutputHelper output)
{
    private static readonly int[] Queued = [50, -30];

    /// <summary>How the card goes on after a tear.</summary>
    private enum Continuation
    {
        SameTill,
        OtherTillFirst,
        OtherTillOnly,
    }

    [Fact]
    public void An_operation_that_is_torn_anywhere_happens_once_or_not_at_all()
    {
        var cases = 0;
        foreach (var operation in CardOperation.All)
        {
            var moments = 2 * ExchangesOf(operation);
            foreach (var continuation in Enum.GetValues<Continuation>())
            {
                for (var moment = 0; moment < moments; moment++, cases++)
                    Tear(operation, continuation, moment);
            }
        }

        output.WriteLine($"tearing: {cases} cases of {CardOperation.All.Count} operations, none skipped");
        Assert.Equal(
            CardOperation.All.Sum(operation => 2 * ExchangesOf(operation))
                * Enum.GetValues<Continuation>().Length,
            cases);
    }

    [Fact]
    public void Operations_that_are_torn_again_and_again_happen_once_or_not_at_all() =>
        Gen.Select(Gen.Int[0, CardOperation.All.Count - 1], Gen.Int[0, 1], Gen.Int[0, 24].Array[1, 5])
            .Array[1, 4].Sample(
                tries =>
                {
                    var card = CardWithPoints(out var first);
                    using var other = OtherTill();
                    foreach (var (operation, till, moments) in tries)
                        DoTorn(card, till == 0 ? first : other, CardOperation.All[operation], moments);

                    card.PutBack();
                    first.Settle(card);
                    other.Settle(card);
                    PlainBook.Check(card, Queued, first, other);
                    first.Dispose();
                },
                iter: 300);

    private static void DoTorn(ChipInReader card, PlainTill till, CardOperation operation, int[] moments)
    {
        foreach (var moment in moments)
        {
            card.PutBack();
            card.TornAt = moment;
            try
            {
                till.Settle(card);
            }
            catch (CardLostException)
            {
                continue;
            }

            if (till.Do(card, operation) is Told.Happened or Told.Refused)
                return;
        }
    }

    private static void Tear(CardOperation operation, Continuation continuation, int moment)
    {
        var card = CardWithPoints(out var till);
        using var other = OtherTill();
        var earlier = till.Journal.Count;
        card.TornAt = moment;
        var told = till.Do(card, operation);
        Assert.NotEqual(Told.Happened, told);
        Assert.NotEqual(Told.Refused, told);

        card.PutBack();
        if (continuation != Continuation.SameTill)
        {
            var isBlocked = told == Told.InDoubt && IsBlocked(card);
            Assert.Equal(isBlocked ? Told.Refused : Told.Happened, other.Do(card, CardOperation.Earn));
            card.PutBack();
        }

        if (continuation == Continuation.OtherTillOnly && other.Journal.Count > 0)
            SettleFromReports(till, other);
        else
            till.Settle(card);

        if (till.Journal.Skip(earlier).All(one => one.Told != Told.Happened))
        {
            card.PutBack();
            Assert.Equal(Told.Happened, till.Do(card, operation));
        }

        PlainBook.Check(card, Queued, till, other);
        till.Dispose();
    }

    // The card never comes back to the first till: what the other one read says what had happened.
    private static void SettleFromReports(PlainTill till, PlainTill other)
    {
        using var key = Example.Key(CardKeyNumber.TransactionMac);
        var next = other.Journal[0];
        var encrypted = TransactionContent.TryRead(next.Steps)?.PreviousReaderId ?? default;
        var previous = TransactionMac.DecryptPrevious(
            key, Example.Uid, next.Plan.Record.Counter, encrypted);
        foreach (var doubt in till.Journal.Where(one => one.Told == Told.InDoubt))
            doubt.Told = previous == doubt.Plan.ReaderId ? Told.Happened : Told.DidNotHappen;
    }

    private static PlainTill OtherTill() => new(10) { Queued = Queued };

    private static bool IsBlocked(ChipInReader reader)
    {
        using var card = Example.Open(reader, CardKeyNumber.Enquiry);
        var isBlocked = card.ReadNewest().Blocked;
        reader.PutBack();
        return isBlocked;
    }

    private static int ExchangesOf(CardOperation operation)
    {
        var card = CardWithPoints(out var till);
        Assert.Equal(Told.Happened, till.Do(card, operation));
        var exchanges = card.Exchanges;
        PlainBook.Check(card, Queued, till);
        till.Dispose();
        return exchanges;
    }

    /// <summary>A card that has bought once; card actions wait for it from then on.</summary>
    private static ChipInReader CardWithPoints(out PlainTill till)
    {
        var card = Example.BornCard();
        till = new PlainTill(9);
        Assert.Equal(Told.Happened, till.Do(card, CardOperation.Earn));
        till.Queued = Queued;
        card.PutBack();
        return card;
    }
}
