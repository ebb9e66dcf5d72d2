using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using SmartCardCrm.CardProtocol;
using ISession = Net.Pkcs11Interop.HighLevelAPI.ISession;

namespace SmartCardCrm.Server.Vault;

/// <summary>
/// The chain's keys in a PKCS#11 token. Card keys are derived and documents signed in there; enquiry and sale
/// masters alone can be read out, for terminals are given them.
/// </summary>
/// <remarks>Objects are found by their labels: <c>sccrm master NN VVV</c>, the key's number in hexadecimal
/// and its version, <c>sccrm reader-id</c>, and <c>sccrm authority N</c>, a key and a certificate.</remarks>
internal sealed class TokenKeys : IVaultKeys
{
    private const string MasterLabel = "sccrm master ";
    private const string ReaderIdLabel = "sccrm reader-id";
    private const string AuthorityLabel = "sccrm authority ";
    private const int BlockLength = 16;

    private static readonly byte[] NistP256 = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    private readonly TokenLine _line;
    private readonly EncryptBlocks _readerIdMaster;

    private TokenKeys(TokenLine line)
    {
        _line = line;
        Masters = [.. Labels(line, CKO.CKO_SECRET_KEY, MasterLabel).Select(MasterOf)];
        Authorities = [.. Labels(line, CKO.CKO_CERTIFICATE, AuthorityLabel)
            .OrderBy(label => int.Parse(label.AsSpan(AuthorityLabel.Length), CultureInfo.InvariantCulture))
            .Select(AuthorityOf)];
        if (Masters.Count == 0 || Authorities.Count == 0)
            throw new VaultException("token-empty", "The token holds no vault: `server vault load`.");
        _readerIdMaster = Encrypting(ReaderIdLabel);
    }

    public IReadOnlyList<MasterKey> Masters { get; }

    public IReadOnlyList<AuthorityKey> Authorities { get; }

    /// <param name="home">Where the token is.</param>
    /// <param name="pin">UTF-8.</param>
    /// <exception cref="VaultException">There is no such token, it does not take the PIN, or it holds no
    /// vault.</exception>
    public static TokenKeys Open(TokenHome home, ReadOnlySpan<byte> pin)
    {
        var line = TokenLine.Open(home, pin);
        try
        {
            return new TokenKeys(line);
        }
        catch (VaultException)
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>Puts into a token what it lacks of a vault. What it has stays as it is.</summary>
    /// <returns>How many keys were put in.</returns>
    /// <exception cref="VaultException">It refuses, or holds another chain's keys.</exception>
    public static int Load(TokenHome home, ReadOnlySpan<byte> pin, VaultContent content)
    {
        using var line = TokenLine.Open(home, pin);
        var added = content.Masters.Count(master => AddSecret(
            line, LabelOf(master.Number, master.Version), master.Key, IsTerminals(master.Number)));
        if (AddSecret(line, ReaderIdLabel, content.ReaderIdMaster, isReadable: false))
            added++;
        for (var i = 0; i < content.Authorities.Count; i++)
        {
            if (AddAuthority(line, AuthorityLabel + (i + 1), content.Authorities[i]))
                added++;
        }

        using var loaded = new TokenKeys(line);
        DemandSame(loaded, content);
        return added;
    }

    public ReaderIdKey ReaderIdKey(uint terminal) =>
        CardProtocol.ReaderIdKey.Derive(_readerIdMaster, terminal);

    public VaultMaster Reveal(CardKeyNumber number, byte version) => new(
        number, version,
        _line.With(session => Value(session, Find(session, CKO.CKO_SECRET_KEY, LabelOf(number, version)))));

    public void Dispose()
    {
        foreach (var master in Masters)
            master.Dispose();
        _line.Dispose();
    }

    private static bool IsTerminals(CardKeyNumber number) =>
        number is CardKeyNumber.Enquiry or CardKeyNumber.Sale;

    private static string LabelOf(CardKeyNumber number, byte version) =>
        string.Create(CultureInfo.InvariantCulture, $"{MasterLabel}{(byte)number:X2} {version:D3}");

    private MasterKey MasterOf(string label) => new(
        (CardKeyNumber)byte.Parse(
            label.AsSpan(MasterLabel.Length, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        byte.Parse(label.AsSpan(MasterLabel.Length + 3), CultureInfo.InvariantCulture), Encrypting(label));

    private TokenAuthority AuthorityOf(string label) => _line.With(session => new TokenAuthority(
        _line, Find(session, CKO.CKO_PRIVATE_KEY, label),
        Value(session, Find(session, CKO.CKO_CERTIFICATE, label))));

    private EncryptBlocks Encrypting(string label)
    {
        var key = _line.With(session => Find(session, CKO.CKO_SECRET_KEY, label));
        return (blocks, encrypted) =>
        {
            var plain = blocks.ToArray();
            var cipher = _line.With(session => session.Encrypt(
                TokenLine.Mechanism(CKM.CKM_AES_CBC, new byte[BlockLength]), key, plain));
            cipher.CopyTo(encrypted);
            CryptographicOperations.ZeroMemory(cipher);
        };
    }

    private static List<string> Labels(TokenLine line, CKO kind, string prefix) =>
        line.With(session => session
            .FindAllObjects(TokenLine.Attributes((CKA.CKA_CLASS, kind), (CKA.CKA_TOKEN, true)))
            .Select(found => session.GetAttributeValue(found, [CKA.CKA_LABEL])[0].GetValueAsString())
            .Where(label => label.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ToList());

    private static IObjectHandle Find(ISession session, CKO kind, string label) =>
        FindOrNull(session, kind, label)
        ?? throw new VaultException("token-incomplete", $"The token has no {label}.");

    private static IObjectHandle? FindOrNull(ISession session, CKO kind, string label) =>
        session.FindAllObjects(TokenLine.Attributes(
            (CKA.CKA_CLASS, kind), (CKA.CKA_TOKEN, true), (CKA.CKA_LABEL, label))).FirstOrDefault();

    private static byte[] Value(ISession session, IObjectHandle handle) =>
        session.GetAttributeValue(handle, [CKA.CKA_VALUE])[0].GetValueAsByteArray();

    private static bool AddSecret(TokenLine line, string label, ReadOnlySpan<byte> key, bool isReadable)
    {
        var value = key.ToArray();
        var added = line.With(session => Add(session, CKO.CKO_SECRET_KEY, label, TokenLine.Attributes(
            (CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), (CKA.CKA_KEY_TYPE, CKK.CKK_AES), (CKA.CKA_TOKEN, true),
            (CKA.CKA_PRIVATE, true), (CKA.CKA_LABEL, label), (CKA.CKA_SENSITIVE, !isReadable),
            (CKA.CKA_EXTRACTABLE, isReadable), (CKA.CKA_MODIFIABLE, false), (CKA.CKA_ENCRYPT, true),
            (CKA.CKA_DECRYPT, false), (CKA.CKA_WRAP, false), (CKA.CKA_UNWRAP, false),
            (CKA.CKA_VALUE, value))));
        CryptographicOperations.ZeroMemory(value);
        return added;
    }

    // The certificate last: without it the key is not looked for.
    private static bool AddAuthority(TokenLine line, string label, VaultAuthority authority)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(authority.Key, out _);
        var secret = key.ExportParameters(includePrivateParameters: true).D!;
        using var certificate = X509CertificateLoader.LoadCertificate(authority.Certificate.Span);
        var subject = certificate.SubjectName.RawData;
        var added = line.With(session =>
        {
            Add(session, CKO.CKO_PRIVATE_KEY, label, TokenLine.Attributes(
                (CKA.CKA_CLASS, CKO.CKO_PRIVATE_KEY), (CKA.CKA_KEY_TYPE, CKK.CKK_EC),
                (CKA.CKA_TOKEN, true), (CKA.CKA_PRIVATE, true), (CKA.CKA_LABEL, label),
                (CKA.CKA_SENSITIVE, true), (CKA.CKA_EXTRACTABLE, false), (CKA.CKA_MODIFIABLE, false),
                (CKA.CKA_SIGN, true), (CKA.CKA_DERIVE, true), (CKA.CKA_EC_PARAMS, NistP256),
                (CKA.CKA_VALUE, secret)));
            return Add(session, CKO.CKO_CERTIFICATE, label, TokenLine.Attributes(
                (CKA.CKA_CLASS, CKO.CKO_CERTIFICATE), (CKA.CKA_CERTIFICATE_TYPE, CKC.CKC_X_509),
                (CKA.CKA_TOKEN, true), (CKA.CKA_PRIVATE, false), (CKA.CKA_LABEL, label),
                (CKA.CKA_SUBJECT, subject), (CKA.CKA_VALUE, authority.Certificate.ToArray())));
        });
        CryptographicOperations.ZeroMemory(secret);
        return added;
    }

    private static bool Add(ISession session, CKO kind, string label, List<IObjectAttribute> attributes)
    {
        if (FindOrNull(session, kind, label) is not null)
            return false;
        session.CreateObject(attributes);
        return true;
    }

    private static void DemandSame(TokenKeys loaded, VaultContent content)
    {
        using var readerIds = CardProtocol.ReaderIdKey.Derive(content.ReaderIdMaster, 0);
        using var theirs = loaded.ReaderIdKey(0);
        var uid = Uid.FromBytes(new byte[Uid.Length]);
        var same = readerIds.Sign(uid, 0, 0, 0) == theirs.Sign(uid, 0, 0, 0);
        foreach (var master in content.Masters)
        {
            using var ours = new MasterKey(master.Number, master.Version, master.Key);
            same &= loaded.Masters.Single(m => (m.Number, m.Version) == (master.Number, master.Version))
                .CheckValue() == ours.CheckValue();
        }

        same &= content.Authorities.Index().All(kept => loaded.Authorities[kept.Index].Certificate.Span
            .SequenceEqual(kept.Item.Certificate.Span));
        if (!same)
        {
            throw new VaultException(
                "token-other-keys", "The token holds keys of another vault under the same names.");
        }
    }
}
