namespace SmartCardCrm.CardProtocol;

/// <summary>What ends the work with a card; after any of them the session is over.</summary>
public abstract class CardException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The card left, or the reader did: it is unknown whether the card acted on the last
/// command.</summary>
public sealed class CardLostException(string message, Exception? inner = null)
    : CardException(message, inner);

/// <summary>The card answered a command with a status other than 00. The answer carries no MAC.</summary>
public sealed class CardRefusedException(string command, byte status)
    : CardException($"The card refused {command}: {status:X2} {CardStatus.NameOf(status)}.")
{
    /// <summary>The command's name, as DESFire documents write it.</summary>
    public string Command { get; } = command;

    /// <summary>The second status byte, after 91: one of <see cref="CardStatus"/>, or another.</summary>
    public byte Status { get; } = status;
}

/// <summary>A MAC, a handshake or the form of a protected answer is wrong: somebody is between us and the
/// card, or it does not hold the key it claims.</summary>
public sealed class CardNotTrustedException(string message) : CardException(message);

/// <summary>The card is none of ours, or not as it should be; no attack, and no use going on.</summary>
public sealed class CardForeignException(CardForeignReason reason, string message) : CardException(message)
{
    public CardForeignReason Reason { get; } = reason;

    internal static CardForeignException UnknownLayout(string what) =>
        new(CardForeignReason.UnknownLayout, $"The {what} is none that this release can read.");
}

/// <summary>Why a card is of no use to us.</summary>
public enum CardForeignReason
{
    /// <summary>The answer is not a DESFire's.</summary>
    NotDesfire = 1,

    /// <summary>What a file holds has a layout version, kind or value that this release does not
    /// know.</summary>
    UnknownLayout = 2,

    /// <summary>The application is there, but its keys are neither ours nor the factory's.</summary>
    UnknownKeys = 3,

    /// <summary>A file, identity or record is there that the plan did not put there.</summary>
    OtherContent = 4,

    /// <summary>The card has been used since its birth.</summary>
    InUse = 5,

    /// <summary>The chip is of a kind that cannot do what it is wanted for.</summary>
    UnsuitableProduct = 6,
}
