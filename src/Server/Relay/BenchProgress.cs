using SmartCardCrm.Server.Cards;

namespace SmartCardCrm.Server.Relay;

/// <summary>A batch to be worked on, and where its cards will be laid.</summary>
/// <param name="Batch">The batch's number.</param>
/// <param name="Task">What is done with each card.</param>
/// <param name="Terminal">The terminal whose reader is used.</param>
/// <param name="Reader">Name of the reader; empty for whichever gets a card.</param>
/// <param name="By">Who does it.</param>
internal sealed record BenchRequest(long Batch, BenchTask Task, uint Terminal, string Reader, string By)
{
    /// <summary>Whether who has begun it may look elsewhere: it goes on as long as cards are laid. Otherwise
    /// it ends soon after nobody asks how it stands.</summary>
    public bool MayBeLeft { get; init; }
}

/// <summary>Where the work stands.</summary>
internal enum BenchState
{
    Running = 1,

    /// <summary>Every card of the batch is done.</summary>
    Done,
    Ended,
    Failed,
}

/// <summary>What became of one card.</summary>
/// <param name="At">When.</param>
/// <param name="Uid">The chip, 14 hex digits.</param>
/// <param name="Number">The card's number; null where it has none.</param>
/// <param name="Code">Stable: done, known (it was done before), card-lost (it is gone on with when it comes
/// again), or why it is left alone.</param>
internal sealed record BenchTurn(DateTimeOffset At, string Uid, long? Number, string Code);

/// <summary>Work on a batch as it stands at this moment.</summary>
/// <param name="Count">How many cards are done, of how many.</param>
internal sealed record BenchProgress(Guid Id, BenchRequest Request, BenchState State, BenchCount Count)
{
    /// <summary>The chip on the reader; null for none.</summary>
    public string? OnReader { get; init; }

    /// <summary>Whether that chip is being worked on; it has had its turn otherwise, and may be taken
    /// away.</summary>
    public bool HasTurn { get; init; }

    /// <summary>Why no chip is there, as the relay says it; null while one is, or before the first
    /// look.</summary>
    public string? Waits { get; init; }

    /// <summary>The newest turns, the oldest of them first.</summary>
    public IReadOnlyList<BenchTurn> Turns { get; init; } = [];

    /// <summary>How many turns there were.</summary>
    public int TurnCount { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>The cards that are not done, once it is over.</summary>
    public IReadOnlyList<NumberRange> Missing { get; init; } = [];

    public bool IsOver => State != BenchState.Running;
}
