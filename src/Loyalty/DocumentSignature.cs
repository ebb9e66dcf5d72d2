using System.Security.Cryptography;

namespace SmartCardCrm.Loyalty;

/// <summary>
/// How headquarters signs the documents that terminals decide by: ECDSA on P-256 with SHA-256, over a
/// heading and the document's bytes, as r ‖ s. The heading keeps a document apart from a certificate, which
/// the same key signs.
/// </summary>
public static class DocumentSignature
{
    /// <summary>Bytes of a signature.</summary>
    public const int Length = 64;

    /// <summary>The bytes that are signed.</summary>
    public static byte[] Covered(ReadOnlySpan<byte> document) =>
        [.. "SmartCardCrm document\n"u8, .. document];

    /// <summary>Whether headquarters signed these very bytes.</summary>
    /// <param name="headquarters">The authority's public key.</param>
    /// <param name="signature">Anything; wrong where it is not <see cref="Length"/> bytes.</param>
    public static bool IsValid(
        ECDsa headquarters, ReadOnlySpan<byte> document, ReadOnlySpan<byte> signature) =>
        headquarters.VerifyData(Covered(document), signature, HashAlgorithmName.SHA256);
}
