using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Keys;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>Headquarters as far as one terminal sees it: keys, cards, and what the feed says.</summary>
internal sealed class BenchChain : IDisposable
{
    public const uint TerminalNumber = 1;
    public const uint Programme = 7;
    public const uint Store = 42;
    private const int BalanceMost = 1_000_000;

    private readonly ReaderIdKey _readerIds = ReaderIdKey.Derive(new byte[16], TerminalNumber);

    /// <summary>Signs documents and certificates.</summary>
    public ECDsa Headquarters { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>What a terminal needs before it sells; the feed's first items.</summary>
    public FeedBatch Papers
    {
        get
        {
            var rules = new RuleSet(
                Version: 1, Programme, "USD", MinorPerUnit: 100, BalanceMost,
                [new Rule("base", new Effect.PerAmount(Points: 1, Minor: 100))]).ToDocument();
            var limits = Limits.FirstOf(TerminalNumber).ToDocument();
            return new FeedBatch
            {
                Items =
                {
                    new FeedItem
                    {
                        Position = 1,
                        RuleSet = new RuleSetItem
                        {
                            Version = 1,
                            Document = ByteString.CopyFrom(rules),
                            Signature = Sign(rules),
                        },
                    },
                    new FeedItem
                    {
                        Position = 2,
                        Limits = new LimitsItem
                        {
                            Terminal = TerminalNumber,
                            Document = ByteString.CopyFrom(limits),
                            Signature = Sign(limits),
                        },
                    },
                },
                AsOfUs = Now.ToUnixTimeMilliseconds() * 1_000,
            };
        }
    }

    /// <summary>The keys as headquarters delivers them.</summary>
    public CardKeysReply Keys => new()
    {
        ReaderIdKey = ByteString.CopyFrom(Bytes(ReaderIdKey.Length, _readerIds.CopyTo)),
        Keys =
        {
            Served.Select(n => new CardMasterKey
            {
                KeyNumber = (uint)n,
                Version = 1,
                Key = ByteString.CopyFrom(Key(n)),
            }),
        },
    };

    private static CardKeyNumber[] Served => [CardKeyNumber.Enquiry, CardKeyNumber.Sale];

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>A database under a key of nobody's.</summary>
    public static JournalFile FileAt(string path) => new(
        path, new JournalSeal(new byte[JournalSeal.KeyLength], RandomNumberGenerator.Fill));

    /// <summary>A till on a database of its own, with keys and papers.</summary>
    /// <param name="keys">Filled here. Not owned.</param>
    public Terminal.Till OpenTill(JournalFile database, TerminalKeys keys)
    {
        keys.Replace([.. Served.Select(Master)], ReaderIdKey.Derive(new byte[16], TerminalNumber));
        var till = Terminal.Till.Open(
            database, new TerminalProfile(TerminalNumber, Programme, Store, TimeZoneInfo.Utc), keys,
            new TerminalTrust(
                new TrustedAuthorities(Headquarters), new byte[] { 0x30, 0x00 },
                bytes => Headquarters.SignData(bytes, HashAlgorithmName.SHA256)),
            new TapSurroundings(TimeProvider.System, RandomNumberGenerator.Fill, NullLogger.Instance));
        till.Take(Papers);
        return till;
    }

    /// <summary>A member's card as headquarters has seen it last: born, with no points.</summary>
    /// <param name="member">From 1; the card's number too.</param>
    public static FeedItem MemberItem(int member) => new()
    {
        Position = (ulong)member + 2,
        Card = new CardItem
        {
            Card = new CardRef
            {
                Uid = ByteString.CopyFrom(Bytes(Uid.Length, UidOf(member).CopyTo)),
                Generation = 1,
                TmKeyVersion = 1,
                LayoutVersion = 1,
                CardNumber = (uint)member,
            },
            Member = (uint)member,
            Status = CardStatus.Active,
            AcknowledgedCounter = 1,
            EnquiryKeyVersion = 1,
            SaleKeyVersion = 1,
        },
    };

    /// <summary>That member's card, a chip in software.</summary>
    public SimulatedCard Issue(int member)
    {
        var uid = UidOf(member);
        var card = SimulatedCard.Factory("ev3-4k", Bytes(Uid.Length, uid.CopyTo));
        card.Insert();
        var birth = new LogRecord
        {
            Counter = 1,
            Time = Now,
            Terminal = 0,
            Sequence = (uint)member,
            Kind = LogKind.Birth,
            CardNumber = (uint)member,
        };
        var identity = new Identity { Programme = Programme, CardNumber = (uint)member, Generation = 1 };
        var plan = new PersonalisationPlan(
            identity, new MemberProfile { Language = "en" }, birth, BalanceMost,
            _readerIds.Sign(uid, 0, (uint)member, 1));
        using var keys = new PersonalisationKeys(uid, Enum.GetValues<CardKeyNumber>().Select(Master));
        Personalisation.Run(new TimedCard(card), plan, keys, RandomNumberGenerator.Fill);
        card.Remove();
        return card;
    }

    public static CheckoutRequest Basket(long amountMinor) => new(
        new Order.Sale(Loyalty.Programme.Basket.Of(new Money(amountMinor, "USD")), 0),
        Store: null, SoldAt: null, BusinessDate: null, Reader: null, Timeout: TimeSpan.FromMinutes(1));

    public void Dispose()
    {
        _readerIds.Dispose();
        Headquarters.Dispose();
    }

    private static Uid UidOf(int member)
    {
        Span<byte> wide = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(wide, 0x04_30_00_00_00_00_00 + (long)member);
        return Uid.FromBytes(wide[1..]);
    }

    private delegate void Filling(Span<byte> bytes);

    private static byte[] Bytes(int length, Filling fill)
    {
        var bytes = new byte[length];
        fill(bytes);
        return bytes;
    }

    private static MasterKey Master(CardKeyNumber number) => new(number, 1, Key(number));

    private static byte[] Key(CardKeyNumber number) => SHA256.HashData([(byte)number])[..16];

    private ByteString Sign(ReadOnlySpan<byte> document) => ByteString.CopyFrom(
        Headquarters.SignData(DocumentSignature.Covered(document), HashAlgorithmName.SHA256));
}
