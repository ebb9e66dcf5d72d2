using System.Text;
using Google.Protobuf;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Terminals;

/// <summary>What each terminal may decide without asking. An issued version never changes; a change is the
/// next one.</summary>
internal sealed class LimitsBook(Database database, IDocumentSigner signer, TimeProvider clock)
{
    private static readonly ReadDocuments<Limits> Read = new(document => Limits.FromDocument(document));

    /// <summary>Gives terminals that have none their first limits.</summary>
    public void SeedMissing() => database.Write(db =>
    {
        foreach (var terminal in db.List<long>(
            """
            SELECT number FROM terminal WHERE number NOT IN (SELECT terminal FROM terminal_limits)
            ORDER BY number
            """))
        {
            Issue(db, Limits.FirstOf(checked((uint)terminal)), AuditActor.Server);
        }
    });

    /// <summary>Limits in force that were issued before documents were signed; terminals do not take
    /// them.</summary>
    public IReadOnlyList<Limits> Unsigned() => database.Read(Unsigned);

    /// <summary>Issues what is unsigned again, signed.</summary>
    public void SignUnsigned() => database.Write(db =>
    {
        foreach (var limits in Unsigned(db))
            Issue(db, limits with { Version = limits.Version + 1 }, AuditActor.Operator);
    });

    /// <summary>The limits in force; null where there is no such terminal.</summary>
    public Limits? Of(uint terminal) => database.Read(db => Of(db, terminal));

    /// <summary>Issues the next version and tells the terminal.</summary>
    /// <param name="limits">Whose they are; the version in it does not matter, the book gives the next
    /// one.</param>
    /// <param name="by">Who allows it.</param>
    /// <param name="after">Only where this version is in force; null whichever is.</param>
    /// <returns>Null where there is no such terminal, or another version is in force.</returns>
    /// <exception cref="FormatException">A number is out of its range.</exception>
    public Limits? Issue(Limits limits, string by, int? after = null) => database.Write(db =>
    {
        if (Of(db, limits.Terminal) is not { } current || (after ?? current.Version) != current.Version)
            return null;
        var next = Limits.FromDocument((limits with { Version = current.Version + 1 }).ToDocument());
        Issue(db, next, by);
        return next;
    });

    /// <summary>Writes one version and tells the terminal.</summary>
    public void Issue(DbSession db, Limits limits, string by)
    {
        var before = Of(db, limits.Terminal);
        var document = limits.ToDocument();
        var signature = signer.Sign(document);
        db.Run(
            """
            INSERT INTO terminal_limits (terminal, version, document, signature, issued_us)
            VALUES (@Terminal, @Version, @document, @signature, @now)
            """,
            new
            {
                Terminal = (long)limits.Terminal,
                Version = (long)limits.Version,
                document,
                signature,
                now = clock.Microseconds(),
            });
        AuditLog.Write(
            db, clock.Microseconds(), by, AuditAction.LimitsIssued, $"terminal:{limits.Terminal}",
            $$"""{"before":{{TextOf(before?.ToDocument())}},"after":{{TextOf(document)}}}""");
        Feed.Publish(
            db,
            [
                NewsOf(new SignedLimits
                {
                    Terminal = limits.Terminal,
                    Document = document,
                    Signature = signature,
                }),
            ]);
    }

    /// <summary>What terminals are told of their limits.</summary>
    public static IEnumerable<News> News(DbSession db) => db.List<SignedLimits>(
        """
        SELECT terminal, document, signature FROM terminal_limits issued
        WHERE signature IS NOT NULL AND version =
            (SELECT MAX(version) FROM terminal_limits WHERE terminal = issued.terminal)
        ORDER BY terminal
        """).Select(NewsOf);

    private static News NewsOf(SignedLimits limits) => new(
        $"limits:{limits.Terminal}",
        new FeedItem
        {
            Limits = new LimitsItem
            {
                Terminal = (uint)limits.Terminal,
                Document = ByteString.CopyFrom(limits.Document),
                Signature = ByteString.CopyFrom(limits.Signature),
            },
        },
        Audience.Only(limits.Terminal));

    private sealed record SignedLimits
    {
        public long Terminal { get; init; }
        public byte[] Document { get; init; } = [];
        public byte[] Signature { get; init; } = [];
    }

    /// <summary>The most that any limits of a terminal ever allowed: what was allowed when it was done may
    /// have been lowered since.</summary>
    /// <param name="db">The book.</param>
    /// <param name="terminal">Whose limits.</param>
    /// <param name="most">Which of them.</param>
    /// <returns>Null where it never had any: it reported before it was enrolled here.</returns>
    public static int? EverMost(DbSession db, long terminal, Func<Limits, int> most) =>
        db.List<byte[]>("SELECT document FROM terminal_limits WHERE terminal = @terminal", new { terminal })
            .Select(document => (int?)most(Read.Of(document))).Max();

    private static IReadOnlyList<Limits> Unsigned(DbSession db) =>
        [.. db.List<byte[]>(
            """
            SELECT document FROM terminal_limits issued WHERE signature IS NULL AND version =
                (SELECT MAX(version) FROM terminal_limits WHERE terminal = issued.terminal)
            ORDER BY terminal
            """).Select(document => Limits.FromDocument(document))];

    private static string TextOf(byte[]? document) =>
        document is null ? "null" : Encoding.UTF8.GetString(document);

    private static Limits? Of(DbSession db, uint terminal) =>
        db.Find<byte[]>(
            """
            SELECT document FROM terminal_limits WHERE terminal = @terminal ORDER BY version DESC LIMIT 1
            """,
            new { terminal = (long)terminal }) is { } document
            ? Limits.FromDocument(document)
            : null;
}
