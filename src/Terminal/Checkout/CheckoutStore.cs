using System.Text;
using System.Text.Json;

namespace SmartCardCrm.Terminal;

/// <summary>Checkouts on disk, written lazily, for what counts is in the journal: each row was there before
/// the durable intent that followed it. An end that the journal does not know is written durably: after a
/// power cut no card may be sold what the till was told is over.</summary>
internal sealed class CheckoutStore(TerminalDatabase database)
{
    public void Insert(Checkout checkout) => database.Lazily(c => c.Run(
        "INSERT INTO checkout(id, idempotency_key, is_over, document) VALUES (?, ?, ?, ?)",
        Key(checkout.Id), KeyOf(c, checkout.IdempotencyKey), checkout.State.IsOver, Write(c, checkout)));

    public void Update(Checkout checkout)
    {
        if (checkout.State is CheckoutState.Cancelled or CheckoutState.TimedOut or CheckoutState.Declined)
            database.Durably(c => Update(c, checkout));
        else
            database.Lazily(c => Update(c, checkout));
    }

    public Checkout? Find(Guid id) =>
        First("SELECT id, document FROM checkout WHERE id = ?", _ => Key(id));

    public Checkout? FindByIdempotencyKey(string key) =>
        First("SELECT id, document FROM checkout WHERE idempotency_key = ?", c => KeyOf(c, key));

    /// <summary>Those that are not over, oldest first.</summary>
    public IReadOnlyList<Checkout> LoadOpen() => database.Read(
        c => Load(c, "SELECT id, document FROM checkout WHERE is_over = 0 ORDER BY id"));

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Checkout> Newest(int most) => database.Read(
        c => Load(c, "SELECT id, document FROM checkout ORDER BY id DESC LIMIT ?", most));

    private static int Update(PreparedConnection c, Checkout checkout) => c.Run(
        "UPDATE checkout SET is_over = ?, document = ? WHERE id = ?",
        checkout.State.IsOver, Write(c, checkout), Key(checkout.Id));

    private Checkout? First(string sql, Func<PreparedConnection, byte[]> argument) =>
        database.Read(c => Load(c, sql, argument(c)) is [var found, ..] ? found : null);

    private static List<Checkout> Load(PreparedConnection c, string sql, params object?[] arguments) =>
        [.. c.Rows(sql, row => Read(c, row), arguments)];

    private static byte[] Key(Guid id) => id.ToByteArray(bigEndian: true);

    private static byte[] KeyOf(PreparedConnection c, string idempotencyKey) =>
        c.Seal.LookUp(SealedPlace.Checkout, Encoding.UTF8.GetBytes(idempotencyKey));

    private static ReadOnlyMemory<byte> Write(PreparedConnection c, Checkout checkout) => c.Seal.Seal(
        SealedPlace.Checkout, new RowName(Key(checkout.Id)),
        JsonSerializer.SerializeToUtf8Bytes(checkout, CheckoutJson.Default.Checkout));

    private static Checkout Read(PreparedConnection c, PreparedConnection.Row row) =>
        JsonSerializer.Deserialize(
            c.Seal.Open(SealedPlace.Checkout, new RowName(row.Span(0)), row.Span(1)),
            CheckoutJson.Default.Checkout)
            ?? throw new JournalFailedException("A checkout's document is empty.");
}
