using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Taps;

namespace SmartCardCrm.Server.Taps;

/// <summary>The vault's keys, for a card that is driven from here.</summary>
internal sealed class VaultKeys(KeyVault vault) : ICardKeys, ICommitCheck
{
    public bool Ready => true;

    public IReadOnlyList<byte> Versions(CardKeyNumber number, byte known) =>
        [.. vault.VersionsOf(number).OrderBy(version => version != known)];

    public CardKey Derive(CardKeyNumber number, byte version, Uid uid) =>
        vault.CardKeyOf(number, version, uid);

    public bool IsGenuine(Uid uid, CommitEvidence evidence) =>
        vault.VersionsOf(CardKeyNumber.TransactionMac).Any(version =>
        {
            using var key = vault.TransactionMacKey(uid, version);
            return TransactionMac.Compute(key, uid, evidence.Proof.Tmc, evidence.Steps) == evidence.Proof.Tmv;
        });

    /// <inheritdoc/>
    /// <remarks>What the card answered to CommitReaderID may be lost; who committed before stands in the
    /// record that was read, and what the card makes of that can be reckoned.</remarks>
    public bool IsGenuine(Uid uid, Intent intent, CommitProof last)
    {
        if (TransactionContent.TryRead(JournalReading.StepsOf(intent.Steps, default(EncryptedReaderId)))
            is not { RecordRead: { } read })
        {
            return false;
        }

        var previous = Sign(uid, read.Terminal, read.Sequence, read.Counter);
        return vault.VersionsOf(CardKeyNumber.TransactionMac).Any(version =>
        {
            using var key = vault.TransactionMacKey(uid, version);
            var answer = TransactionMac.EncryptPrevious(key, uid, last.Tmc, previous);
            var steps = JournalReading.StepsOf(intent.Steps, answer);
            return TransactionMac.Compute(key, uid, last.Tmc, steps) == last.Tmv;
        });
    }

    public ReaderId Sign(Uid uid, uint terminal, uint sequence, uint n)
    {
        using var key = vault.ReaderIdKey(terminal);
        return key.Sign(uid, terminal, sequence, n);
    }
}
