namespace SmartCardCrm.Server.Ledger;

/// <summary>Where an operation stands in a terminal's journal: the name that card, terminal and ledger share
/// for it.</summary>
/// <param name="Terminal">The terminal's number, 0 for the server itself.</param>
/// <param name="Sequence">The entry that holds the intent.</param>
internal readonly record struct JournalPlace(long Terminal, long Sequence)
{
    /// <summary>The same as one number.</summary>
    public long Number => (Terminal << 32) | Sequence;

    public static JournalPlace OfNumber(long number) => new(number >> 32, number & uint.MaxValue);

    /// <summary><c>terminal:sequence</c>, as it stands in names of exceptions and feed items.</summary>
    public override string ToString() => $"{Terminal}:{Sequence}";
}
