using System.Text.Json;

namespace SmartCardCrm.Terminal;

/// <summary>Checkouts on disk, written lazily, for what counts is in the journal: each row was there before
/// the durable intent that followed it. An end that the journal does not know is written durably: after a
/// power cut no card may be sold what the till was told is over.</summary>
internal sealed class CheckoutStore(TerminalDatabase database)
{
    public void Insert(Checkout checkout) => database.Lazily(c => c.Run(
        "INSERT INTO checkout(id, idempotency_key, is_over, document) VALUES (?, ?, ?, ?)",
        Key(checkout.Id), checkout.IdempotencyKey, checkout.State.IsOver, Write(checkout)));

    public void Update(Checkout checkout)
    {
        if (checkout.State is CheckoutState.Cancelled or CheckoutState.TimedOut or CheckoutState.Declined)
            database.Durably(c => Update(c, checkout));
        else
            database.Lazily(c => Update(c, checkout));
    }

    public Checkout? Find(Guid id) => First("SELECT document FROM checkout WHERE id = ?", Key(id));

    public Checkout? FindByIdempotencyKey(string key) =>
        First("SELECT document FROM checkout WHERE idempotency_key = ?", key);

    /// <summary>Those that are not over, oldest first.</summary>
    public IReadOnlyList<Checkout> LoadOpen() => database.Read(
        c => Load(c, "SELECT document FROM checkout WHERE is_over = 0 ORDER BY id"));

    private static int Update(PreparedConnection c, Checkout checkout) => c.Run(
        "UPDATE checkout SET is_over = ?, document = ? WHERE id = ?",
        checkout.State.IsOver, Write(checkout), Key(checkout.Id));

    private Checkout? First(string sql, object argument) =>
        database.Read(c => Load(c, sql, argument) is [var found, ..] ? found : null);

    private static List<Checkout> Load(PreparedConnection c, string sql, params object?[] arguments) =>
        [.. c.Rows(sql, row => Read(row.Text(0)), arguments)];

    private static byte[] Key(Guid id) => id.ToByteArray(bigEndian: true);

    private static string Write(Checkout checkout) =>
        JsonSerializer.Serialize(checkout, CheckoutJson.Default.Checkout);

    private static Checkout Read(string document) =>
        JsonSerializer.Deserialize(document, CheckoutJson.Default.Checkout)
            ?? throw new JournalFailedException("A checkout's document is empty.");
}
