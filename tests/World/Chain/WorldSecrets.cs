using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.World;

/// <summary>The vault's secrets, but for a signature that is the same in every run.</summary>
internal sealed class WorldSecrets(KeyVault vault, RepeatableSigner signer) : ICardSecrets
{
    public CardKey TransactionMacKey(Uid uid, byte version) => vault.TransactionMacKey(uid, version);

    public ReaderIdKey ReaderIdKey(uint terminal) => vault.ReaderIdKey(terminal);

    public byte[] Sign(ReadOnlySpan<byte> document) => signer.Sign(document);

    public Contact? OpenContact(ReadOnlySpan<byte> contactSealed) => vault.OpenContact(contactSealed);
}
