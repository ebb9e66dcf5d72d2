using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Keys;
using SmartCardCrm.Terminal.TillApi;

namespace SmartCardCrm.Fuzz.Targets;

/// <summary>What reads bytes from a journal, the network, a file or a person says no in its own
/// way.</summary>
internal static class ParserTargets
{
    public static IEnumerable<Target> All =>
    [
        new Target("log-record", [new byte[LogRecord.Length]], LogRecordOf),
        new Target("transaction-steps", [Pieces.Join([[0x6C, 3], [1, 0, 0, 0]])], StepsOf),
        new Target("rule-set", [Rules.ToDocument()], RuleSetOf),
        new Target("server-message", [Welcome.ToByteArray()], ServerMessageOf),
        new Target("checkout-body", [CheckoutBody, AccountBody], CheckoutOf),
        new Target("checkout-document", [.. CheckoutDocuments], CheckoutDocumentOf),
        new Target("state-document", [TapDocuments.Write(new CheckoutState.InDoubt(7))], StateDocumentOf),
        new Target("saved-card", [Encoding.UTF8.GetBytes(TestCards.Born().Save())], SavedCardOf),
        new Target("tap-address", [TapAddress], TapAddressOf),
        new Target("words", ["04112233445566"u8.ToArray()], WordsOf),
    ];

    private static byte[] CheckoutBody { get; } =
        """{"currency":"USD","lines":[{"sku":"a","category":"b","quantity":1.5,"amountMinor":100}]}"""u8
            .ToArray();

    private static byte[] AccountBody { get; } =
        """{"currency":"USD","amountMinor":100,"member":"+1 (555) 010-0199"}"""u8.ToArray();

    private static IEnumerable<byte[]> CheckoutDocuments =>
        new Order[]
        {
            new Order.Sale(Basket.Of(new Loyalty.Money(100, "USD")), 5),
            new Order.Return(Guid.AllBitsSet, [new Loyalty.Programme.ReturnedLine(0, 1000)]),
            new Order.Adjustment(5, "goodwill", "Vera"),
        }.Select(order => TapDocuments.Write(new Checkout(
            Guid.AllBitsSet,
            new CheckoutRequest(order, 1, "2026-11-23T10:00:00", null, null, TimeSpan.FromMinutes(2)), "key",
            default, new CheckoutState.Waiting(), 0, 0, default)));

    private static ECDsa Headquarters { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static ContactSeal Contacts { get; } = new(
        new TrustedAuthorities(Headquarters), bytes => bytes.Fill(7));

    private static RuleSet Rules { get; } = new(
        1, 1, "USD", 100, 1000,
        [
            new Rule("base", new Effect.PerAmount(1, 100)) { On = new LineFilter { NotSkus = ["a"] } },
            new Rule("times", new Effect.Times(1500)) { When = new Conditions { Days = [DayOfWeek.Friday] } },
        ])
    {
        Redemption = new Redemption(PointsStep: 5, On: new LineFilter { Categories = ["b"] }),
    };

    private static ServerMessage Welcome { get; } = new() { Welcome = new Welcome { DurableThrough = 1 } };

    // Table 4 of AN12196, as our parameters are named.
    private static byte[] TapAddress { get; } = Encoding.ASCII.GetBytes(
        "https://tap.example/m?e=FDE4AFA99B5C820A2C1BB0F1C792D0EB&d=94592FDE69FA06E8E3B6CA686A22842B"
        + "&c=C48B89C17A233B2C");

    private static Behaviour LogRecordOf(byte[] input)
    {
        try
        {
            return Behaviour.None.And(LogRecord.Decode(input).Kind.ToString());
        }
        catch (CardForeignException no)
        {
            return Behaviour.None.And(no.Message);
        }
    }

    private static Behaviour StepsOf(byte[] input)
    {
        var pieces = Pieces.Of(input).ToList();
        var steps = pieces.Chunk(2).Where(pair => pair[0].Length > 0)
            .Select(pair => new TransactionStep(pair[0], pair.ElementAtOrDefault(1) ?? [])).ToList();
        TransactionMac.Tmi(steps);
        var content = TransactionContent.TryRead(steps);
        return Behaviour.None.And(content is null ? 0 : 1).And(content?.ValueChanges.Count ?? 0);
    }

    private static Behaviour RuleSetOf(byte[] input)
    {
        try
        {
            return Behaviour.None.And(RuleSet.FromDocument(input).Currency);
        }
        catch (FormatException no)
        {
            return Behaviour.None.And(no.Message).And(no.InnerException?.Message ?? "");
        }
    }

    private static Behaviour ServerMessageOf(byte[] input)
    {
        try
        {
            return Behaviour.None.And(ServerMessage.Parser.ParseFrom(input).ContentCase.ToString());
        }
        catch (InvalidProtocolBufferException no)
        {
            return Behaviour.None.And(no.Message);
        }
    }

    private static Behaviour CheckoutDocumentOf(byte[] input)
    {
        try
        {
            return Behaviour.None.And(TapDocuments.ReadCheckout(input).Request.Order.GetType().Name);
        }
        catch (FormatException no)
        {
            return Behaviour.None.And(no.Message);
        }
    }

    private static Behaviour StateDocumentOf(byte[] input)
    {
        try
        {
            return Behaviour.None.And(TapDocuments.ReadState(input).GetType().Name);
        }
        catch (FormatException no)
        {
            return Behaviour.None.And(no.Message);
        }
    }

    private static Behaviour CheckoutOf(byte[] input)
    {
        try
        {
            var body = JsonSerializer.Deserialize(input, TillJson.Default.CheckoutBody);
            body?.ToRequest(["counter"], Contacts);
            return Behaviour.None.And(body?.Currency ?? "");
        }
        catch (JsonException no)
        {
            return Behaviour.None.And(no.Path ?? "");
        }
        catch (ProblemException no)
        {
            return Behaviour.None.And(no.Message);
        }
    }

    private static Behaviour SavedCardOf(byte[] input)
    {
        try
        {
            return Behaviour.None.And(SimulatedCard.Load(Encoding.UTF8.GetString(input)).Uid.Length);
        }
        catch (JsonException no)
        {
            return Behaviour.None.And(no.Path ?? "");
        }
    }

    private static Behaviour TapAddressOf(byte[] input)
    {
        if (TapMessage.TryParse(Encoding.Latin1.GetString(input)) is not { } message)
            return Behaviour.None.And("malformed");
        using var root = TestCards.Root();
        using var verifier = new TapVerifier(root);
        return Behaviour.None.And(message.IsEncrypted ? 1 : 0)
            .And(verifier.Verify(message, _ => 0).GetType().Name);
    }

    private static Behaviour WordsOf(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        return Behaviour.None.And(Uid.TryParse(text, out _) ? 1 : 0)
            .And(EnrolmentToken.TryParse(text, out _) ? 1 : 0);
    }
}
