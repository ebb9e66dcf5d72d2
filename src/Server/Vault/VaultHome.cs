using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Vault;

/// <summary>The vault of a data folder: a sealed file, or a token that <c>vault.token</c> names.</summary>
internal static class VaultHome
{
    /// <summary>The sealed keys, in a data folder and in a backup.</summary>
    public const string FileName = "vault";

    public static string PathIn(string data) => Path.Combine(data, FileName);

    public static bool Exists(string data) =>
        File.Exists(PathIn(data)) || File.Exists(Path.Combine(data, TokenHome.FileName));

    /// <summary>Opens it; makes a sealed file with new keys where there is neither.</summary>
    /// <param name="passphrase">UTF-8: the file's passphrase, or the token's PIN.</param>
    /// <param name="random">Makes new keys.</param>
    /// <param name="now">From when a new authority's certificate holds.</param>
    /// <exception cref="VaultException">It cannot be opened.</exception>
    public static KeyVault Open(
        string data, ReadOnlySpan<byte> passphrase, FillRandom random, DateTimeOffset now)
    {
        if (TokenHome.Load(data) is not { } home)
            return KeyVault.OpenOrCreate(PathIn(data), passphrase, random, now);
        if (File.Exists(PathIn(data)))
        {
            throw new VaultException(
                "vault-twice",
                $"{data} has a sealed vault beside {TokenHome.FileName}: take it into the safe.");
        }

        return new KeyVault(TokenKeys.Open(home, passphrase));
    }
}
