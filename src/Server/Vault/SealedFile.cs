using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Vault;

/// <summary>The vault cannot be opened, or what was asked for cannot be done with it.</summary>
/// <param name="code">Stable. <c>vault-locked</c>: another passphrase, or the file is not whole; nobody can
/// tell which.</param>
internal sealed class VaultException(string code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public string Code => code;
}

/// <summary>One secret in one file, under a passphrase.</summary>
/// <remarks>
/// <c>"SCCRMV01" ‖ iterations u32 ‖ salt(16) ‖ nonce(12) ‖ tag(16) ‖ content</c>, the integer little-endian.
/// The content is AES-256-GCM under PBKDF2-HMAC-SHA256 of the passphrase; what stands before the tag is
/// authenticated with it.
/// </remarks>
internal static class SealedFile
{
    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA256; a file with fewer is not opened.</summary>
    public const int IterationsLeast = 600_000;

    private const int IterationsMost = 20_000_000;
    private const int SaltAt = 12;
    private const int NonceAt = 28;
    private const int TagAt = 40;
    private const int ContentAt = 56;
    private const int LengthMost = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "SCCRMV01"u8;

    /// <summary>Writes the file whole or not at all, readable by its owner only.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="content">The secret. Read, not kept.</param>
    /// <param name="passphrase">UTF-8. Read, not kept.</param>
    /// <param name="random">Salt and nonce.</param>
    public static void Write(
        string path, ReadOnlySpan<byte> content, ReadOnlySpan<byte> passphrase, FillRandom random)
    {
        var file = new byte[ContentAt + content.Length];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(Magic.Length), IterationsLeast);
        random(file.AsSpan(SaltAt, TagAt - SaltAt));

        using var cipher = Cipher(passphrase, file.AsSpan(SaltAt, NonceAt - SaltAt), IterationsLeast);
        cipher.Encrypt(
            file.AsSpan(NonceAt, TagAt - NonceAt), content, file.AsSpan(ContentAt),
            file.AsSpan(TagAt, ContentAt - TagAt), file.AsSpan(0, TagAt));
        PrivateFile.Replace(path, file);
    }

    /// <summary>Opens the file. The caller zeroes the answer.</summary>
    /// <exception cref="VaultException">The passphrase is another, or a byte was changed.</exception>
    public static byte[] Read(string path, ReadOnlySpan<byte> passphrase)
    {
        if (new FileInfo(path).Length is < ContentAt or > LengthMost)
            throw new VaultException("vault-locked", "The vault has a length that no vault has.");
        var file = File.ReadAllBytes(path);
        var iterations = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(Magic.Length));
        if (!file.AsSpan().StartsWith(Magic) || iterations is < IterationsLeast or > IterationsMost)
            throw new VaultException("vault-locked", "This is no vault of a version known here.");

        var content = new byte[file.Length - ContentAt];
        using var cipher = Cipher(passphrase, file.AsSpan(SaltAt, NonceAt - SaltAt), iterations);
        try
        {
            cipher.Decrypt(
                file.AsSpan(NonceAt, TagAt - NonceAt), file.AsSpan(ContentAt),
                file.AsSpan(TagAt, ContentAt - TagAt), content, file.AsSpan(0, TagAt));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new VaultException("vault-locked", "The passphrase is wrong, or the vault was changed.");
        }

        return content;
    }

    private static AesGcm Cipher(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int iterations)
    {
        Span<byte> key = stackalloc byte[32];
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, key, iterations, HashAlgorithmName.SHA256);
        var cipher = new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}
