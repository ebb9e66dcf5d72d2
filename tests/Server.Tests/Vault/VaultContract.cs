using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Vault;

/// <summary>What a vault does, wherever its keys lie: the same as the keys themselves.</summary>
public abstract class VaultContract : IDisposable
{
    private static readonly Uid Card = Uid.FromBytes([4, 1, 2, 3, 4, 5, 6]);

    private readonly VaultContent _content = NewContent();
    private readonly KeyVault _vault;

    private protected VaultContract(Func<VaultContent, KeyVault> open) => _vault = open(_content);

    public void Dispose()
    {
        _vault.Dispose();
        _content.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_cards_key_is_the_one_that_its_master_gives()
    {
        foreach (var kept in _content.Masters)
        {
            using var master = new MasterKey(kept.Number, kept.Version, kept.Key);
            using var expected = master.DeriveFor(Card);

            using var derived = _vault.CardKeyOf(kept.Number, kept.Version, Card);

            Assert.Equal(kept.Version, derived.Version);
            Assert.Equal(
                TransactionMac.Compute(expected, Card, 7, []), TransactionMac.Compute(derived, Card, 7, []));
        }
    }

    [Fact]
    public void A_terminals_reader_id_key_is_the_one_that_the_master_gives()
    {
        using var expected = ReaderIdKey.Derive(_content.ReaderIdMaster, 9);

        using var derived = _vault.ReaderIdKey(9);

        Assert.Equal(expected.Sign(Card, 9, 1, 2), derived.Sign(Card, 9, 1, 2));
    }

    [Fact]
    public void New_cards_get_the_newest_version_and_terminals_all_of_enquiry_and_sale()
    {
        Assert.Equal(2, _vault.NewestVersions.Sale);
        Assert.Equal(1, _vault.NewestVersions.Enquiry);
        Assert.Equal(
            _content.Masters.Where(m => m.Number is CardKeyNumber.Enquiry or CardKeyNumber.Sale)
                .Select(Told).Order(),
            _vault.TerminalMasters.Select(Told).Order());
    }

    [Fact]
    public void Documents_are_signed_by_the_first_authority()
    {
        var document = "{\"version\":1}"u8.ToArray();
        using var first = PublicKeyOf(_content.Authorities[0]);
        using var second = PublicKeyOf(_content.Authorities[1]);

        var signature = _vault.Sign(document);

        Assert.True(DocumentSignature.IsValid(first, document, signature));
        Assert.False(DocumentSignature.IsValid(second, document, signature));
    }

    [Fact]
    public void A_contact_that_was_sealed_for_any_authority_is_read()
    {
        var contact = Contact.TryParse("+79000000000")!.Value;
        foreach (var authority in _content.Authorities)
        {
            using var key = PublicKeyOf(authority);
            var contactSealed = SealedContact.Seal(key, contact, RandomNumberGenerator.GetBytes(32));

            Assert.Equal(contact.Text, _vault.OpenContact(contactSealed)?.Text);
        }

        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Null(_vault.OpenContact(
            SealedContact.Seal(stranger, contact, RandomNumberGenerator.GetBytes(32))));
    }

    [Fact]
    public void A_terminals_certificate_is_vouched_for_and_a_strangers_is_not()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request =
            new CertificateRequest("CN=whoever", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        var authority = new TerminalAuthority(_vault, TimeProvider.System);
        using var other = KeyVault.Holding(
            VaultContent.Create(RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow()));

        using var certificate = authority.IssueForTerminal(request, 3);
        using var strangers = new TerminalAuthority(other, TimeProvider.System).IssueForTerminal(request, 3);

        Assert.True(authority.VouchesFor(certificate));
        Assert.False(authority.VouchesFor(strangers));
    }

    [Fact]
    public async Task Many_threads_get_right_answers()
    {
        using var expected = ReaderIdKey.Derive(_content.ReaderIdMaster, 5);
        var signed = expected.Sign(Card, 5, 1, 2);

        await Parallel.ForAsync(0, 200, (_, _) =>
        {
            using var derived = _vault.ReaderIdKey(5);
            Assert.Equal(signed, derived.Sign(Card, 5, 1, 2));
            return ValueTask.CompletedTask;
        });
    }

    private static VaultContent NewContent()
    {
        var content = VaultContent.Create(RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow());
        content.AddMaster(CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        content.AddAuthority(TimeProvider.System.GetUtcNow());
        return content;
    }

    private static string Told(VaultMaster master) =>
        $"{master.Number} {master.Version} {Convert.ToHexString(master.Key)}";

    private static ECDsa PublicKeyOf(VaultAuthority authority)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(authority.Certificate.Span);
        return certificate.GetECDsaPublicKey()!;
    }
}

public sealed class VaultInAFile() : VaultContract(Open)
{
    private static KeyVault Open(VaultContent content)
    {
        var path = Path.GetTempFileName();
        VaultFile.Write(path, content, "a passphrase for tests"u8, RandomNumberGenerator.Fill);
        var opened = VaultFile.Open(path, "a passphrase for tests"u8);
        File.Delete(path);
        return KeyVault.Holding(opened);
    }
}

public sealed class VaultInAToken() : VaultContract(Open)
{
    private static KeyVault Open(VaultContent content)
    {
        var home = SoftToken.New();
        var pin = Encoding.UTF8.GetBytes(SoftToken.Pin);
        TokenKeys.Load(home, pin, content);
        return new KeyVault(TokenKeys.Open(home, pin));
    }
}
