namespace SmartCardCrm.Server.Reconciliation;

/// <summary>Why card, terminal and ledger differ: stable codes, kept in the book and shown through
/// resources.</summary>
internal static class Cause
{
    /// <summary>The card's MAC, or what it covers, does not bear out what the terminal reports.</summary>
    public const string BadProof = "bad-proof";

    /// <summary>The reader id in the transaction was not made by the terminal that reports it.</summary>
    public const string BadReaderId = "bad-reader-id";

    /// <summary>The same counter of a card, or the same sequence of a terminal, came with two
    /// contents.</summary>
    public const string ConflictingDuplicate = "conflicting-duplicate";

    /// <summary>Headquarters knows no such card. The entries wait for its registration.</summary>
    public const string UnknownCard = "unknown-card";

    /// <summary>Headquarters finds no member, or several, by what a customer without a card said. The entry
    /// waits for a registration.</summary>
    public const string UnknownMember = "unknown-member";

    /// <summary>The entry does not hold what its kind must.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>A later counter of the card was reported, and the terminal that has the earlier one has not
    /// come so far with its journal.</summary>
    public const string Late = "late";

    /// <summary>A later counter of the card was reported and an earlier one not, and nobody is known to have
    /// it.</summary>
    public const string Gap = "gap";

    /// <summary>Nobody knows yet whether the card committed.</summary>
    public const string Doubt = "doubt";

    /// <summary>Two proven states of one card contradict each other.</summary>
    public const string CopyOrRollback = "copy-or-rollback";

    /// <summary>The card signed it, but the rules or headquarters' card actions say otherwise.</summary>
    public const string RuleMismatch = "rule-mismatch";

    /// <summary>The terminal decided by rules that headquarters never published.</summary>
    public const string Configuration = "configuration";

    /// <summary>The card has a time in its log that cannot be: the terminal's clock was off.</summary>
    public const string Clock = "clock";

    /// <summary>A terminal's closed day is not what its own journal adds up to.</summary>
    public const string DayDiffers = "day-differs";

    /// <summary>A terminal did more than headquarters lets it do by itself.</summary>
    public const string OverLimit = "over-limit";

    /// <summary>A person has put a card's points right, and then what had been missing came after
    /// all.</summary>
    public const string SettledTwice = "settled-twice";

    /// <summary>A card that was taken out of use had done something that nobody had reported then, or was
    /// used after that.</summary>
    public const string RetiredCard = "retired-card";

    /// <summary>All of them, for lists to choose from.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        BadProof, BadReaderId, ConflictingDuplicate, UnknownCard, UnknownMember, Unreadable, Late, Gap,
        Doubt, CopyOrRollback, RuleMismatch, Configuration, Clock, DayDiffers, OverLimit,
        SettledTwice, RetiredCard,
    ];
}
