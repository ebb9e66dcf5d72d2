using System.Security.Cryptography;
using Grpc.Core;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Terminals;

/// <summary>A terminal that was just let in. Certificate: DER.</summary>
internal sealed record EnrolledTerminal(
    Terminal Terminal, ReadOnlyMemory<byte> Certificate, Programme Programme);

/// <summary>The tokens in the book, and the terminals that they let in.</summary>
internal sealed class EnrolmentBook(
    Database database, ProgrammeBook programmes, LimitsBook limits, TimeProvider clock)
{
    /// <summary>Takes a token in, as its hash.</summary>
    /// <param name="token">Any length; nobody can guess it.</param>
    /// <param name="place">Where its terminal will stand; the caller has looked at <see
    /// cref="TerminalPlace.Refusal"/>.</param>
    /// <param name="expires">It is void from here on.</param>
    /// <param name="by">Who lets a terminal in.</param>
    public void Add(ReadOnlySpan<byte> token, TerminalPlace place, DateTimeOffset expires, string by)
    {
        var row = new
        {
            Hash = HashOf(token),
            Name = place.Name.Trim(),
            Store = (long)place.Store,
            place.StoreZone,
            Expires = UnixTime.Microseconds(expires),
        };
        database.Write(db =>
        {
            db.Run(
                """
                INSERT INTO enrolment_token (token_hash, name, store, store_zone, expires_us)
                VALUES (@Hash, @Name, @Store, @StoreZone, @Expires)
                """,
                row);
            AuditLog.Write(
                db, clock.Microseconds(), by, AuditAction.TokenMade, $"store:{row.Store}",
                $$"""{"expiresUs":{{row.Expires}}}""");
        });
    }

    /// <summary>Uses up a token and gives the terminal its number.</summary>
    /// <param name="token">As it was taken in.</param>
    /// <param name="softwareVersion">For the list of terminals.</param>
    /// <param name="certificateOf">Makes the certificate, DER, of the terminal with this number. What it
    /// throws undoes all.</param>
    /// <exception cref="RefusedException">The token is no good.</exception>
    public EnrolledTerminal Enrol(
        ReadOnlySpan<byte> token, string softwareVersion, Func<uint, byte[]> certificateOf)
    {
        var hash = HashOf(token);
        var programme = programmes.All()[0];
        return database.Write(db =>
        {
            var kept = Usable(db, hash);
            var number = TerminalBook.NextNumber(db);
            var certificate = certificateOf(number);
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
            TerminalBook.Insert(db, terminal, certificate);
            AuditLog.Write(
                db, clock.Microseconds(), AuditActor.Terminal(number), AuditAction.TerminalEnrolled,
                $"terminal:{number}", $$"""{"store":{{kept.Store}}}""");
            limits.Issue(db, Limits.FirstOf(number), AuditActor.Server);
            db.Run(
                "UPDATE enrolment_token SET terminal = @Number WHERE token_hash = @hash",
                new { terminal.Number, hash });
            return new EnrolledTerminal(terminal, certificate, programme);
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
