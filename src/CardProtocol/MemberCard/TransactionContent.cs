namespace SmartCardCrm.CardProtocol;

/// <summary>A member card's transaction read back from its steps: what a proof over them proves.</summary>
/// <remarks>
/// Only steps that <see cref="MemberCard"/> makes are read, each with the exact lengths it has there. So the
/// bytes under the card's MAC can be cut into steps in one way only, and nobody can prove one thing and claim
/// another.
/// </remarks>
public sealed class TransactionContent
{
    private readonly List<int> _valueChanges = [];

    private TransactionContent()
    {
    }

    /// <summary>The newest record as it was before.</summary>
    public LogRecord? RecordRead { get; private set; }

    /// <summary>The points as they were before.</summary>
    public int? BalanceRead { get; private set; }

    /// <summary>Credits (positive) and debits (negative), in order.</summary>
    public IReadOnlyList<int> ValueChanges => _valueChanges;

    public LogRecord? RecordWritten { get; private set; }

    /// <summary>Who committed.</summary>
    public ReaderId? ReaderId { get; private set; }

    /// <summary>Who committed before, encrypted by the card.</summary>
    public EncryptedReaderId? PreviousReaderId { get; private set; }

    /// <summary>Reads a transaction; null when a step is none of a member card's, or comes twice.</summary>
    public static TransactionContent? TryRead(IReadOnlyList<TransactionStep> steps) =>
        throw new System.Diagnostics.UnreachableException();
}
