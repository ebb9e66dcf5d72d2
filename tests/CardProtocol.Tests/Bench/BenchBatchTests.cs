using SmartCardCrm.Simulator.Chip;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Cards one after another on the bench's reader.</summary>
public sealed class BenchBatchTests : IDisposable
{
    private static readonly OriginalityKey Factory = new("simulator", OriginalityTestKey.PublicPoint);

    private readonly RootKey _bench = new(1, Example.Vector.GetProperty("piccKeys").Bytes("root"));
    private readonly BenchBatch _batch;

    public BenchBatchTests() => _batch = new BenchBatch(_bench, [Factory], new CountingRandom(1).Fill);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_batch_is_done_though_cards_leave_too_early_come_twice_and_are_of_no_use()
    {
        var (good, hasty) = (Card(1), Card(2));
        hasty.TornAt = 15;

        Assert.Equal(BenchOutcome.Done, Take(1, good).Outcome);
        Assert.Equal(BenchOutcome.PresentAgain, Take(2, hasty).Outcome);
        Assert.Equal(BenchOutcome.Refused, Take(3, Card(3, "ev1-4k")).Outcome);
        Assert.Equal(new BatchProgress(Done: 1, Refused: 1, Begun: 1), _batch.Progress);
        hasty.PutBack();
        Assert.Equal(BenchOutcome.Done, Take(2, hasty).Outcome);
        good.PutBack();
        Assert.Equal(BenchOutcome.Done, Take(1, good).Outcome);

        Assert.Equal(new BatchProgress(Done: 2, Refused: 1, Begun: 0), _batch.Progress);
    }

    [Fact]
    public void What_is_prepared_with_it_is_torn_and_gone_on_with_like_the_rest()
    {
        var whole = Card(1);
        Take(1, whole, Prepare);
        for (var moment = 0; moment < 2 * whole.Exchanges; moment++)
        {
            var card = Card(1);
            card.TornAt = moment;
            Assert.Equal(BenchOutcome.PresentAgain, Take(1, card, Prepare).Outcome);
            card.PutBack();

            Assert.Equal(BenchOutcome.Done, Take(1, card, Prepare).Outcome);
        }
    }

    [Fact]
    public void A_chip_that_cannot_keep_points_is_left_as_it_is()
    {
        var card = Card(1, "ev1-4k");
        var before = card.Save();

        var turn = Take(1, card);

        Assert.Equal((BenchOutcome.Refused, before), (turn.Outcome, card.Save()));
        var foreign = Assert.IsType<CardForeignException>(turn.Reason);
        Assert.Equal(CardForeignReason.UnsuitableProduct, foreign.Reason);
    }

    [Fact]
    public void A_chip_of_no_trusted_factory_is_left_as_it_is()
    {
        var card = Card(1);
        var before = card.Save();
        var batch = new BenchBatch(_bench, Originality.NxpKeys, new CountingRandom(1).Fill);

        var turn = batch.Take(UidOf(1), card);

        Assert.IsType<CardForeignException>(turn.Reason);
        Assert.Equal((BenchOutcome.Refused, before), (turn.Outcome, card.Save()));
    }

    private BenchTurn Take(byte number, ChipInReader card, Action<ICardChannel>? prepare = null) =>
        _batch.Take(UidOf(number), card, prepare);

    private void Prepare(ICardChannel channel)
    {
        var masters = Enum.GetValues<CardKeyNumber>().Select(number => Example.Master(number, version: 1));
        using var keys = new PersonalisationKeys(UidOf(1), masters, _bench);
        Personalisation.Prepare(channel, Example.Plan.Preparation, keys, new CountingRandom(1).Fill);
    }

    private static ChipInReader Card(byte number, string profile = "ev3-4k") => new(UidOf(number), profile);

    private static Uid UidOf(byte number) => Uid.FromBytes([4, 0, 0, 0, 0, 0, number]);
}
