using SmartCardCrm.CardProtocol;
using SmartCardCrm.Mischief.Chain;

namespace SmartCardCrm.Mischief.Story;

/// <summary>What befalls a transaction, on its card, in its terminal or on its way.</summary>
internal enum Fate
{
    /// <summary>Nothing.</summary>
    Ordinary,

    /// <summary>Its terminal's line was cut: it comes after all others.</summary>
    Delayed,

    /// <summary>It comes twice.</summary>
    Duplicated,

    /// <summary>Its entry comes once more, with another content.</summary>
    ConflictingDuplicate,

    /// <summary>Its terminal is replaced, and its journal brought in later.</summary>
    Late,

    /// <summary>The same, but the intent had come.</summary>
    HalfLate,

    /// <summary>Its terminal dies with it and is revoked.</summary>
    Lost,

    /// <summary>The card commits, its answer is lost, and nobody looks.</summary>
    AnswerLost,

    /// <summary>The commit does not reach the card, and nobody looks.</summary>
    CommitLost,

    /// <summary>The answer is lost; the terminal finds its record on the card.</summary>
    AnswerFound,

    /// <summary>The commit is lost; the terminal finds none on the card.</summary>
    CommitMissed,

    /// <summary>A bit of the card's MAC is another.</summary>
    BadMac,

    /// <summary>A bit of the record is another than the card signed.</summary>
    BadSteps,

    /// <summary>The terminal says, in both of its entries, that it did something else.</summary>
    Forged,

    /// <summary>The terminal's name on the card is signed with another's key.</summary>
    ForeignName,

    /// <summary>More is redeemed than the terminal may let by itself.</summary>
    OverLimit,

    /// <summary>More points than the rules give.</summary>
    AgainstRules,

    /// <summary>By rules that were never published.</summary>
    UnknownRules,

    ClockAhead,
    ClockBehind,
    UnreadableIntent,
    UnreadableOutcome,

    /// <summary>Of a card that was copied, or put back to an older state; on either of its
    /// branches.</summary>
    Copied,

    /// <summary>Of a card that headquarters does not know yet.</summary>
    UnknownCard,
}

/// <summary>One transaction as it really was.</summary>
internal sealed record Deed(Fate Fate, Uid Card, uint Counter, ShopTerminal Terminal)
{
    /// <summary>0 for the card itself, 1 for its copy.</summary>
    public int Branch { get; init; }

    /// <summary>Whether the card did it.</summary>
    public bool IsCommitted => Fate is not (Fate.CommitLost or Fate.CommitMissed);

    /// <summary>Its entries in the terminal's journal: the intent's, and how many.</summary>
    public required uint Intent { get; init; }
    public uint Entries { get; init; }
    public uint Last => Intent + Entries - 1;

    /// <summary>How many deeds had arrived before it did; not yet where below zero.</summary>
    public int Arrived { get; set; } = -1;

    public bool IsWithheld => Fate is Fate.Late or Fate.HalfLate or Fate.Lost;

    public override string ToString() =>
        $"{Fate} {Card} n {Counter} branch {Branch} at {Terminal.Number}:{Intent}";
}
