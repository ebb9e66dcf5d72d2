using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SmartCardCrm.Terminal;

/// <summary>The journal cannot be read for want of its key; nothing was changed.</summary>
/// <param name="code">Stable.</param>
internal sealed class JournalKeyException(string code, string message) : Exception(message)
{
    public string Code => code;
}

/// <summary>A terminal's database, and what the rows about customers in it are sealed with.</summary>
/// <param name="Path">Made where it is not there.</param>
/// <param name="Seal">Not owned.</param>
internal sealed record JournalFile(string Path, JournalSeal Seal);

/// <summary>Brings a database of a release that sealed nothing under the journal key, in the caller's
/// transaction.</summary>
internal static class SealedRows
{
    public static readonly string[] Tables =
    [
        // The checksum tells a damaged disk from another key.
        "CREATE TABLE journal_key(check_value BLOB NOT NULL, checksum INTEGER NOT NULL)",
        "ALTER TABLE card RENAME TO open_card",
        "ALTER TABLE card_action RENAME TO open_card_action",
        "CREATE TABLE card(uid BLOB PRIMARY KEY, item BLOB NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE card_action(
            uid BLOB, generation INTEGER, number INTEGER, points INTEGER NOT NULL,
            PRIMARY KEY(uid, generation, number)) WITHOUT ROWID
        """,
    ];

    /// <exception cref="JournalKeyException">The database is sealed under another key.</exception>
    /// <exception cref="JournalFailedException">It does not say under which.</exception>
    public static void DemandKey(PreparedConnection c)
    {
        var (check, checksum) = c.Rows(
            "SELECT check_value, checksum FROM journal_key", row => (row.Bytes(0), row.Number(1)))
            .SingleOrDefault(([], 0));
        if (check.Length != JournalSeal.HashLength || checksum != Checksum(check))
            throw new JournalFailedException("The database does not say which key it is sealed under.");
        if (!CryptographicOperations.FixedTimeEquals(check, c.Seal.Check))
            throw new JournalKeyException("journal-key-wrong", "The journal is sealed under another key.");
    }

    public static void Convert(PreparedConnection c)
    {
        c.Run("INSERT INTO journal_key VALUES (?, ?)", c.Seal.Check, Checksum(c.Seal.Check));
        Entries(c);
        Checkouts(c);
        Cards(c);
        c.Run("DROP TABLE open_card");
        c.Run("DROP TABLE open_card_action");
    }

    private static void Entries(PreparedConnection c)
    {
        foreach (var sequence in c.Rows("SELECT sequence FROM entry", row => row.Number(0)).ToList())
        {
            var body = c.Rows("SELECT body FROM entry WHERE sequence = ?", row => row.Bytes(0), sequence)
                .Single();
            c.Run(
                "UPDATE entry SET body = ? WHERE sequence = ?",
                c.Seal.Seal(SealedPlace.Entry, new RowName((uint)sequence), body), sequence);
        }
    }

    private static void Checkouts(PreparedConnection c)
    {
        foreach (var number in c.Rows("SELECT number FROM checkout", row => row.Number(0)).ToList())
        {
            var (id, key, document) = c.Rows(
                "SELECT id, idempotency_key, document FROM checkout WHERE number = ?",
                row => (row.Bytes(0), row.Text(1), row.Text(2)), number).Single();
            c.Run(
                "UPDATE checkout SET idempotency_key = ?, document = ? WHERE number = ?",
                c.Seal.LookUp(SealedPlace.Checkout, Encoding.UTF8.GetBytes(key)),
                c.Seal.Seal(SealedPlace.Checkout, new RowName(id), Encoding.UTF8.GetBytes(document)), number);
        }
    }

    private static void Cards(PreparedConnection c)
    {
        foreach (var (uid, item) in c.Rows(
            "SELECT uid, item FROM open_card", row => (row.Text(0), row.Bytes(1))))
        {
            var key = KeyOf(c, uid);
            c.Run(
                "INSERT INTO card(uid, item) VALUES (?, ?)", key,
                c.Seal.Seal(SealedPlace.Card, new RowName(key), item));
        }

        foreach (var (uid, generation, number, points) in c.Rows(
            "SELECT uid, generation, number, points FROM open_card_action",
            row => (row.Text(0), row.Number(1), row.Number(2), row.Number(3))))
        {
            c.Run(
                "INSERT INTO card_action(uid, generation, number, points) VALUES (?, ?, ?, ?)",
                KeyOf(c, uid), generation, number, points);
        }
    }

    private static long Checksum(ReadOnlySpan<byte> check) => HotlistPage.Checksum(
        BinaryPrimitives.ReadUInt64LittleEndian(check), BinaryPrimitives.ReadUInt64LittleEndian(check[8..]));

    private static byte[] KeyOf(PreparedConnection c, string uid) =>
        c.Seal.LookUp(SealedPlace.Card, System.Convert.FromHexString(uid));
}
