using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>Lays a closed database out as the last release did that sealed nothing: schema 4.</summary>
internal static class OlderRelease
{
    private static readonly string[] Tables =
    [
        "ALTER TABLE checkout RENAME TO new_checkout",
        "DROP INDEX checkout_open",
        """
        CREATE TABLE checkout(
            id TEXT PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, is_over INTEGER NOT NULL,
            document TEXT NOT NULL)
        """,
        "CREATE INDEX checkout_open ON checkout(is_over) WHERE is_over = 0",
        "ALTER TABLE card RENAME TO new_card",
        "ALTER TABLE card_action RENAME TO new_card_action",
        "CREATE TABLE card(uid TEXT PRIMARY KEY, item BLOB NOT NULL)",
        """
        CREATE TABLE card_action(
            uid TEXT, generation INTEGER, number INTEGER, points INTEGER NOT NULL,
            PRIMARY KEY(uid, generation, number)) WITHOUT ROWID
        """,
    ];

    private static readonly string[] Leftovers =
    [
        "DROP TABLE new_checkout",
        "DROP TABLE new_card",
        "DROP TABLE new_card_action",
        "DROP TABLE journal_key",
        "DROP TABLE journal_base",
        "DROP TABLE acknowledged_day",
        "ALTER TABLE hotlist DROP COLUMN version",
        "ALTER TABLE hotlist DROP COLUMN is_signed",
        "DROP TABLE audit_head",
        "PRAGMA user_version = 4",
    ];

    public static void Make(string path)
    {
        using var seal = Seals.New();
        using var c = new PreparedConnection(path) { Seal = seal };
        c.InTransaction(() =>
        {
            Run(c, Tables);
            Entries(c);
            Checkouts(c);
            Cards(c);
            Run(c, Leftovers);
        });
    }

    private static void Run(PreparedConnection c, IEnumerable<string> statements)
    {
        foreach (var statement in statements)
            c.Run(statement);
    }

    private static void Entries(PreparedConnection c)
    {
        foreach (var (sequence, body) in c.Rows(
            "SELECT sequence, body FROM entry",
            row => (row.Number(0), c.Seal.Open(
                SealedPlace.Entry, new RowName((uint)row.Number(0)), row.Span(1)).ToArray())).ToList())
        {
            c.Run("UPDATE entry SET body = ? WHERE sequence = ?", body, sequence);
        }
    }

    private static void Checkouts(PreparedConnection c)
    {
        foreach (var (id, document) in c.Rows(
            "SELECT id, document FROM new_checkout",
            row => (row.Bytes(0), Encoding.UTF8.GetString(
                c.Seal.Open(SealedPlace.Checkout, new RowName(row.Span(0)), row.Span(1))))).ToList())
        {
            var checkout = JsonSerializer.Deserialize(document, CheckoutJson.Default.Checkout)!;
            c.Run(
                "INSERT INTO checkout(id, idempotency_key, is_over, document) VALUES (?, ?, ?, ?)",
                new Guid(id, bigEndian: true).ToString("D", CultureInfo.InvariantCulture),
                checkout.IdempotencyKey, checkout.State.IsOver, document);
        }
    }

    private static void Cards(PreparedConnection c)
    {
        foreach (var (key, item) in c.Rows(
            "SELECT uid, item FROM new_card",
            row => (row.Bytes(0), CardItem.Parser.ParseFrom(
                c.Seal.Open(SealedPlace.Card, new RowName(row.Span(0)), row.Span(1))))).ToList())
        {
            var uid = Uid.FromBytes(item.Card.Uid.Span).ToString();
            c.Run("INSERT INTO card(uid, item) VALUES (?, ?)", uid, item.ToByteArray());
            c.Run(
                """
                INSERT INTO card_action SELECT ?, generation, number, points FROM new_card_action
                WHERE uid = ?
                """,
                uid, key);
        }
    }
}
