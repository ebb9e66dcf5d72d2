using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Cards;

namespace SmartCardCrm.Server.Vault;

/// <summary>
/// The chain's secrets, open: master keys of the cards, the reader-id master, and the keys of the terminals'
/// authorities. Where they lie, a <see cref="IVaultKeys"/> knows.
/// </summary>
/// <param name="keys">Owned from here on.</param>
internal sealed class KeyVault(IVaultKeys keys) : ICardSecrets, IDisposable
{
    private readonly Dictionary<(CardKeyNumber Number, byte Version), MasterKey> _masters =
        keys.Masters.ToDictionary(m => (m.Number, m.Version));

    private volatile IReadOnlyList<AuthorityKey> _speaking = keys.Authorities;

    /// <summary>The oldest first. They belong to the vault.</summary>
    public IReadOnlyList<AuthorityKey> Authorities => keys.Authorities;

    /// <summary>Those that are not retired, the oldest first.</summary>
    public IReadOnlyList<AuthorityKey> Speaking => _speaking;

    /// <summary>By which headquarters speaks. It belongs to the vault.</summary>
    public AuthorityKey Authority => _speaking[0];

    /// <summary>The one that comes after it; null where there is none.</summary>
    public AuthorityKey? NextAuthority => _speaking.Count > 1 ? _speaking[1] : null;

    /// <summary>DER of its self-signed certificate, which terminals pin.</summary>
    public ReadOnlyMemory<byte> AuthorityCertificate => Authority.Certificate;

    /// <summary>Opens a sealed vault, or makes one with new keys where there is none.</summary>
    /// <param name="path">The sealed file.</param>
    /// <param name="passphrase">UTF-8, 12 bytes or more. Read, not kept.</param>
    /// <param name="random">Makes the keys.</param>
    /// <param name="now">From when a new authority's certificate holds.</param>
    /// <exception cref="VaultException">The passphrase is wrong, or the vault was changed.</exception>
    public static KeyVault OpenOrCreate(
        string path, ReadOnlySpan<byte> passphrase, FillRandom random, DateTimeOffset now)
    {
        if (File.Exists(path))
            return Holding(VaultFile.Open(path, passphrase));

        var content = VaultContent.Create(random, now);
        VaultFile.Write(path, content, passphrase, random);
        return Holding(content);
    }

    /// <summary>Lets an authority speak no more, while the vault is open. What was sealed for it is still
    /// read.</summary>
    /// <exception cref="InvalidOperationException">It is the last.</exception>
    public void Retire(string fingerprint)
    {
        AuthorityKey[] left = [.. _speaking.Where(authority => authority.Fingerprint != fingerprint)];
        _speaking = left.Length > 0
            ? left
            : throw new InvalidOperationException("Nobody would speak for headquarters.");
    }

    /// <summary>A vault in memory.</summary>
    /// <param name="content">Owned from here on.</param>
    public static KeyVault Holding(VaultContent content) => new(new MemoryKeys(content));

    /// <summary>The versions that new cards get: the newest of each.</summary>
    public KeyVersions NewestVersions => new(
        Newest(CardKeyNumber.Issuer), Newest(CardKeyNumber.Enquiry), Newest(CardKeyNumber.Sale),
        Newest(CardKeyNumber.TransactionMac));

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">The vault has no such version.</exception>
    public CardKey TransactionMacKey(Uid uid, byte version) =>
        _masters[(CardKeyNumber.TransactionMac, version)].DeriveFor(uid);

    /// <inheritdoc/>
    public ReaderIdKey ReaderIdKey(uint terminal) => keys.ReaderIdKey(terminal);

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> document)
    {
        using var signer = Authority.OpenSigner();
        return signer.SignData(DocumentSignature.Covered(document), HashAlgorithmName.SHA256);
    }

    /// <inheritdoc/>
    public Contact? OpenContact(ReadOnlySpan<byte> contactSealed)
    {
        foreach (var authority in Authorities)
        {
            using var agreement = authority.OpenAgreement();
            if (SealedContact.TryOpen(agreement, contactSealed) is { } contact)
                return contact;
        }

        return null;
    }

    /// <summary>All keys of one new card. The caller disposes of them.</summary>
    public PersonalisationKeys KeysForNewCard(Uid uid) => KeysOf(uid, NewestVersions);

    /// <summary>All keys of one card. The caller disposes of them.</summary>
    /// <param name="uid">The card.</param>
    /// <param name="versions">Those that it was planned with; of the other keys there is one.</param>
    public PersonalisationKeys KeysOf(Uid uid, KeyVersions versions) =>
        new(uid, Enum.GetValues<CardKeyNumber>().Select(number => _masters[(number, number switch
        {
            CardKeyNumber.Issuer => versions.Issuer,
            CardKeyNumber.Enquiry => versions.Enquiry,
            CardKeyNumber.Sale => versions.Sale,
            CardKeyNumber.TransactionMac => versions.TransactionMac,
            _ => Newest(number),
        })]));

    /// <summary>Every key that a card may have, whatever became of it. The caller disposes of them.</summary>
    /// <param name="uid">The card.</param>
    /// <param name="likeliest">Those that the book has of it: the first set.</param>
    public CardKeySets EveryKeyOf(Uid uid, KeyVersions likeliest)
    {
        var versions = Enum.GetValues<CardKeyNumber>().ToDictionary(number => number, VersionsOf);
        var depth = versions.Values.Max(all => all.Count);
        return new CardKeySets(
        [
            KeysOf(uid, likeliest),
            .. Enumerable.Range(0, depth).Select(age => new PersonalisationKeys(uid, versions.Select(
                one => _masters[(one.Key, one.Value[Math.Min(age, one.Value.Count - 1)])]))),
        ]);
    }

    /// <summary>The masters that a checkout terminal holds: enquiry and sale, every version. The caller
    /// disposes of them.</summary>
    public IEnumerable<VaultMaster> TerminalMasters => _masters.Keys
        .Where(key => key.Number is CardKeyNumber.Enquiry or CardKeyNumber.Sale)
        .Select(key => keys.Reveal(key.Number, key.Version));

    /// <summary>The versions of a master, the newest first.</summary>
    public IReadOnlyList<byte> VersionsOf(CardKeyNumber number) =>
        [.. _masters.Keys.Where(key => key.Number == number).Select(key => key.Version).OrderDescending()];

    /// <summary>The check value of each master, by number and version.</summary>
    public IEnumerable<VaultKeyName> Names => _masters.Values
        .OrderBy(master => (master.Number, master.Version))
        .Select(master => new VaultKeyName(master.Number, master.Version, master.CheckValue()));

    /// <summary>One card's key. The caller disposes of it.</summary>
    /// <exception cref="KeyNotFoundException">The vault has no such version.</exception>
    public CardKey CardKeyOf(CardKeyNumber number, byte version, Uid uid) =>
        _masters[(number, version)].DeriveFor(uid);

    public void Dispose() => keys.Dispose();

    private byte Newest(CardKeyNumber number) =>
        _masters.Keys.Where(key => key.Number == number).Max(key => key.Version);
}

/// <summary>Several sets of keys of one card.</summary>
/// <param name="sets">Owned from here on.</param>
internal sealed class CardKeySets(IReadOnlyList<PersonalisationKeys> sets) : IDisposable
{
    public IReadOnlyList<PersonalisationKeys> Sets => sets;

    public void Dispose()
    {
        foreach (var set in sets)
            set.Dispose();
    }
}

/// <summary>What people may see of a master.</summary>
/// <param name="CheckValue">As <see cref="MasterKey.CheckValue"/>.</param>
internal sealed record VaultKeyName(CardKeyNumber Number, byte Version, string CheckValue)
{
    /// <summary>As people and the audit log call a key.</summary>
    public static string Of(CardKeyNumber number) => number switch
    {
        CardKeyNumber.TransactionMac => "transaction-mac",
        _ => number.ToString().ToLowerInvariant(),
    };
}
