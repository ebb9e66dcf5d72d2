using System.Globalization;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Vault;

/// <summary>A terminal while one authority takes over from another.</summary>
/// <param name="Terminal">Its number.</param>
/// <param name="Name">As people call it.</param>
/// <param name="Trusts">Fingerprint of the newest authority that it trusts; empty where it has not
/// said.</param>
/// <param name="CertifiedBy">Fingerprint of the authority of its newest certificate; empty for the one it was
/// enrolled under.</param>
internal sealed record AuthorityFollower(long Terminal, string Name, string Trusts, string CertifiedBy)
{
    public AuthorityFollower() : this(0, "", "", "")
    {
    }

    /// <summary>Whether it goes on when this authority is the only one.</summary>
    public bool Follows(string authority) => Trusts == authority && CertifiedBy == authority;
}

/// <summary>A version of a card key that the book has met.</summary>
/// <param name="Name">As people call the key.</param>
/// <param name="Version">From 1.</param>
/// <param name="CheckValue">By which two vaults can be compared; no secret.</param>
/// <param name="SeenUs">Since when the book knows it.</param>
internal sealed record KnownKey(string Name, long Version, string CheckValue, long SeenUs);

/// <summary>What the book knows of the vault's keys, and which terminals trust which authority.</summary>
internal static class AuthorityBook
{
    /// <summary>Notes the vault's keys, each once, and finds out which authorities are retired.</summary>
    /// <exception cref="BookException">The vault is another chain's, or one of before the last authority was
    /// retired.</exception>
    public static void Meet(DbSession db, KeyVault vault, long nowUs)
    {
        foreach (var key in vault.Names)
            Note(db, $"key:{VaultKeyName.Of(key.Number)}:{key.Version}", key.CheckValue, nowUs);
        foreach (var authority in vault.Authorities)
            Note(db, $"authority:{authority.Fingerprint}", "", nowUs);
        var retired = db.List<string>("SELECT fingerprint FROM retired_authority");
        if (vault.Authorities.All(authority => retired.Contains(authority.Fingerprint)))
        {
            throw new BookException(
                "vault-old", "All authorities of this vault are retired: it is an old copy of the chain's.");
        }

        foreach (var fingerprint in retired)
            vault.Retire(fingerprint);
    }

    /// <summary>The versions of the card keys, the newest of each first.</summary>
    public static IReadOnlyList<KnownKey> Keys(DbSession db) =>
        [.. db.List<NotedKey>("SELECT name, check_value, seen_us FROM vault_key WHERE name LIKE 'key:%'")
            .Select(key => (Key: key, Words: key.Name.Split(':')))
            .Select(key => new KnownKey(
                key.Words[1], long.Parse(key.Words[2], CultureInfo.InvariantCulture), key.Key.CheckValue,
                key.Key.SeenUs))
            .OrderBy(key => key.Name, StringComparer.Ordinal).ThenByDescending(key => key.Version)];

    /// <summary>Writes down what a terminal says that it trusts.</summary>
    public static void Trusts(DbSession db, long terminal, string fingerprint, long nowUs) => db.Run(
        """
        INSERT INTO terminal_authority (terminal, trusts, changed_us) VALUES (@terminal, @fingerprint, @nowUs)
        ON CONFLICT (terminal) DO UPDATE SET trusts = excluded.trusts, changed_us = excluded.changed_us
        """,
        new { terminal, fingerprint, nowUs });

    /// <summary>Writes down which authority has made a terminal's newest certificate.</summary>
    public static void Certified(DbSession db, long terminal, string fingerprint, long nowUs) => db.Run(
        """
        INSERT INTO terminal_authority (terminal, certified_by, changed_us)
        VALUES (@terminal, @fingerprint, @nowUs)
        ON CONFLICT (terminal) DO UPDATE
        SET certified_by = excluded.certified_by, changed_us = excluded.changed_us
        """,
        new { terminal, fingerprint, nowUs });

    /// <summary>The newest authority that a terminal has said that it trusts; empty for none.</summary>
    public static string TrustOf(DbSession db, long terminal) =>
        db.Find<string>("SELECT trusts FROM terminal_authority WHERE terminal = @terminal", new { terminal })
        ?? "";

    /// <summary>All terminals that are let in.</summary>
    public static IReadOnlyList<AuthorityFollower> Terminals(DbSession db) => db.List<AuthorityFollower>(
        """
        SELECT t.number AS terminal, t.name, COALESCE(a.trusts, '') AS trusts,
            COALESCE(a.certified_by, '') AS certified_by
        FROM terminal t LEFT JOIN terminal_authority a ON a.terminal = t.number
        WHERE t.revoked_us IS NULL ORDER BY t.number
        """);

    private sealed record NotedKey
    {
        public string Name { get; init; } = "";
        public string CheckValue { get; init; } = "";
        public long SeenUs { get; init; }
    }

    private static void Note(DbSession db, string name, string checkValue, long nowUs)
    {
        var seen = db.Find<string>("SELECT check_value FROM vault_key WHERE name = @name", new { name });
        if (seen is null)
        {
            db.Run(
                "INSERT INTO vault_key (name, check_value, seen_us) VALUES (@name, @checkValue, @nowUs)",
                new { name, checkValue, nowUs });
            AuditLog.Write(
                db, nowUs, AuditActor.Server, AuditAction.KeyAdded, name,
                $$"""{"before":null,"after":"{{checkValue}}"}""");
        }
        else if (seen != checkValue)
        {
            throw new BookException(
                "vault-other", $"The book was written with another {name}: this is another chain's vault.");
        }
    }
}
