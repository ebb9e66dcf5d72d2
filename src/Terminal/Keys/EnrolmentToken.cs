using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace SmartCardCrm.Terminal.Keys;

/// <summary>
/// What an operator hands to a new terminal: base64url of a secret of 32 bytes, used once, and the SHA-256 of
/// the authority's certificate, by which the terminal knows the server before it shows the secret.
/// </summary>
internal sealed class EnrolmentToken
{
    private const int SecretLength = 32;

    private readonly byte[] _authorityHash;

    private EnrolmentToken(string text, byte[] authorityHash) =>
        (Text, _authorityHash) = (text, authorityHash);

    /// <summary>As it was handed over. A secret.</summary>
    public string Text { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out EnrolmentToken? token)
    {
        Span<byte> bytes = stackalloc byte[SecretLength + SHA256.HashSizeInBytes];
        var trimmed = text?.Trim() ?? "";
        var whole = trimmed.Length == Base64Url.GetEncodedLength(bytes.Length)
            && Base64Url.DecodeFromChars(trimmed, bytes, out _, out var length) == OperationStatus.Done
            && length == bytes.Length;
        token = whole ? new EnrolmentToken(trimmed, bytes[SecretLength..].ToArray()) : null;
        return whole;
    }

    /// <param name="certificate">DER.</param>
    public bool Names(ReadOnlySpan<byte> certificate) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(certificate), _authorityHash);
}
