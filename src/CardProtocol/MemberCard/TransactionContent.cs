using System.Buffers.Binary;

namespace SmartCardCrm.CardProtocol;

/// <summary>A member card's transaction read back from its steps: what a proof over them proves.</summary>
/// <remarks>
/// Only steps that <see cref="MemberCard"/> makes are read, each with the exact lengths it has there. So the
/// bytes under the card's MAC can be cut into steps in one way only, and nobody can prove one thing and claim
/// another.
/// </remarks>
public sealed class TransactionContent
{
    private const int ReaderIdsLength = CardProtocol.ReaderId.Length + EncryptedReaderId.Length;

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

    /// <summary>Whether the member file was written.</summary>
    public bool WritesProfile { get; private set; }

    /// <summary>As it was written; null where it was not, or not so that it can be read.</summary>
    public MemberProfile? ProfileWritten { get; private set; }

    public LogRecord? RecordWritten { get; private set; }

    /// <summary>Who committed.</summary>
    public ReaderId? ReaderId { get; private set; }

    /// <summary>Who committed before, encrypted by the card.</summary>
    public EncryptedReaderId? PreviousReaderId { get; private set; }

    /// <summary>Reads a transaction; null when a step is none of a member card's, or comes twice.</summary>
    public static TransactionContent? TryRead(IReadOnlyList<TransactionStep> steps)
    {
        var content = new TransactionContent();
        return steps.All(content.TryTake) ? content : null;
    }

    private bool TryTake(TransactionStep step)
    {
        var data = step.Data.Span;
        switch (step.Header.Span)
        {
            case [0xAB, 4, 0, 0, 0, 1, 0, 0] when RecordRead is null: // ReadRecords, the newest
                RecordRead = LogRecord.TryDecode(data);
                return RecordRead is not null;

            case [0x6C, 3] when BalanceRead is null: // GetValue
                BalanceRead = PointsIn(data);
                return BalanceRead is not null;

            case [0x0C, 3] when PointsIn(data) is { } credit: // Credit
                _valueChanges.Add(credit);
                return true;

            case [0xDC, 3] when PointsIn(data) is { } debit: // Debit
                _valueChanges.Add(-debit);
                return true;

            case [0xAD, 2, 0, 0, 0, MemberProfile.Length, 0, 0]: // ReadData
                return data.Length == MemberProfile.Length;

            case [0x8D, 2, 0, 0, 0, MemberProfile.Length, 0, 0] when data.Length == MemberProfile.Length:
                WritesProfile = true; // WriteData; the last one counts
                ProfileWritten = MemberProfile.TryDecode(data);
                return true;

            case [0x8B, 4, 0, 0, 0, LogRecord.Length, 0, 0] when RecordWritten is null: // WriteRecord
                RecordWritten = LogRecord.TryDecode(data);
                return RecordWritten is not null;

            case [0xC8] when ReaderId is null && data.Length == ReaderIdsLength: // CommitReaderID
                ReaderId = CardProtocol.ReaderId.FromBytes(data);
                PreviousReaderId = EncryptedReaderId.FromBytes(data[CardProtocol.ReaderId.Length..]);
                return true;

            default:
                return false;
        }
    }

    /// <summary>A value that is not negative, 4 bytes least significant first; else null.</summary>
    private static int? PointsIn(ReadOnlySpan<byte> data) =>
        data is [_, _, _, < 0x80] ? BinaryPrimitives.ReadInt32LittleEndian(data) : null;
}
