using Microsoft.Extensions.Options;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Server.Cards;

/// <summary>Keys that a card is to get.</summary>
/// <param name="Card">As it stands in the book, with the versions that it had.</param>
/// <param name="Target">The versions to be. The transaction MAC key stays (decision 0027).</param>
internal sealed record CardRotation(Card Card, KeyVersions Target);

/// <summary>Which cards are to get newer keys, which are getting them, and which terminals can open them
/// afterwards.</summary>
internal sealed class RotationBook(
    Database database, KeyVault vault, IOptions<CardOptions> options, TimeProvider clock)
{
    /// <summary>Whether there is a key of which some card may have an older version.</summary>
    public bool IsNeeded =>
        new[] { CardKeyNumber.Issuer, CardKeyNumber.Enquiry, CardKeyNumber.Sale }
            .Any(number => vault.VersionsOf(number).Count > 1);

    /// <summary>What a card is to get; null where it has all of it, or is nobody's to use.</summary>
    public CardRotation? Due(Uid uid) => database.Read(db =>
    {
        if (Card.Find(db, uid.ToString(), generation: 0) is not { Status: CardStatus.Active } card)
            return null;
        var has = card.KeyVersions;
        var newest = vault.NewestVersions;
        var target = has with
        {
            Issuer = Math.Max(has.Issuer, newest.Issuer),
            Enquiry = Math.Max(has.Enquiry, Openable(db, CardKeyNumber.Enquiry, has.Enquiry)),
            Sale = Math.Max(has.Sale, Openable(db, CardKeyNumber.Sale, has.Sale)),
        };
        return target == has ? null : new CardRotation(card, target);
    });

    /// <summary>Writes down that a card is about to be touched.</summary>
    /// <param name="rotation">As it is due.</param>
    /// <param name="terminal">Where the card lies.</param>
    public void Begin(CardRotation rotation, uint terminal) => database.Write(db =>
    {
        var now = clock.Microseconds();
        var tries = db.List<long>(
            """
            INSERT INTO key_rotation
                (uid, generation, issuer_key_version, enquiry_key_version, sale_key_version, terminal, tries,
                begun_us)
            VALUES (@Uid, @Generation, @Issuer, @Enquiry, @Sale, @terminal, 1, @now)
            ON CONFLICT (uid, generation, issuer_key_version, enquiry_key_version, sale_key_version)
            DO UPDATE SET terminal = excluded.terminal, tries = key_rotation.tries + 1, failure = ''
            RETURNING tries
            """,
            RowOf(rotation, terminal, now)).Single();
        if (tries == 1)
            Audit(db, rotation, AuditAction.CardKeysBegun, now);
    });

    /// <summary>The card has all of the target's keys: it has proven them.</summary>
    public void End(CardRotation rotation) => database.Write(db =>
    {
        var now = clock.Microseconds();
        db.Run(
            """
            UPDATE key_rotation SET ended_us = @now
            WHERE uid = @Uid AND generation = @Generation AND issuer_key_version = @Issuer
                AND enquiry_key_version = @Enquiry AND sale_key_version = @Sale
            """,
            RowOf(rotation, terminal: 0, now));
        db.Run(
            """
            UPDATE card SET issuer_key_version = @Issuer, enquiry_key_version = @Enquiry,
                sale_key_version = @Sale
            WHERE uid = @Uid AND generation = @Generation
            """,
            RowOf(rotation, terminal: 0, now));
        Card.Find(db, rotation.Card.Uid, rotation.Card.Generation)!.Publish(db);
        Audit(db, rotation, AuditAction.CardKeysChanged, now);
    });

    /// <summary>Writes down why a card has not got its keys this time; it is tried again.</summary>
    public void Fail(CardRotation rotation, string code) => database.Write(db => db.Run(
        """
        UPDATE key_rotation SET failure = @code
        WHERE uid = @Uid AND generation = @Generation AND issuer_key_version = @Issuer
            AND enquiry_key_version = @Enquiry AND sale_key_version = @Sale
        """,
        new
        {
            code,
            rotation.Card.Uid,
            rotation.Card.Generation,
            Issuer = (long)rotation.Target.Issuer,
            Enquiry = (long)rotation.Target.Enquiry,
            Sale = (long)rotation.Target.Sale,
        }));

    /// <summary>A terminal is being given the masters: all that there are, or none.</summary>
    public void Given(uint terminal, bool holdsKeys)
    {
        var wanted = new GivenKeys
        {
            EnquiryVersion = holdsKeys ? vault.NewestVersions.Enquiry : null,
            SaleVersion = holdsKeys ? vault.NewestVersions.Sale : null,
        };
        // Terminals ask twice a day, and seldom is there anything new.
        if (database.Read(db => GivenKeys.Of(db, terminal)) != wanted)
            database.Write(db => wanted.Put(db, terminal, clock.Microseconds()));
    }

    // The newest version that whoever serves by himself can open, or has had time to fetch.
    private byte Openable(DbSession db, CardKeyNumber number, byte has)
    {
        var waitedUs = UnixTime.Microseconds(
            clock.GetUtcNow() - TimeSpan.FromDays(options.Value.NewKeysWaitDays));
        return vault.VersionsOf(number).TakeWhile(version => version > has).FirstOrDefault(version =>
            GivenKeys.Behind(db, number, version) == 0
            || db.Value<long>(
                "SELECT COUNT(*) FROM vault_key WHERE name = @name AND seen_us <= @waitedUs",
                new { name = $"key:{VaultKeyName.Of(number)}:{version}", waitedUs }) > 0);
    }

    private static object RowOf(CardRotation rotation, uint terminal, long now) => new
    {
        rotation.Card.Uid,
        rotation.Card.Generation,
        Issuer = (long)rotation.Target.Issuer,
        Enquiry = (long)rotation.Target.Enquiry,
        Sale = (long)rotation.Target.Sale,
        terminal = (long)terminal,
        now,
    };

    private static void Audit(DbSession db, CardRotation rotation, string action, long now) => AuditLog.Write(
        db, now, AuditActor.Server, action, $"card:{rotation.Card.Number}",
        $$"""{"before":"{{rotation.Card.KeyVersions.Text}}","after":"{{rotation.Target.Text}}"}""");

    /// <summary>The newest masters that a terminal has; null where it has none.</summary>
    private sealed record GivenKeys
    {
        public long? EnquiryVersion { get; init; }
        public long? SaleVersion { get; init; }

        public static GivenKeys? Of(DbSession db, uint terminal) => db.Find<GivenKeys>(
            "SELECT enquiry_version, sale_version FROM terminal_keys WHERE terminal = @terminal",
            new { terminal = (long)terminal });

        /// <summary>How many terminals that are let in cannot open a card that has this version.</summary>
        public static long Behind(DbSession db, CardKeyNumber number, byte version) => db.Value<long>(
            $"""
            SELECT COUNT(*) FROM terminal t LEFT JOIN terminal_keys k ON k.terminal = t.number
            WHERE t.revoked_us IS NULL
                AND (k.terminal IS NULL OR k.{VaultKeyName.Of(number)}_version < @version)
            """,
            new { version = (long)version });

        public void Put(DbSession db, uint terminal, long now) => db.Run(
            """
            INSERT INTO terminal_keys (terminal, enquiry_version, sale_version, given_us)
            VALUES (@terminal, @EnquiryVersion, @SaleVersion, @now)
            ON CONFLICT (terminal) DO UPDATE SET enquiry_version = excluded.enquiry_version,
                sale_version = excluded.sale_version, given_us = excluded.given_us
            """,
            new { terminal = (long)terminal, EnquiryVersion, SaleVersion, now });
    }
}
