using System.Security.Cryptography;
using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Vault;

/// <summary>What a token keeps to itself, and how it is told that it is the wrong one.</summary>
public sealed class TokenTests : IDisposable
{
    private static readonly byte[] Pin = Encoding.UTF8.GetBytes(SoftToken.Pin);

    private readonly VaultContent _content =
        VaultContent.Create(RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow());

    private readonly TokenHome _home = SoftToken.New();

    public void Dispose() => _content.Dispose();

    [Fact]
    public void Only_what_terminals_are_given_can_be_read_out_of_it()
    {
        Load(_content);
        using var session = SoftToken.Session(_home);

        var readable = session.FindAllObjects([])
            .Where(found => KindOf(session, found) is not CKO.CKO_CERTIFICATE)
            .Where(found => IsReadable(session, found))
            .Select(found => LabelOf(session, found)).Order(StringComparer.Ordinal);

        Assert.Equal(["sccrm master 01 001", "sccrm master 02 001"], readable);
    }

    [Fact]
    public void Loading_again_puts_in_what_is_new_and_nothing_twice()
    {
        Assert.Equal(9, Load(_content));
        Assert.Equal(0, Load(_content));
        _content.AddMaster(CardKeyNumber.TransactionMac, RandomNumberGenerator.Fill);
        _content.AddAuthority(TimeProvider.System.GetUtcNow());

        Assert.Equal(2, Load(_content));
        using var opened = new KeyVault(TokenKeys.Open(_home, Pin));
        Assert.Equal([2, 1], opened.VersionsOf(CardKeyNumber.TransactionMac));
        Assert.Equal(2, opened.Authorities.Count);
    }

    [Fact]
    public void A_token_with_another_chains_keys_is_not_taken_for_loaded()
    {
        using var other = VaultContent.Create(RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow());
        Load(other);

        Assert.Equal("token-other-keys", Refusal(() => Load(_content)));
    }

    [Fact]
    public void An_empty_token_an_absent_one_and_a_wrong_pin_are_told_apart()
    {
        Assert.Equal("token-empty", Refusal(() => TokenKeys.Open(_home, Pin).Dispose()));
        Assert.Equal(
            "token-absent", Refusal(() => TokenKeys.Open(_home with { Token = "no" }, Pin).Dispose()));
        Assert.Equal(
            "token-absent", Refusal(() => TokenKeys.Open(new TokenHome("/nowhere.so", "no"), Pin).Dispose()));
        Assert.Equal(
            "vault-locked", Refusal(() => TokenKeys.Open(SoftToken.New(), "1234 wrong"u8).Dispose()));
    }

    [Fact]
    public void A_data_folder_names_its_token_and_keeps_no_sealed_vault_beside_it()
    {
        var data = Directory.CreateTempSubdirectory("token-home-").FullName;
        Load(_content);
        _home.Save(data);

        using (var vault = VaultHome.Open(data, Pin, RandomNumberGenerator.Fill, default))
            Assert.Equal(_content.Authorities[0].Certificate.ToArray(), vault.AuthorityCertificate.ToArray());
        File.WriteAllBytes(VaultHome.PathIn(data), [1]);

        Assert.Equal(
            "vault-twice",
            Refusal(() => VaultHome.Open(data, Pin, RandomNumberGenerator.Fill, default).Dispose()));
        Directory.Delete(data, recursive: true);
    }

    private int Load(VaultContent content) => TokenKeys.Load(_home, Pin, content);

    private static string Refusal(Action refused) => Assert.Throws<VaultException>(refused).Code;

    private static CKO KindOf(ISession session, IObjectHandle found) =>
        (CKO)session.GetAttributeValue(found, [CKA.CKA_CLASS])[0].GetValueAsUlong();

    private static string LabelOf(ISession session, IObjectHandle found) =>
        session.GetAttributeValue(found, [CKA.CKA_LABEL])[0].GetValueAsString();

    private static bool IsReadable(ISession session, IObjectHandle found) =>
        !session.GetAttributeValue(found, [CKA.CKA_VALUE])[0].CannotBeRead;
}
