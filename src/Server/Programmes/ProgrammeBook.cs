using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Programmes;

/// <summary>A loyalty programme of this operator.</summary>
internal sealed record Programme
{
    public long Number { get; init; }
    public string Name { get; init; } = "";

    /// <summary>ISO 4217.</summary>
    public string Currency { get; init; } = "";

    /// <summary>IANA zone whose days decide when points expire.</summary>
    public string Zone { get; init; } = "";
}

/// <summary>A published version of a programme's rules.</summary>
internal sealed record RuleVersion
{
    public long Programme { get; init; }

    /// <summary>No two programmes have the same.</summary>
    public long Version { get; init; }
    public long PublishedUs { get; init; }

    /// <summary>Null where the log of changes does not say.</summary>
    public string? PublishedBy { get; init; }

    /// <summary>Null where it was not retired.</summary>
    public long? RetiredUs { get; init; }

    /// <summary>Whether its programme's terminals are to sell by it.</summary>
    public bool InForce { get; init; }
}

/// <summary>Programmes and the versions of their rules. A published version never changes.</summary>
internal sealed class ProgrammeBook(Database database, IDocumentSigner signer, TimeProvider clock)
{
    /// <summary>The programme a new server starts with, and its first rules.</summary>
    public static readonly RuleSet FirstRules = new(
        Version: 1, Programme: 1, Currency: "USD", MinorPerUnit: 100, CardBalanceMost: 1_000_000,
        [new Rule("base", new Effect.PerAmount(Points: 1, Minor: 100))]);

    private static readonly ReadDocuments<RuleSet> Read = new(document => RuleSet.FromDocument(document));

    /// <summary>Writes programme 1 and its first rules where there is no programme yet.</summary>
    public void SeedFirst() =>
        database.Write(db =>
        {
            if (db.Value<long>("SELECT COUNT(*) FROM programme") > 0)
                return;
            db.Run(
                """
                INSERT INTO programme (number, name, currency, zone)
                VALUES (@Programme, 'Points', @Currency, 'UTC')
                """,
                new { Programme = (long)FirstRules.Programme, FirstRules.Currency });
            Insert(db, FirstRules, AuditActor.Server);
        });

    public IReadOnlyList<Programme> All() =>
        database.Read(db =>
            db.List<Programme>("SELECT number, name, currency, zone FROM programme ORDER BY number"));

    /// <summary>The version in force: the highest.</summary>
    public RuleSet Current(long programme) => database.Read(db => Current(db, programme));

    /// <summary>Publishes the next version and tells every terminal.</summary>
    /// <param name="rules">The new rules; the version in it does not matter, the book gives the next
    /// one.</param>
    /// <param name="by">Who publishes.</param>
    /// <exception cref="FormatException">A number is out of its range, or the currency or what a card holds
    /// at most is not the programme's.</exception>
    public RuleSet Publish(RuleSet rules, string by) => database.Write(db => Publish(db, rules, by));

    /// <summary>Publishes within a transaction that does more.</summary>
    /// <inheritdoc cref="Publish(RuleSet, string)"/>
    public RuleSet Publish(DbSession db, RuleSet rules, string by)
    {
        Check(db, rules);
        var version = checked((int)Numbers.RuleSets.Next(db));
        var next = RuleSet.FromDocument((rules with { Version = version }).ToDocument());
        Insert(db, next, by);
        return next;
    }

    /// <summary>Whether the rules could be published.</summary>
    /// <exception cref="FormatException">There is no such programme, or it has another currency, or its
    /// cards hold another number of points.</exception>
    public static void Check(DbSession db, RuleSet rules)
    {
        if (db.Value<long>(
            "SELECT COUNT(*) FROM rule_set WHERE programme = @Programme",
            new { Programme = (long)rules.Programme }) == 0)
        {
            throw new FormatException("There is no such programme.");
        }

        var current = Current(db, rules.Programme);
        if (rules.Currency != current.Currency)
            throw new FormatException("A programme keeps its currency.");
        if (rules.CardBalanceMost != current.CardBalanceMost)
            throw new FormatException("A programme keeps what its cards hold at most.");
    }

    /// <summary>Every published version, newest first.</summary>
    public IReadOnlyList<RuleVersion> Versions() => database.Read(db => db.List<RuleVersion>(
        """
        SELECT programme, version, published_us, retired_us,
            (SELECT done_by FROM audit_entry
                WHERE subject = 'rule-set:' || programme || ':' || version AND action = @RulesPublished
                ORDER BY number DESC LIMIT 1) AS published_by,
            version = MAX(version) OVER (PARTITION BY programme) AS in_force
        FROM rule_set ORDER BY version DESC
        """,
        new { AuditAction.RulesPublished }));

    /// <summary>One version; null where it was never published.</summary>
    public RuleSet? Find(long version) => database.Read(db =>
        db.Find<byte[]>("SELECT document FROM rule_set WHERE version = @version", new { version }) is { } read
            ? Read.Of(read)
            : null);

    /// <summary>Marks a version as one that nobody goes back to. It stays, for returns of its
    /// sales.</summary>
    /// <returns>A stable code where it cannot be.</returns>
    public string? Retire(long version, string by) => database.Write(db =>
    {
        var found = db.Find<RuleVersion>(
            "SELECT programme, version, retired_us FROM rule_set WHERE version = @version", new { version });
        if (found is null)
            return "version-unknown";
        if (found.RetiredUs is not null)
            return "already-retired";
        if (Current(db, found.Programme).Version == version)
            return "rules-in-force";
        db.Run(
            "UPDATE rule_set SET retired_us = @Now WHERE version = @version",
            new { Now = clock.Microseconds(), version });
        AuditLog.Write(
            db, clock.Microseconds(), by, AuditAction.RulesRetired, $"rule-set:{found.Programme}:{version}");
        return null;
    });

    /// <summary>Versions published before documents were signed; terminals do not take them.</summary>
    public IReadOnlyList<RuleSet> Unsigned() => database.Read(Unsigned);

    /// <summary>Signs what is unsigned as it stands, and tells every terminal.</summary>
    public void SignUnsigned() => database.Write(db =>
    {
        foreach (var rules in Unsigned(db))
        {
            var document = rules.ToDocument();
            var signature = signer.Sign(document);
            db.Run(
                """
                UPDATE rule_set SET document = @document, signature = @signature
                WHERE programme = @Programme AND version = @Version
                """,
                new
                {
                    document,
                    signature,
                    Programme = (long)rules.Programme,
                    Version = (long)rules.Version,
                });
            Audit(db, rules, document, AuditActor.Operator);
            Tell(db, rules, document, signature);
        }
    });

    /// <summary>One version, or null where it was never published.</summary>
    public static RuleSet? Find(DbSession db, long programme, long version)
    {
        var document = db.Find<byte[]>(
            "SELECT document FROM rule_set WHERE programme = @programme AND version = @version",
            new { programme, version });
        return document is null ? null : Read.Of(document);
    }

    /// <summary>All versions of all programmes.</summary>
    public static IEnumerable<RuleSet> Published(DbSession db) =>
        db.List<byte[]>("SELECT document FROM rule_set").Select(Read.Of);

    /// <summary>ISO 4217; a programme keeps it.</summary>
    public static string CurrencyOf(DbSession db, long programme) =>
        db.Value<string>("SELECT currency FROM programme WHERE number = @programme", new { programme });

    public static RuleSet Current(DbSession db, long programme) =>
        Read.Of(db.Value<byte[]>(
            "SELECT document FROM rule_set WHERE programme = @programme ORDER BY version DESC LIMIT 1",
            new { programme }));

    private static IReadOnlyList<RuleSet> Unsigned(DbSession db) =>
        [.. db.List<byte[]>(
            "SELECT document FROM rule_set WHERE signature IS NULL ORDER BY programme, version")
            .Select(document => RuleSet.FromDocument(document))];

    private void Insert(DbSession db, RuleSet rules, string by)
    {
        var document = rules.ToDocument();
        var signature = signer.Sign(document);
        db.Run(
            """
            INSERT INTO rule_set (programme, version, document, signature, published_us)
            VALUES (@Programme, @Version, @document, @signature, @Now)
            """,
            new
            {
                Programme = (long)rules.Programme,
                Version = (long)rules.Version,
                document,
                signature,
                Now = clock.Microseconds(),
            });
        Audit(db, rules, document, by);
        Tell(db, rules, document, signature);
    }

    private void Audit(DbSession db, RuleSet rules, byte[] document, string by) => AuditLog.Write(
        db, clock.Microseconds(), by, AuditAction.RulesPublished,
        $"rule-set:{rules.Programme}:{rules.Version}",
        $$"""{"sha256":"{{Convert.ToHexString(SHA256.HashData(document))}}"}""");

    private static void Tell(DbSession db, RuleSet rules, byte[] document, byte[] signature) => Feed.Publish(
        db,
        [
            NewsOf(new SignedRules
            {
                Programme = rules.Programme,
                Version = rules.Version,
                Document = document,
                Signature = signature,
            }),
        ]);

    /// <summary>What terminals are told of every version.</summary>
    public static IEnumerable<News> News(DbSession db) => db.List<SignedRules>(
        """
        SELECT programme, version, document, signature FROM rule_set WHERE signature IS NOT NULL
        ORDER BY version
        """).Select(NewsOf);

    private static News NewsOf(SignedRules rules) => new(
        $"rule-set:{rules.Programme}:{rules.Version}",
        new FeedItem
        {
            RuleSet = new RuleSetItem
            {
                Version = (uint)rules.Version,
                Document = ByteString.CopyFrom(rules.Document),
                Signature = ByteString.CopyFrom(rules.Signature),
            },
        },
        Audience.Everybody);

    private sealed record SignedRules
    {
        public long Programme { get; init; }
        public long Version { get; init; }
        public byte[] Document { get; init; } = [];
        public byte[] Signature { get; init; } = [];
    }
}
