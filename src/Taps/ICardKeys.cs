using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Taps;

/// <summary>Whoever holds the master keys: memory, headquarters' vault, or hardware that never gives a master
/// away and derives by itself. Safe for many threads.</summary>
internal interface ICardKeys
{
    /// <summary>Whether a sale is possible: a sale master and the reader-id key are there.</summary>
    bool Ready { get; }

    /// <summary>The versions held of a master, the likeliest first.</summary>
    /// <param name="number">Which master.</param>
    /// <param name="known">The version that is known of the card; 0 where none is, and the newest is
    /// likeliest.</param>
    IReadOnlyList<byte> Versions(CardKeyNumber number, byte known);

    /// <summary>One card's key. The caller disposes of it.</summary>
    /// <exception cref="KeysForgottenException">The version is not held any more.</exception>
    CardKey Derive(CardKeyNumber number, byte version, Uid uid);

    /// <summary>Names a terminal on the card.</summary>
    /// <exception cref="KeysForgottenException">The key is not held any more.</exception>
    ReaderId Sign(Uid uid, uint terminal, uint sequence, uint n);
}

/// <summary>Whoever can check what cards sign: headquarters only, which has their transaction MAC
/// keys.</summary>
internal interface ICommitCheck
{
    /// <summary>Whether the card that has just committed is the one that it says it is.</summary>
    bool IsGenuine(Uid uid, CommitEvidence evidence);

    /// <summary>Whether the card's last commit is the one that an intent announced.</summary>
    /// <param name="last">What the card says of it.</param>
    bool IsGenuine(Uid uid, Intent intent, CommitProof last);
}

/// <summary>Headquarters does not trust this terminal any more, and what the tap needed is zeroed: the tap
/// ends.</summary>
internal sealed class KeysForgottenException() : CardException("The terminal holds no such key any more.");
