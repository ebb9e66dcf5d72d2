using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Terminals;

/// <summary>How far one authority has taken over from another.</summary>
/// <param name="Current">Fingerprint of the one that signs.</param>
/// <param name="Next">Fingerprint of the one that terminals are told of; null where there is none.</param>
/// <param name="Terminals">All that are let in.</param>
internal sealed record AuthorityReport(
    string Current, string? Next, IReadOnlyList<AuthorityFollower> Terminals);

/// <summary>
/// Lets one authority take over from another (decision 0022): tells each terminal that connects of the next,
/// keeps who trusts it, and retires the former.
/// </summary>
internal sealed partial class AuthorityDesk
{
    private readonly Database _database;
    private readonly KeyVault _vault;
    private readonly OpenLines _lines;
    private readonly FeedBell _bell;
    private readonly TimeProvider _clock;
    private readonly ILogger<AuthorityDesk> _log;
    private volatile AuthorityItem? _announcement;

    public AuthorityDesk(
        Database database, KeyVault vault, OpenLines lines, FeedBell bell, TimeProvider clock,
        ILogger<AuthorityDesk> log)
    {
        (_database, _vault, _lines, _bell, _clock, _log) = (database, vault, lines, bell, clock, log);
        database.Write(db => AuthorityBook.Meet(db, vault, clock.Microseconds()));
        _announcement = Announced();
    }

    /// <summary>What a terminal is told when it is welcomed; null where no authority is to come.</summary>
    public AuthorityItem? Announcement => _announcement;

    /// <summary>A terminal says which authority is the newest that it trusts.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="hash">SHA-256 of the certificate; empty from a terminal that does not say.</param>
    public void Heard(uint terminal, ByteString hash)
    {
        var fingerprint = hash.Length == SHA256.HashSizeInBytes ? Convert.ToHexString(hash.Span) : "";
        if (fingerprint.Length > 0
            && _database.Read(db => AuthorityBook.TrustOf(db, terminal)) != fingerprint)
        {
            _database.Write(db => AuthorityBook.Trusts(db, terminal, fingerprint, _clock.Microseconds()));
        }
    }

    public AuthorityReport Report() => new(
        _vault.Authority.Fingerprint, _vault.NextAuthority?.Fingerprint,
        _database.Read(AuthorityBook.Terminals));

    /// <summary>Lets the next authority alone speak for headquarters: signs by it what terminals decide by,
    /// tells them to trust no other, and shuts out certificates of the former.</summary>
    /// <param name="leave">Terminals that do not follow and need not: they are enrolled anew.</param>
    /// <param name="by">Who does it.</param>
    /// <returns>The stable code of why not: authority-alone, terminals-behind; null where it is
    /// done.</returns>
    public string? Retire(IReadOnlyCollection<uint> leave, string by)
    {
        var refusal = _database.Write(db =>
        {
            if (_vault.NextAuthority is not { } next)
                return "authority-alone";
            var former = _vault.Authority;
            var behind = AuthorityBook.Terminals(db)
                .Where(t => !t.Follows(next.Fingerprint)).Select(t => (uint)t.Terminal).ToList();
            if (behind.Except(leave).Any())
                return "terminals-behind";

            TakeOver(db, former, next);
            AuditLog.Write(
                db, _clock.Microseconds(), by, AuditAction.AuthorityRetired,
                $"authority:{former.Fingerprint}",
                $$"""{"after":"{{next.Fingerprint}}","left":[{{string.Join(',', behind)}}]}""");
            // Before anybody else writes: what is signed from here on is signed by the next.
            _vault.Retire(former.Fingerprint);
            LogRetired(former.Fingerprint, next.Fingerprint);
            return null;
        });
        if (refusal is null)
        {
            _announcement = Announced();
            _lines.ChangeAllKeys();
            _bell.Ring();
        }

        return refusal;
    }

    private void TakeOver(DbSession db, AuthorityKey former, AuthorityKey next)
    {
        db.Run(
            "INSERT INTO retired_authority (fingerprint, retired_us) VALUES (@Fingerprint, @now)",
            new { former.Fingerprint, now = _clock.Microseconds() });
        using var signer = next.OpenSigner();
        var only = AuthorityWord.Sign(signer, AuthorityWord.Only(next.Certificate.Span));
        // A terminal trusts the next alone once it has what that one signed.
        Feed.Publish(
            db,
            [
                .. SignedAnew.By(db, document =>
                    signer.SignData(DocumentSignature.Covered(document), HashAlgorithmName.SHA256)),
                new News(
                    "authority",
                    new FeedItem
                    {
                        Authority = new AuthorityItem
                        {
                            Certificate = ByteString.CopyFrom(next.Certificate.Span),
                            OnlySignature = ByteString.CopyFrom(only),
                        },
                    },
                    Audience.Everybody),
            ]);
    }

    private AuthorityItem? Announced()
    {
        if (_vault.NextAuthority is not { } next)
            return null;
        using var signer = _vault.Authority.OpenSigner();
        return new AuthorityItem
        {
            Certificate = ByteString.CopyFrom(next.Certificate.Span),
            Signature = ByteString.CopyFrom(
                AuthorityWord.Sign(signer, AuthorityWord.Next(next.Certificate.Span))),
        };
    }

    [LoggerMessage(LogLevel.Warning, "Authority {Former} is retired; {Next} speaks for headquarters.")]
    private partial void LogRetired(string former, string next);
}
