using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Vault;

/// <summary>A vault as a file under a passphrase: at work in small chains, and where keys are made.</summary>
internal static class VaultFile
{
    private const int PassphraseLeast = 12;

    /// <summary>The caller disposes of the content.</summary>
    /// <exception cref="VaultException">The passphrase is wrong, or the vault was changed.</exception>
    public static VaultContent Open(string path, ReadOnlySpan<byte> passphrase)
    {
        DemandLength(passphrase);
        var encoded = SealedFile.Read(path, passphrase);
        try
        {
            return VaultContent.Decode(encoded);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }

    /// <summary>Writes it whole or not at all.</summary>
    /// <exception cref="VaultException">The passphrase is too short.</exception>
    public static void Write(
        string path, VaultContent content, ReadOnlySpan<byte> passphrase, FillRandom random)
    {
        DemandLength(passphrase);
        var encoded = content.Encode();
        SealedFile.Write(path, encoded, passphrase, random);
        CryptographicOperations.ZeroMemory(encoded);
    }

    private static void DemandLength(ReadOnlySpan<byte> passphrase)
    {
        if (passphrase.Length < PassphraseLeast)
        {
            throw new VaultException(
                "vault-locked", $"The vault's passphrase has at least {PassphraseLeast} characters.");
        }
    }
}
