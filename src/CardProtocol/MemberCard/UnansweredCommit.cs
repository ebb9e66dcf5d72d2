namespace SmartCardCrm.CardProtocol;

/// <summary>What a card's log says about a commit whose answer was lost.</summary>
public enum DoubtVerdict
{
    /// <summary>Our record is there.</summary>
    Happened,

    /// <summary>The log reaches back far enough, and our record is not there.</summary>
    DidNotHappen,

    /// <summary>Too much has happened since; only headquarters can tell.</summary>
    Open,

    /// <summary>The card is behind what it showed us: a copy, or rolled back. It says nothing about the
    /// doubt.</summary>
    Behind,
}

/// <summary>A CommitTransaction that was sent and not answered with a verified 00. The card's log tells what
/// came of it; trying again never does.</summary>
/// <param name="Terminal">Who sent it.</param>
/// <param name="Sequence">The journal entry of its intent.</param>
/// <param name="CounterRead">The newest record's n when it was decided.</param>
public readonly record struct UnansweredCommit(uint Terminal, uint Sequence, uint CounterRead)
{
    private const int LogReaches = CardLayout.RecordsKept;

    /// <summary>The rule: ours can only be the record right after the one that was read.</summary>
    /// <param name="newest">The newest record now.</param>
    /// <param name="readLog">Reads so many records, newest first, where the newest is not enough.</param>
    /// <exception cref="CardException">The log could not be read; nothing is known.</exception>
    public DoubtVerdict Judge(LogRecord newest, Func<int, IReadOnlyList<LogRecord>> readLog)
    {
        var since = (long)newest.Counter - CounterRead;
        return since switch
        {
            < 0 => DoubtVerdict.Behind,
            0 => DoubtVerdict.DidNotHappen,
            > LogReaches => DoubtVerdict.Open,
            1 => Found(newest),
            _ => Found(readLog((int)since)[^1]),
        };
    }

    private DoubtVerdict Found(LogRecord record) =>
        record.Terminal == Terminal && record.Sequence == Sequence
            ? DoubtVerdict.Happened
            : DoubtVerdict.DidNotHappen;
}
