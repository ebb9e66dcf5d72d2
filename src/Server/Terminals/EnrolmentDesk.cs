using System.Buffers.Text;
using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
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

/// <summary>A terminal that was just let in. Certificate: DER.</summary>
internal sealed record EnrolledTerminal(
    Terminal Terminal, ReadOnlyMemory<byte> Certificate, Programme Programme);

/// <summary>Lets new terminals in: a token once, for a certificate.</summary>
internal sealed class EnrolmentDesk(
    Database database, ProgrammeBook programmes, TerminalAuthority authority,
    IOptions<EnrolmentOptions> options, TimeProvider clock)
{
    private const int TokenLength = 32;

    /// <summary>Makes a token. Only its hash is kept.</summary>
    /// <param name="place">Where its terminal will stand; the caller has looked at <see
    /// cref="TerminalPlace.Refusal"/>.</param>
    public EnrolmentToken NewToken(TerminalPlace place)
    {
        var expires = clock.GetUtcNow().AddMinutes(options.Value.TokenMinutes);
        Span<byte> text = stackalloc byte[TokenLength + SHA256.HashSizeInBytes];
        RandomNumberGenerator.Fill(text[..TokenLength]);
        SHA256.HashData(authority.Certificate.Span, text[TokenLength..]);

        var hash = HashOf(text[..TokenLength]);
        database.Write(db => db.Run(
            """
            INSERT INTO enrolment_token (token_hash, name, store, store_zone, expires_us)
            VALUES (@hash, @Name, @Store, @StoreZone, @expires)
            """,
            new
            {
                hash,
                Name = place.Name.Trim(),
                Store = (long)place.Store,
                place.StoreZone,
                expires = UnixTime.Microseconds(expires),
            }));
        return new EnrolmentToken(Base64Url.EncodeToString(text), expires);
    }

    /// <summary>Uses up a token for a certificate over the terminal's key.</summary>
    /// <param name="token">The text of the token, or its first 32 bytes in base64url.</param>
    /// <param name="certificateRequest">PKCS#10, DER.</param>
    /// <param name="softwareVersion">For the list of terminals.</param>
    /// <exception cref="RefusedException">The token or the request is no good; the token stays as it
    /// was.</exception>
    public EnrolledTerminal Enrol(string token, byte[] certificateRequest, string softwareVersion)
    {
        var hash = HashOf(TokenBytes(token));
        var programme = programmes.All()[0];
        return database.Write(db =>
        {
            var kept = Usable(db, hash);
            var number = TerminalBook.NextNumber(db);
            using var certificate = Issue(certificateRequest, number);
            var terminal = new Terminal
            {
                Number = number,
                Name = kept.Name,
                Programme = programme.Number,
                Store = kept.Store,
                StoreZone = kept.StoreZone,
                SoftwareVersion = softwareVersion,
                EnrolledUs = clock.Microseconds(),
            };
            TerminalBook.Insert(db, terminal, certificate.RawData);
            db.Run(
                "UPDATE enrolment_token SET terminal = @Number WHERE token_hash = @hash",
                new { terminal.Number, hash });
            return new EnrolledTerminal(terminal, certificate.RawData, programme);
        });
    }

    private KeptToken Usable(DbSession db, string hash)
    {
        var kept = db.Find<KeptToken>(
            """
            SELECT name, store, store_zone, expires_us, terminal FROM enrolment_token
            WHERE token_hash = @hash
            """,
            new { hash });
        return kept switch
        {
            null => throw Refused("token-unknown", "No such token was given out."),
            { Terminal: not null } => throw Refused("token-used", "This token was used already."),
            _ when kept.ExpiresUs <= clock.Microseconds() =>
                throw Refused("token-expired", "This token has expired."),
            _ => kept,
        };
    }

    private System.Security.Cryptography.X509Certificates.X509Certificate2 Issue(byte[] request, uint number)
    {
        try
        {
            return authority.IssueForTerminal(request, number);
        }
        catch (CryptographicException wrong)
        {
            throw RefusedException.BadRequest("certificate-request", wrong.Message);
        }
    }

    private static byte[] TokenBytes(string text)
    {
        var bytes = new byte[TokenLength + SHA256.HashSizeInBytes];
        return text.Length <= 100 && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, bytes, out var length) && length >= TokenLength
            ? bytes[..TokenLength]
            : throw RefusedException.BadRequest("token-unreadable", "This is no enrolment token.");
    }

    private static RefusedException Refused(string code, string text) =>
        new(StatusCode.PermissionDenied, code, text);

    private static string HashOf(ReadOnlySpan<byte> token) => Convert.ToHexString(SHA256.HashData(token));

    private sealed record KeptToken
    {
        public string Name { get; init; } = "";
        public long Store { get; init; }
        public string StoreZone { get; init; } = "";
        public long ExpiresUs { get; init; }
        public long? Terminal { get; init; }
    }
}
