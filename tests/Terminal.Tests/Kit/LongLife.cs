using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>A terminal's books over years, without cards: what a tap writes is written by hand. It signs the
/// same twice, so that two of one story have one chain.</summary>
internal sealed class LongLife : IDisposable
{
    // Nothing here is about the disk's own time.
    private static readonly string Room = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private static int _lives;

    private readonly string _folder = Path.Combine(
        Room, $"long-life-{Environment.ProcessId}-{Interlocked.Increment(ref _lives)}");

    private readonly TerminalKeys _keys = new();
    private readonly FakeTimeProvider _clock;
    private int _ids;

    public LongLife(FakeTimeProvider clock)
    {
        _clock = clock;
        Directory.CreateDirectory(_folder);
        Till = Open();
    }

    public Till Till { get; private set; }

    public Journal Journal => Till.Journal;

    public string DatabasePath => Path.Combine(_folder, "terminal.db");

    public long Bytes => new FileInfo(DatabasePath).Length;

    public void Restart()
    {
        Till.Dispose();
        Till = Open();
    }

    public Guid NewId() => new(++_ids, 0, 0x7000, new byte[8]);

    /// <summary>A checkout that ends at once, and the intent of its sale.</summary>
    /// <param name="undoes">The sale that comes back; null for a sale.</param>
    public uint Begin(Guid operation, uint redeemed, Guid? undoes = null)
    {
        Remember(operation);
        return Journal.Begin(sequence => sequence, _ => IntentOf(operation, redeemed, undoes));
    }

    public void Happened(uint intent) =>
        Journal.Append(new EntryBody { Outcome = new Outcome { IntentSequence = intent } });

    public void Doubt(uint intent) =>
        Journal.Append(new EntryBody { Doubt = new Doubt { IntentSequence = intent } });

    public void Settle(uint intent, bool happened) => Journal.Append(
        new EntryBody { Settlement = new Settlement { IntentSequence = intent, Happened = happened } });

    public void SellWithoutCard(Guid operation)
    {
        Remember(operation);
        var terms = IntentOf(operation, redeemed: 0, undoes: null);
        terms.Card = null;
        Journal.Append(new EntryBody { AccountOperation = new AccountOperation { Terms = terms } });
    }

    /// <summary>Headquarters says what time it is, and what became of some doubts.</summary>
    public void Hear(params IEnumerable<(uint Intent, bool Happened)> closed) => Hear(TimeSpan.Zero, closed);

    /// <param name="ahead">How far headquarters' clock is.</param>
    /// <param name="closed">Doubts that it settles.</param>
    public void Hear(TimeSpan ahead, params IEnumerable<(uint Intent, bool Happened)> closed)
    {
        var at = _clock.GetUtcNow() + ahead - DateTimeOffset.UnixEpoch;
        var feed = new FeedBatch
        {
            AsOfUs = at.Ticks / TimeSpan.TicksPerMicrosecond,
            FromStart = Till.Replica.Cursor == 0,
        };
        feed.Items.Add(closed.Select(c => new FeedItem
        {
            Position = Till.Replica.Cursor + 1,
            DoubtClosed = new DoubtClosedItem
            {
                Terminal = 1,
                IntentSequence = c.Intent,
                Happened = c.Happened,
            },
        }));
        Till.Take(feed);
    }

    public void Remember(Guid operation)
    {
        var now = _clock.GetUtcNow();
        new CheckoutStore(Till.Database).Insert(new Checkout(
            operation, Shop.Basket(100), KeyOf(operation), now, new CheckoutState.TimedOut(), 1, 0, now));
    }

    public Checkout? Recall(Guid operation) =>
        new CheckoutStore(Till.Database).FindByIdempotencyKey(KeyOf(operation));

    public void Dispose()
    {
        Till.Dispose();
        _keys.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string KeyOf(Guid operation) => $"receipt {operation}";

    private static Intent IntentOf(Guid operation, uint redeemed, Guid? undoes) => new()
    {
        OperationId = Entries.ToBytes(operation),
        Kind = (uint)(undoes is null ? LogKind.Sale : LogKind.Return),
        AmountMinor = undoes is null ? 1234 : -1234,
        Redeemed = redeemed,
        Card = new CardRef { Uid = ByteString.CopyFrom(operation.ToByteArray()[..7]) },
        SaleOperationId = undoes is { } sale ? Entries.ToBytes(sale) : ByteString.Empty,
        Lines = { Entries.ToLine(Basket.Of(new Money(1234, "USD")).Lines[0]) },
    };

    private Till Open() => Till.Open(
        Seals.At(DatabasePath), new TerminalProfile(1, Programme: 7, Store: 42, TimeZoneInfo.Utc), _keys,
        Chain.Trust with { Sign = bytes => SHA512.HashData(bytes) },
        new TapSurroundings(_clock, RandomNumberGenerator.Fill, NullLogger.Instance));
}
