using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Cards;

namespace SmartCardCrm.Server.Vault;

/// <summary>
/// The chain's secrets, open: master keys of the cards, the reader-id master, and the key of the terminals'
/// authority. Made at first start; at rest they are a <see cref="SealedFile"/>.
/// </summary>
internal sealed class KeyVault : ICardSecrets, IDisposable
{
    private readonly VaultContent _content;
    private readonly Dictionary<(CardKeyNumber Number, byte Version), MasterKey> _masters;

    private KeyVault(VaultContent content)
    {
        _content = content;
        _masters = content.Masters.ToDictionary(
            m => (m.Number, m.Version), m => new MasterKey(m.Number, m.Version, m.Key));
    }

    /// <summary>PKCS#8 of the authority's ECDSA P-256 key. Belongs to the vault.</summary>
    public ReadOnlySpan<byte> AuthorityKey => _content.AuthorityKey;

    /// <summary>DER of the authority's self-signed certificate, which terminals pin.</summary>
    public ReadOnlyMemory<byte> AuthorityCertificate => _content.AuthorityCertificate;

    /// <summary>Opens the vault, or makes one with new keys where there is none.</summary>
    /// <param name="path">The sealed file.</param>
    /// <param name="passphrase">UTF-8, 12 bytes or more. Read, not kept.</param>
    /// <param name="random">Makes the keys.</param>
    /// <param name="now">From when a new authority's certificate holds.</param>
    /// <exception cref="VaultLockedException">The passphrase is wrong, or the vault was changed.</exception>
    public static KeyVault OpenOrCreate(
        string path, ReadOnlySpan<byte> passphrase, FillRandom random, DateTimeOffset now)
    {
        if (passphrase.Length < 12)
            throw new VaultLockedException("The vault's passphrase has at least 12 characters.");
        if (File.Exists(path))
            return Open(path, passphrase);

        var content = VaultContent.Create(random, now);
        var encoded = content.Encode();
        SealedFile.Write(path, encoded, passphrase, random);
        CryptographicOperations.ZeroMemory(encoded);
        return new KeyVault(content);
    }

    /// <summary>A vault that no file keeps.</summary>
    /// <param name="content">Owned from here on.</param>
    public static KeyVault Holding(VaultContent content) => new(content);

    /// <summary>The versions that new cards get: the newest of each.</summary>
    public KeyVersions NewestVersions => new(
        Newest(CardKeyNumber.Issuer), Newest(CardKeyNumber.Enquiry), Newest(CardKeyNumber.Sale),
        Newest(CardKeyNumber.TransactionMac));

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">The vault has no such version.</exception>
    public CardKey TransactionMacKey(Uid uid, byte version) =>
        _masters[(CardKeyNumber.TransactionMac, version)].DeriveFor(uid);

    /// <inheritdoc/>
    public ReaderIdKey ReaderIdKey(uint terminal) =>
        CardProtocol.ReaderIdKey.Derive(_content.ReaderIdMaster, terminal);

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> document)
    {
        using var authority = ECDsa.Create();
        authority.ImportPkcs8PrivateKey(_content.AuthorityKey, out _);
        return authority.SignData(DocumentSignature.Covered(document), HashAlgorithmName.SHA256);
    }

    /// <inheritdoc/>
    public Contact? OpenContact(ReadOnlySpan<byte> contactSealed)
    {
        using var authority = ECDiffieHellman.Create();
        authority.ImportPkcs8PrivateKey(_content.AuthorityKey, out _);
        return SealedContact.TryOpen(authority, contactSealed);
    }

    /// <summary>All keys of one new card. The caller disposes of them.</summary>
    public PersonalisationKeys KeysForNewCard(Uid uid) =>
        new(uid, Enum.GetValues<CardKeyNumber>().Select(number => _masters[(number, Newest(number))]));

    /// <summary>The masters that a checkout terminal holds: enquiry and sale, every version. They belong to
    /// the vault.</summary>
    public IEnumerable<VaultMaster> TerminalMasters =>
        _content.Masters.Where(m => m.Number is CardKeyNumber.Enquiry or CardKeyNumber.Sale);

    /// <summary>The versions of a master, the newest first.</summary>
    public IReadOnlyList<byte> VersionsOf(CardKeyNumber number) =>
        [.. _masters.Keys.Where(key => key.Number == number).Select(key => key.Version).OrderDescending()];

    /// <summary>One card's key. The caller disposes of it.</summary>
    /// <exception cref="KeyNotFoundException">The vault has no such version.</exception>
    public CardKey CardKeyOf(CardKeyNumber number, byte version, Uid uid) =>
        _masters[(number, version)].DeriveFor(uid);

    public void Dispose()
    {
        foreach (var master in _masters.Values)
            master.Dispose();
        _content.Dispose();
    }

    private byte Newest(CardKeyNumber number) =>
        _masters.Keys.Where(key => key.Number == number).Max(key => key.Version);

    private static KeyVault Open(string path, ReadOnlySpan<byte> passphrase)
    {
        var encoded = SealedFile.Read(path, passphrase);
        try
        {
            return new KeyVault(VaultContent.Decode(encoded));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }
}
