using System.Security.Cryptography;

namespace SmartCardCrm.Loyalty;

/// <summary>
/// How one authority of headquarters takes over from another: the former says which comes next, and later the
/// new one says that it is the only one. Signed as documents are, under headings of their own, so that
/// neither is taken for the other, for a document or for a certificate.
/// </summary>
public static class AuthorityWord
{
    /// <summary>The bytes that the former authority signs.</summary>
    /// <param name="certificate">The next one's, DER.</param>
    public static byte[] Next(ReadOnlySpan<byte> certificate) =>
        [.. "SmartCardCrm next authority\n"u8, .. certificate];

    /// <summary>The bytes that the authority itself signs once those before it are retired.</summary>
    /// <param name="certificate">Its own, DER.</param>
    public static byte[] Only(ReadOnlySpan<byte> certificate) =>
        [.. "SmartCardCrm only authority\n"u8, .. certificate];

    /// <summary>A signature, r ‖ s.</summary>
    public static byte[] Sign(ECDsa authority, byte[] word) =>
        authority.SignData(word, HashAlgorithmName.SHA256);

    /// <summary>Whether an authority said it.</summary>
    /// <param name="authority">Its public key.</param>
    /// <param name="word">One of the two above.</param>
    /// <param name="signature">Anything.</param>
    public static bool IsValid(ECDsa authority, byte[] word, ReadOnlySpan<byte> signature) =>
        authority.VerifyData(word, signature, HashAlgorithmName.SHA256);
}
