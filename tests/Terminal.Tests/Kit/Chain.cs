using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;
using CardStatus = SmartCardCrm.SyncContract.CardStatus;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>A chain's headquarters as far as terminals see it: keys, issued cards and what the feed says of
/// them. Every run draws the same random numbers.</summary>
/// <param name="firstDraw">Chains that begin elsewhere have other operation ids.</param>
internal sealed class Chain(uint firstDraw = 0)
{
    public const int BalanceMost = 1_000_000;

    private readonly byte[] _readerIdMaster = Key("reader id");
    private uint _drawn = firstDraw;

    public static readonly RuleSet Rules = new(
        Version: 1, Programme: 7, "USD", MinorPerUnit: 100, BalanceMost,
        [new Rule("base", new Effect.PerAmount(Points: 1, Minor: 100))]);

    /// <summary>As wide as limits go, but for strangers.</summary>
    public static readonly Limits Limits = new(
        Terminal: 1, Version: 1, int.MaxValue, int.MaxValue, CardOperationsMost: 255, int.MaxValue,
        StrangerMost: 0, ReplicaHoursMost: 24 * 366);

    /// <summary>Signs what terminals decide by. The key is of RFC 6979, A.2.5.</summary>
    public static readonly ECDsa Headquarters = ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        D = Convert.FromHexString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"),
        Q = new ECPoint
        {
            X = Convert.FromHexString("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"),
            Y = Convert.FromHexString("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"),
        },
    });

    /// <summary>A terminal's, whose certificate is no real one.</summary>
    public static readonly TerminalTrust Trust = new(
        new TrustedAuthorities(Headquarters), new byte[] { 0x30, 0x00 },
        bytes => Headquarters.SignData(bytes, HashAlgorithmName.SHA256));

    public static ByteString Sign(ReadOnlySpan<byte> document) => ByteString.CopyFrom(
        Headquarters.SignData(DocumentSignature.Covered(document), HashAlgorithmName.SHA256));

    public static FeedItem LimitsItem(uint terminal, Limits limits)
    {
        var document = (limits with { Terminal = terminal }).ToDocument();
        return new FeedItem
        {
            Limits = new LimitsItem
            {
                Terminal = terminal,
                Document = ByteString.CopyFrom(document),
                Signature = Sign(document),
            },
        };
    }

    /// <summary>The clock as the wire has it.</summary>
    public long Microseconds =>
        (Clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));

    /// <summary>SHA-256 of a counter: nobody guesses it, everybody repeats it.</summary>
    public void Random(Span<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at += SHA256.HashSizeInBytes)
        {
            var block = SHA256.HashData(BitConverter.GetBytes(Interlocked.Increment(ref _drawn)));
            block.AsSpan(0, Math.Min(block.Length, bytes.Length - at)).CopyTo(bytes[at..]);
        }
    }

    public MasterKey Master(CardKeyNumber number, byte version = 1) =>
        new(number, version, Key($"{number} {version}"));

    public ReaderIdKey ReaderIdKey(uint terminal) =>
        CardProtocol.ReaderIdKey.Derive(_readerIdMaster, terminal);

    /// <summary>The keys as headquarters delivers them.</summary>
    public CardKeysReply Delivery(uint terminal, uint heldSecondsMost = 0)
    {
        var readerId = new byte[CardProtocol.ReaderIdKey.Length];
        using (var key = ReaderIdKey(terminal))
            key.CopyTo(readerId);
        CardKeyNumber[] numbers = [CardKeyNumber.Enquiry, CardKeyNumber.Sale];
        return new CardKeysReply
        {
            ReaderIdKey = ByteString.CopyFrom(readerId),
            HeldSecondsMost = heldSecondsMost,
            Keys =
            {
                numbers.Select(n => new CardMasterKey
                {
                    KeyNumber = (uint)n, Version = 1, Key = ByteString.CopyFrom(Key($"{n} 1")),
                }),
            },
        };
    }

    public CardKey TransactionMacKey(Uid uid)
    {
        using var master = Master(CardKeyNumber.TransactionMac);
        return master.DeriveFor(uid);
    }

    /// <summary>A card, born with no points.</summary>
    /// <param name="number">Card number, and the end of the UID.</param>
    /// <param name="expiry">Its last day.</param>
    /// <param name="keyVersion">Of every key.</param>
    /// <param name="member">Null for one who speaks English and has no alias.</param>
    public SimulatedCard Issue(
        ushort number = 1, DateOnly? expiry = null, byte keyVersion = 1, MemberProfile? member = null)
    {
        var uid = UidOf(number);
        var bytes = new byte[Uid.Length];
        uid.CopyTo(bytes);
        var card = SimulatedCard.Factory("ev3-4k", bytes, Random);
        card.Insert();

        var masters = Enum.GetValues<CardKeyNumber>().Select(k => Master(k, keyVersion)).ToList();
        using var keys = new PersonalisationKeys(uid, masters);
        using var reader = new SimulatedReader("bench");
        reader.Put(card);
        using var connection = reader.TryConnect();
        Personalisation.Run(
            connection ?? throw new InvalidOperationException("The card just put there is gone."),
            PlanOf(uid, number, expiry, member ?? new MemberProfile { Language = "en" }), keys, Random);
        masters.ForEach(m => m.Dispose());
        reader.Take();
        return card;
    }

    /// <summary>What the feed says of a card that headquarters has seen up to a counter.</summary>
    public static CardItem ItemOf(ushort number, uint acknowledged = 1, int balance = 0)
    {
        var bytes = new byte[Uid.Length];
        UidOf(number).CopyTo(bytes);
        return new CardItem
        {
            Card = new CardRef
            {
                Uid = ByteString.CopyFrom(bytes),
                Generation = 1,
                TmKeyVersion = 1,
                LayoutVersion = 1,
                CardNumber = number,
            },
            Member = number,
            Status = CardStatus.Active,
            AcknowledgedCounter = acknowledged,
            AcknowledgedBalance = balance,
            EnquiryKeyVersion = 1,
            SaleKeyVersion = 1,
        };
    }

    public static FeedItem RulesItem(ulong position, int version = 1) => new()
    {
        Position = position,
        RuleSet = RuleSetItem((Rules with { Version = version }).ToDocument(), version),
    };

    public static RuleSetItem RuleSetItem(byte[] document, int version = 1) => new()
    {
        Version = (uint)version,
        Document = ByteString.CopyFrom(document),
        Signature = Sign(document),
    };

    public static Uid UidOf(ushort number) =>
        Uid.FromBytes([0x04, 0x11, 0x22, 0x33, 0x44, (byte)(number >> 8), (byte)number]);

    private PersonalisationPlan PlanOf(Uid uid, ushort number, DateOnly? expiry, MemberProfile member)
    {
        using var server = ReaderIdKey(0);
        return new PersonalisationPlan(
            new Identity { Programme = 7, CardNumber = number, Generation = 1, Expiry = expiry },
            member,
            new LogRecord
            {
                Counter = 1,
                Time = Clock.GetUtcNow(),
                Terminal = 0,
                Sequence = number,
                Kind = LogKind.Birth,
                CardNumber = number,
                CardExpiry = expiry,
            },
            BalanceMost, server.Sign(uid, 0, number, 1));
    }

    private static byte[] Key(string name) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))[..16];
}
