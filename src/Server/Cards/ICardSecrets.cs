using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Cards;

/// <summary>The secrets that the book needs to check what cards have signed, and to read what terminals
/// sealed for it. The vault has them; tests have their own.</summary>
internal interface ICardSecrets : IDocumentSigner
{
    /// <summary>The transaction MAC key of one card. The caller disposes of it.</summary>
    /// <param name="uid">The card.</param>
    /// <param name="version">Version of the master, 1 to 255.</param>
    CardKey TransactionMacKey(Uid uid, byte version);

    /// <summary>The key with which a terminal signs its reader ids. The caller disposes of it.</summary>
    /// <param name="terminal">The terminal's number; 0 is the server itself, when it drives a card.</param>
    ReaderIdKey ReaderIdKey(uint terminal);

    /// <summary>What a customer without a card said at a till; null where it was not sealed for this
    /// headquarters.</summary>
    Contact? OpenContact(ReadOnlySpan<byte> contactSealed);
}

/// <summary>Which versions of the masters a new card gets, each 1 to 255.</summary>
internal sealed record KeyVersions(byte Issuer, byte Enquiry, byte Sale, byte TransactionMac)
{
    /// <summary>As people and the audit log see them: 1.2.2.1.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture, $"{Issuer}.{Enquiry}.{Sale}.{TransactionMac}");
}
