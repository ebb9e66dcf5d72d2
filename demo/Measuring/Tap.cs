namespace SmartCardCrm.Demo.Measuring;

/// <summary>One card on one reader for one sale, as seen from outside the terminal.</summary>
/// <param name="Reader">Which one.</param>
/// <param name="From">Before the card was put down.</param>
/// <param name="Until">After the terminal has seen that the card is gone: until then it may read on in its
/// log.</param>
/// <param name="IsDisturbed">Something was broken on purpose meanwhile, or an earlier tap of this card
/// was.</param>
/// <param name="Apdus">What the chip was sent, by the chip's own count.</param>
/// <param name="ApdusLeast">What this sale needs at least.</param>
internal sealed record Tap(
    ReaderIndex Reader, DateTimeOffset From, DateTimeOffset Until, bool IsDisturbed, int Apdus = 0,
    int ApdusLeast = 0)
{
    private const int ForTheVisit = 8;
    private const int LogReadsMost = 4;

    /// <summary>Whether the terminal may have read on in the card's log, for headquarters had not
    /// acknowledged what others did while a line was cut. That happens once the till has its answer, and may
    /// cost an entry of the journal.</summary>
    public bool HasCarried { get; init; }

    /// <summary>The same, with what was read of the log apart.</summary>
    public Tap WithoutLog() => Apdus - ApdusLeast is >= 1 and <= LogReadsMost
        ? this with { HasCarried = true, Apdus = ApdusLeast }
        : this;

    /// <summary>
    /// The least a sale can do: Select, two for the authentication, newest record, balance, new record,
    /// CommitReaderID and CommitTransaction; one more each for a credit, a debit, and what card actions
    /// change.
    /// </summary>
    public static int Least(int earned, int redeemed, int changesByCardActions) =>
        ForTheVisit + (earned > 0 ? 1 : 0) + (redeemed > 0 ? 1 : 0) + changesByCardActions;
}

/// <summary>A reader by its places in the chain's configuration.</summary>
/// <param name="Terminal">0, 1, 2 …</param>
/// <param name="Reader">0, 1, 2 … within the terminal: its thread is called "tap NN".</param>
internal readonly record struct ReaderIndex(int Terminal, int Reader);
