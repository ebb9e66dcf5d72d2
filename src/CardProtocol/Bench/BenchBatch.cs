namespace SmartCardCrm.CardProtocol;

/// <summary>What became of a card that lay on the bench's reader.</summary>
public enum BenchOutcome
{
    /// <summary>It is as it should be, now or already before.</summary>
    Done = 1,

    /// <summary>It left too early; nothing is lost, it goes on when it comes again.</summary>
    PresentAgain = 2,

    /// <summary>It is of no use; the reason says why.</summary>
    Refused = 3,
}

/// <summary>One card's turn at the bench.</summary>
/// <param name="Uid">The card.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Null when done.</param>
public sealed record BenchTurn(Uid Uid, BenchOutcome Outcome, CardException? Reason);

/// <summary>How far a batch has come.</summary>
/// <param name="Done">Different cards that are as they should be.</param>
/// <param name="Refused">Different cards that are of no use.</param>
/// <param name="Begun">Cards that left too early and have not come again.</param>
public readonly record struct BatchProgress(int Done, int Refused, int Begun);

/// <summary>A batch of factory cards, one after another on a trusted bench's reader. The same card may come
/// any number of times, and cards in any order. One thread at a time.</summary>
/// <param name="bench">Root of the cards' own keys. Not owned.</param>
/// <param name="trusted">Whose signature a chip must have; empty where originality is not asked for.</param>
/// <param name="random">Fresh randomness for the handshakes.</param>
/// <remarks>A chip that cannot keep points and a chip of no trusted factory are refused before anything is
/// written.</remarks>
public sealed class BenchBatch(RootKey bench, IReadOnlyList<OriginalityKey> trusted, FillRandom random)
{
    private readonly Dictionary<Uid, BenchOutcome> _outcomes = [];

    public BatchProgress Progress => new(
        Count(BenchOutcome.Done), Count(BenchOutcome.Refused), Count(BenchOutcome.PresentAgain));

    /// <summary>Gives the card on the reader its turn.</summary>
    /// <param name="uid">As the reader gives it.</param>
    /// <param name="channel">The card. Not owned.</param>
    /// <param name="prepare">What else is to be done with it while it lies there, such as
    /// <see cref="Personalisation.Prepare"/>; or null.</param>
    /// <param name="progress">Told each step as it begins; or null.</param>
    public BenchTurn Take(
        Uid uid, ICardChannel channel, Action<ICardChannel>? prepare = null,
        IProgress<PrePersonalisationStep>? progress = null)
    {
        var turn = Try(uid, channel, prepare, progress);
        _outcomes[uid] = turn.Outcome;
        return turn;
    }

    private BenchTurn Try(
        Uid uid,
        ICardChannel channel,
        Action<ICardChannel>? prepare,
        IProgress<PrePersonalisationStep>? progress)
    {
        try
        {
            Examine(uid, channel);
            using var keys = new PiccKeys(uid, bench);
            PrePersonalisation.Run(channel, keys, random, progress);
            prepare?.Invoke(channel);
            return new BenchTurn(uid, BenchOutcome.Done, Reason: null);
        }
        catch (CardLostException left)
        {
            return new BenchTurn(uid, BenchOutcome.PresentAgain, left);
        }
        catch (CardException useless)
        {
            return new BenchTurn(uid, BenchOutcome.Refused, useless);
        }
    }

    private void Examine(Uid uid, ICardChannel channel)
    {
        ChipVersion.Read(channel).MustHoldValue();
        if (trusted.Count > 0 && Originality.Check(channel, uid, trusted) is null)
        {
            throw new CardForeignException(
                CardForeignReason.UnsuitableProduct, "No trusted factory has signed the chip.");
        }
    }

    private int Count(BenchOutcome outcome) => _outcomes.Values.Count(one => one == outcome);
}
