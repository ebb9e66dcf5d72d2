using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Vault;

/// <summary>The chain's keys in this process's memory.</summary>
internal sealed class MemoryKeys : IVaultKeys
{
    private readonly VaultContent _content;

    /// <param name="content">Owned from here on.</param>
    public MemoryKeys(VaultContent content)
    {
        _content = content;
        Masters = [.. content.Masters.Select(m => new MasterKey(m.Number, m.Version, m.Key))];
        Authorities = [.. content.Authorities.Select(a => new MemoryAuthority(a))];
    }

    public IReadOnlyList<MasterKey> Masters { get; }

    public IReadOnlyList<AuthorityKey> Authorities { get; }

    public ReaderIdKey ReaderIdKey(uint terminal) =>
        CardProtocol.ReaderIdKey.Derive(_content.ReaderIdMaster, terminal);

    public VaultMaster Reveal(CardKeyNumber number, byte version)
    {
        var master = _content.Masters.Single(m => m.Number == number && m.Version == version);
        return new VaultMaster(number, version, master.Key.ToArray());
    }

    public void Dispose()
    {
        foreach (var master in Masters)
            master.Dispose();
        foreach (var authority in Authorities)
            authority.Dispose();
        _content.Dispose();
    }

    private sealed class MemoryAuthority(VaultAuthority kept) : AuthorityKey(kept.Certificate)
    {
        public override ECDsa OpenSigner()
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(kept.Key, out _);
            return key;
        }

        public override ECDiffieHellman OpenAgreement()
        {
            var key = ECDiffieHellman.Create();
            key.ImportPkcs8PrivateKey(kept.Key, out _);
            return key;
        }

        // What is kept belongs to the content.
        public override void Dispose() { }
    }
}
