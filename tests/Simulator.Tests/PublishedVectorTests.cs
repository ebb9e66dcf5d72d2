using System.Buffers.Binary;
using System.Text.Json;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>The chip's side of every exchange in tests/vectors.</summary>
public sealed class PublishedVectorTests
{
    public static TheoryData<string, int> Handshakes => Rows("handshakes", "an12343.json", "an12196.json");

    public static TheoryData<string, int> Commands =>
        Rows("commands", "an12343.json", "an12196.json", "desfire-computed.json");

    public static TheoryData<string, int> TransactionMacs => Rows("transactionMacs", "desfire-computed.json");

    public static TheoryData<string, int> Chains => Rows("chains", "chaining.json");

    [Fact]
    public void Cmac_agrees_with_rfc_4493()
    {
        var vectors = Vectors.Read("rfc4493.json");
        using var cmac = new AesCmac(vectors.Bytes("key"));

        foreach (var vector in vectors.GetProperty("macs").EnumerateArray())
            Assert.Equal(vector.Bytes("mac"), cmac.Compute(vector.Bytes("message")));
    }

    [Fact]
    public void The_checksum_of_change_key_agrees_with_the_published_values()
    {
        var checksums = Vectors.Read("desfire-computed.json").GetProperty("checksums");

        foreach (var vector in checksums.EnumerateArray())
        {
            var published = BinaryPrimitives.ReadUInt32LittleEndian(vector.Bytes("crc"));
            Assert.Equal(published, Crc32.Compute(vector.Bytes("input")));
        }
    }

    [Theory]
    [MemberData(nameof(Handshakes))]
    public void A_published_handshake_replays(string file, int index)
    {
        var vector = Vectors.Read(file).GetProperty("handshakes")[index];
        var handshake = new Ev2Handshake(0, vector.Bytes("key"), vector.Bytes("cardRandom"))
        {
            Continues = vector.Text("command") == "AuthenticateEV2First"
                ? null
                : (vector.Bytes("identifier"), (ushort)vector.Number("counter")),
        };
        var card = TestCard.Create(TestCard.Playing(vector.Bytes("identifier"))).State;
        var exchange = vector.Exchange();

        var challenge = handshake.Challenge();
        var answer = handshake.Finish(card, exchange[2].AsSpan(5..^1));

        Assert.Equal(exchange[1][..^2], challenge.Content.ToArray());
        Assert.Equal(exchange[3][..^2], answer.Content.ToArray());
        Assert.Equal(vector.Number("counter"), ((Ev2Channel)card.Session!).Counter);
        var keys = Ev2SessionKeys.Derive(
            vector.Bytes("key"), vector.Bytes("readerRandom"), vector.Bytes("cardRandom"));
        AssertSameKey(vector.Bytes("encryptionKey"), keys.Encryption);
        AssertSameKey(vector.Bytes("macKey"), keys.Mac);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_published_command_opens_and_its_answer_seals(string file, int index)
    {
        var vector = Vectors.Read(file).GetProperty("commands")[index];
        var exchange = vector.Exchange();
        using var channel = Vectors.Channel(vector, vector.Number("counter"));
        var header = vector.Bytes("header");

        var body = channel.Open(exchange[0][1], exchange[0].AsSpan(5..^1), header.Length, vector.Mode());
        var answer = channel.Seal(vector.Bytes("answerData"), vector.Mode(), Status.Ok);

        Assert.Equal([.. header, .. vector.Bytes("data")], body);
        Assert.Equal(exchange[1][..^2], answer);
    }

    [Theory]
    [MemberData(nameof(TransactionMacs))]
    public void A_transaction_gives_the_computed_mac(string file, int index)
    {
        var vector = Vectors.Read(file).GetProperty("transactionMacs")[index];
        var mac = MacFile(vector);
        var card = TestCard.Create(mac).State;
        vector.Bytes("uid").CopyTo(card.Memory.Uid, 0);
        card.Select(card.Memory.Applications[0]);

        foreach (var step in vector.GetProperty("steps").EnumerateArray())
            Take(card, mac, step);

        Assert.Equal(vector.Bytes("tmi"), card.Transaction.MacInput.ToArray());
        TransactionMac.Close(card, mac);
        Assert.Equal(vector.Bytes("tmv"), mac.LastValue);
        Assert.Equal((uint)vector.Number("tmc"), mac.Counter);
    }

    [Fact]
    public void Transaction_session_keys_agree_with_the_proxmark_client()
    {
        var vector = Vectors.Read("desfire-computed.json").GetProperty("transactionMacSessionKeys")[0];
        var file = MacFile(vector);

        using var mac = TransactionMac.SessionKey(file, vector.Bytes("uid"), 0x5A);
        using var encryption = TransactionMac.SessionKey(file, vector.Bytes("uid"), 0xA5);

        AssertSameKey(vector.Bytes("macSessionKey"), mac);
        AssertSameKey(vector.Bytes("encryptionSessionKey"), encryption);
    }

    [Theory]
    [MemberData(nameof(Chains))]
    public void A_chain_of_frames_replays(string file, int index)
    {
        var vectors = Vectors.Read(file);
        var vector = vectors.GetProperty("chains")[index];
        var content = vector.Mode() == CommMode.Mac ? vector.Bytes("data") : new byte[80];
        var backing = new StandardFile
        {
            Number = 2,
            Option = (byte)(vector.Mode() == CommMode.Mac ? 1 : 3),
            Rights = new AccessRights(0x00, 0x00),
            Content = content,
        };
        var chip = TestCard.Create(backing);
        new TestReader(chip).Select();
        chip.State.Begin(Vectors.Channel(vectors, vector.Number("counter")));

        foreach (var pair in vector.Exchange().Chunk(2))
            Assert.Equal(Convert.ToHexString(pair[1]), Convert.ToHexString(chip.Transmit(pair[0])));

        Assert.Equal(vector.Bytes("data"), backing.Content[..vector.Bytes("data").Length]);
    }

    [Fact]
    public void The_golden_purchase_replays_from_handshake_to_proof()
    {
        var vector = Vectors.Read("desfire-computed.json").GetProperty("purchase");
        var records = new RecordFile
        {
            Number = 3,
            Option = 3,
            Rights = new AccessRights(0x20, 0x22),
            Cyclic = true,
            RecordLength = 32,
            RecordsMost = 3,
        };
        var value = new ValueFile
        {
            Number = 2,
            Option = 3,
            Rights = new AccessRights(0x20, 0x22),
            Lower = 0,
            Upper = 50000,
            Value = vector.Number("balance"),
            Flags = 0,
        };
        var mac = MacFile(vector);
        var chip = TestCard.Create(
            TestCard.Playing(vector.Bytes("cardRandom"), vector.Bytes("identifier")), value, records, mac);
        chip.Memory.Applications[0].Keys[2] = TestCard.AesKey(vector.Bytes("key"));
        new TestReader(chip).Select();

        foreach (var pair in vector.Exchange().Chunk(2))
            Assert.Equal(Convert.ToHexString(pair[1]), Convert.ToHexString(chip.Transmit(pair[0])));

        Assert.Equal(950, value.Value);
        Assert.Equal(vector.Bytes("record"), Assert.Single(records.Records));
        Assert.Equal(1u, mac.Counter);
        Assert.Equal(vector.Bytes("readerId"), mac.PreviousReaderId);
    }

    private static void Take(ChipState card, TransactionMacFile mac, JsonElement step)
    {
        var (header, data) = (step.Bytes("header"), step.Bytes("data"));
        if (header[0] == 0xC8)
            Assert.Equal(data[16..], TransactionMac.TakeReaderId(card, mac, data.AsSpan(..16)));
        else if (header.Length == 2)
            TransactionMac.Take(card, mac, [.. header, .. data], []);
        else
            TransactionMac.Take(card, mac, header, data);
    }

    private static TransactionMacFile MacFile(JsonElement vector) => new()
    {
        Number = 5,
        Option = 1,
        Rights = new AccessRights(0x20, 0x1F),
        Key = vector.Bytes("transactionMacKey"),
        KeyVersion = 1,
        Counter = (uint)vector.Number("tmc") - 1,
        PreviousReaderId = vector.TryGetProperty("previousReaderId", out _)
            ? vector.Bytes("previousReaderId")
            : new byte[16],
    };

    private static void AssertSameKey(byte[] expected, AesCmac actual)
    {
        using var reference = new AesCmac(expected);
        Assert.Equal(reference.Compute([1, 2, 3]), actual.Compute([1, 2, 3]));
    }

    private static TheoryData<string, int> Rows(string list, params string[] files)
    {
        var rows = new TheoryData<string, int>();
        foreach (var file in files)
        {
            for (var i = 0; i < Vectors.Read(file).GetProperty(list).GetArrayLength(); i++)
                rows.Add(file, i);
        }

        return rows;
    }
}
