using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Terminals;

/// <summary>What a token decides about the terminal that comes with it.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="Store">The store's number.</param>
/// <param name="StoreZone">IANA.</param>
internal sealed record TerminalPlace(string Name, uint Store, string StoreZone)
{
    /// <summary>The stable code of what is wrong, or null where nothing is.</summary>
    public string? Refusal =>
        Name.Trim() is { Length: 0 or > 64 } ? "name-length"
        : !TimeZoneInfo.TryFindSystemTimeZoneById(StoreZone, out _) ? "store-zone-unknown"
        : null;
}

/// <summary>A token as it is handed over, once.</summary>
/// <param name="Text">base64url of token(32) ‖ SHA-256 of the authority's certificate(32), so that the
/// terminal can tell whom it talks to.</param>
/// <param name="Expires">It is void from here on.</param>
internal sealed record EnrolmentToken(string Text, DateTimeOffset Expires);

/// <summary>Lets new terminals in: a token once, for a certificate.</summary>
internal sealed class EnrolmentDesk(
    EnrolmentBook book, TerminalAuthority authority, IOptions<EnrolmentOptions> options, FillRandom random,
    TimeProvider clock)
{
    private const int TokenLength = 32;

    /// <summary>Makes a token. Only its hash is kept.</summary>
    /// <param name="place">Where its terminal will stand; the caller has looked at <see
    /// cref="TerminalPlace.Refusal"/>.</param>
    /// <param name="by">Who lets a terminal in.</param>
    public EnrolmentToken NewToken(TerminalPlace place, string by)
    {
        var expires = clock.GetUtcNow().AddMinutes(options.Value.TokenMinutes);
        Span<byte> text = stackalloc byte[TokenLength + SHA256.HashSizeInBytes];
        random(text[..TokenLength]);
        SHA256.HashData(authority.Certificate.Span, text[TokenLength..]);
        book.Add(text[..TokenLength], place, expires, by);
        return new EnrolmentToken(Base64Url.EncodeToString(text), expires);
    }

    /// <summary>Uses up a token for a certificate over the terminal's key.</summary>
    /// <param name="token">The text of the token, or its first 32 bytes in base64url.</param>
    /// <param name="certificateRequest">PKCS#10, DER.</param>
    /// <param name="softwareVersion">For the list of terminals.</param>
    /// <exception cref="RefusedException">The token or the request is no good; the token stays as it
    /// was.</exception>
    public EnrolledTerminal Enrol(string token, byte[] certificateRequest, string softwareVersion) =>
        book.Enrol(TokenBytes(token), softwareVersion, number => Issue(certificateRequest, number));

    private byte[] Issue(byte[] request, uint number)
    {
        try
        {
            using var certificate = authority.IssueForTerminal(request, number);
            return certificate.RawData;
        }
        catch (CryptographicException wrong)
        {
            throw RefusedException.BadRequest("certificate-request", wrong.Message);
        }
    }

    private static byte[] TokenBytes(string text)
    {
        var bytes = new byte[TokenLength + SHA256.HashSizeInBytes];
        return Base64Url.DecodeFromChars(text, bytes, out _, out var length) == OperationStatus.Done
            && length >= TokenLength
            ? bytes[..TokenLength]
            : throw RefusedException.BadRequest("token-unreadable", "This is no enrolment token.");
    }
}
