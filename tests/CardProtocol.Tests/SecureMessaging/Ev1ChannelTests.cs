using System.Buffers.Binary;
using System.Text.Json;
using CsCheck;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>The older channel, against recorded traffic of a real EV3.</summary>
public sealed class Ev1ChannelTests
{
    private static readonly JsonElement Recorded = Vectors.Open("ev1-aes.json");

    private static readonly List<JsonElement> Commands =
        [.. Recorded.GetProperty("commands").EnumerateArray()];

    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, Commands.Count + 1)];

    [Fact]
    public void A_whole_session_is_the_recorded_one()
    {
        var card = new ScriptedCard(Exchange(Commands.Count));

        using var channel = Open(card);

        foreach (var command in Commands)
            Assert.Equal(command.Text("answerData"), channel.Execute(Raw(command)));
        Assert.True(card.IsThrough);
    }

    [Fact]
    public void The_typed_commands_have_the_recorded_bytes()
    {
        var card = new ScriptedCard(Exchange(Commands.Count));

        using var channel = Open(card);

        Assert.Equal(new KeySettings(0x09, 0x81), channel.Execute(new GetKeySettings()));
        Assert.Equal(0, channel.Execute(new GetKeyVersion(CardKeyNumber.Issuer)));
        Assert.Empty(channel.Execute(new GetFileIDs()));
        channel.Execute(new ChangeKeySettings(0x00));
        Assert.Equal(new KeySettings(0x00, 0x81), channel.Execute(new GetKeySettings()));
    }

    [Fact]
    public void A_factory_card_takes_a_master_key_in_the_computed_bytes()
    {
        var computed = Vectors.Open("ev1-des.json");
        var commands = computed.GetProperty("commands").EnumerateArray();
        var card = new ScriptedCard(
            [.. computed.Lines("handshake"), .. commands.SelectMany(command => command.Lines("exchange"))]);
        using var key = new CardKey(1, Convert.FromHexString("101112131415161718191A1B1C1D1E1F"));

        using var channel = Ev1Handshake.TryFactoryDes(
            card, KeyNumber.PiccMaster, bytes => computed.Bytes("readerRandom").CopyTo(bytes));

        Assert.NotNull(channel);
        Assert.Equal(new KeySettings(0x0F, 0x01), channel.Execute(new GetKeySettings()));
        Assert.Equal(0, channel.Execute(new GetKeyVersion(KeyNumber.PiccMaster)));
        channel.Execute(new ChangeKeySettings(0x0B));
        channel.Execute(new ChangeKey(KeyNumber.PiccMasterAsAes, Old: null, key));
        Assert.True(card.IsThrough);
        Assert.Throws<ObjectDisposedException>(() => channel.Execute(new GetKeySettings()));
    }

    [Fact]
    public void The_chain_runs_through_every_command_as_recorded()
    {
        using var cipher = new Ev1Cipher(new AesCipher(Recorded.Bytes("sessionKey")));
        foreach (var command in Commands.Where(command => command.Text("mode") == "mac").Take(3))
        {
            cipher.Mac([Ins(command), .. command.Bytes("header")]);
            Assert.Equal(command.Text("ivAfterCommand"), Convert.ToHexString(cipher.Running));

            cipher.Mac([.. command.Bytes("answerData"), 0x00]);
            Assert.Equal(
                command.Lines("exchange")[1][2..^4],
                command.Text("answerData") + Convert.ToHexString(cipher.Running[..8]));
        }
    }

    [Fact]
    public void The_session_key_is_the_recorded_one()
    {
        var key = new byte[16];

        Ev1Handshake.DeriveSessionKey(Recorded.Bytes("readerRandom"), Recorded.Bytes("cardRandom"), key);

        Assert.Equal(Recorded.Text("sessionKey"), Convert.ToHexString(key));
    }

    [Fact]
    public void A_DES_session_key_is_the_first_quarters_of_both()
    {
        var key = new byte[8];

        Ev1Handshake.DeriveSessionKey([1, 2, 3, 4, 5, 6, 7, 8], [11, 12, 13, 14, 15, 16, 17, 18], key);

        Assert.Equal([1, 2, 3, 4, 11, 12, 13, 14], key);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void One_flipped_bit_in_an_answer_ends_the_session(int commands)
    {
        var exchange = Exchange(commands);
        var bits = 8 * (((exchange[^1].Length - 2) / 2) - 2);
        for (var bit = 0; bit < bits; bit++)
        {
            var card = new ScriptedCard(exchange) { FlippedBit = bit };
            if (commands == 0)
            {
                Assert.Throws<CardNotTrustedException>(() => Open(card));
                continue;
            }

            using var channel = Open(card);
            foreach (var command in Commands.Take(commands - 1))
                channel.Execute(Raw(command));
            var last = Raw(Commands[commands - 1]);

            Assert.Throws<CardNotTrustedException>(() => channel.Execute(last));
            Assert.Throws<ObjectDisposedException>(() => channel.Execute(last));
        }
    }

    [Fact]
    public void A_flipped_bit_in_any_answer_of_any_length_is_noticed() =>
        Gen.Select(Gen.Byte.Array[16], Gen.Byte.Array[0, 60], Gen.Int[0, 10_000]).Sample((key, data, at) =>
        {
            using var card = new Ev1Cipher(new AesCipher(key));
            card.Mac([0x45]);
            card.Mac([.. data, 0x00]);
            byte[] answer = [.. data, .. card.Running[..8]];
            var bit = at % (8 * answer.Length);
            answer[bit / 8] ^= (byte)(1 << (bit % 8));
            using var channel = new Ev1Channel(
                new AnsweringCard(Convert.ToHexString(answer) + "9100"),
                new Ev1Cipher(new AesCipher(key)));

            Assert.Throws<CardNotTrustedException>(
                () => channel.Execute(new RawCommand(0x45, CommMode.Mac, [], [])));
        });

    [Theory]
    [InlineData("< 91AE", typeof(CardRefusedException))]
    [InlineData("< 9100", typeof(CardNotTrustedException))]
    [InlineData("< 6700", typeof(CardForeignException))]
    public void An_answer_without_proof_ends_the_session(string answer, Type thrown)
    {
        var exchange = Exchange(1);
        exchange[^1] = answer;
        using var channel = Open(new ScriptedCard(exchange));

        Assert.Throws(thrown, () => channel.Execute(new GetKeySettings()));
        Assert.Throws<ObjectDisposedException>(() => channel.Execute(new GetKeySettings()));
    }

    [Theory]
    [InlineData("< 91AE")]
    [InlineData("< 919D")]
    public void A_key_of_another_type_or_value_is_no_failure(string refusal)
    {
        using var key = CardKey.Factory();

        Assert.Null(Ev1Handshake.TryAes(
            new ScriptedCard("> 90AA0000010000", refusal), key, KeyNumber.PiccMaster, Fill));
        Assert.Null(Ev1Handshake.TryFactoryDes(
            new ScriptedCard("> 901A0000010000", refusal), KeyNumber.PiccMaster, Fill));

        static void Fill(Span<byte> bytes) => bytes.Clear();
    }

    /// <summary>FIPS 81, appendix B: ECB of "Now is t".</summary>
    [Fact]
    public void DES_is_the_published_one()
    {
        using var des = new DesCipher(Convert.FromHexString("0123456789ABCDEF"));
        var block = Convert.FromHexString("4E6F772069732074");

        des.Encrypt(block);
        Assert.Equal("3FA40E8A984D4815", Convert.ToHexString(block));

        des.Decrypt(block);
        Assert.Equal("4E6F772069732074", Convert.ToHexString(block));
    }

    [Fact]
    public void A_chain_that_has_just_begun_makes_the_published_CMACs()
    {
        var rfc = Vectors.Open("rfc4493.json");
        foreach (var vector in rfc.GetProperty("macs").EnumerateArray())
        {
            using var cipher = new Ev1Cipher(new AesCipher(rfc.Bytes("key")));

            cipher.Mac(vector.Bytes("message"));

            Assert.Equal(vector.Text("mac"), Convert.ToHexString(cipher.Running));
        }
    }

    /// <summary>Over a thousand keys, of which some begin the subkeys with exactly the bit that falls
    /// out.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Its_CMACs_are_BouncyCastles(int blockLength)
    {
        var boundaries = 0;
        for (var number = 0; number < 1000; number++)
        {
            var key = new byte[blockLength];
            BinaryPrimitives.WriteInt32BigEndian(key, number << 1);
            var message = new byte[number % (2 * blockLength)];
            var other = new CMac(blockLength == DesCipher.BlockLength ? new DesEngine() : new AesEngine());
            other.Init(new KeyParameter(key));
            other.BlockUpdate(message);
            var expected = new byte[blockLength];
            other.DoFinal(expected);
            using var cipher = new Ev1Cipher(Of(key));

            cipher.Mac(message);

            Assert.Equal(expected, cipher.Running.ToArray());
            boundaries += FirstOfZeros(key) == 0x80 ? 1 : 0;
        }

        Assert.NotEqual(0, boundaries);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void What_one_side_encrypts_the_other_decrypts_in_the_same_chain(int blockLength) =>
        Gen.Select(Gen.Byte.Array[blockLength], Gen.Byte.Array[4 * blockLength]).Sample((key, message) =>
        {
            using var sender = new Ev1Cipher(Of(key));
            using var receiver = new Ev1Cipher(Of(key));
            for (var round = 0; round < 2; round++)
            {
                var blocks = message.ToArray();
                sender.Encrypt(blocks);
                Assert.Equal(blocks.AsSpan(^blockLength..), sender.Running);
                receiver.Decrypt(blocks);
                Assert.Equal(message, blocks);
                sender.Mac(message.AsSpan(0, 5));
                receiver.Mac(message.AsSpan(0, 5));
            }

            return sender.Running.SequenceEqual(receiver.Running);
        });

    private static byte FirstOfZeros(byte[] key)
    {
        using var cipher = Of(key);
        var block = new byte[cipher.Length];
        cipher.Encrypt(block);
        return block[0];
    }

    private static IBlockCipher Of(byte[] key) =>
        key.Length == DesCipher.BlockLength ? new DesCipher(key) : new AesCipher(key);

    private static Ev1Channel Open(ICardChannel card)
    {
        using var key = new CardKey(0, Recorded.Bytes("key"));
        return Ev1Handshake.TryAes(
                card, key, KeyNumber.PiccMaster, bytes => Recorded.Bytes("readerRandom").CopyTo(bytes))
            ?? throw new InvalidOperationException("Refused.");
    }

    private static string[] Exchange(int commands) =>
    [
        .. Recorded.Lines("handshake"),
        .. Commands.Take(commands).SelectMany(command => command.Lines("exchange")),
    ];

    private static byte Ins(JsonElement command) =>
        Convert.FromHexString(command.Lines("exchange")[0][2..])[1];

    private static RawCommand Raw(JsonElement command)
    {
        var mode = command.Text("mode") == "full" ? CommMode.Full : CommMode.Mac;
        return new RawCommand(Ins(command), mode, command.Bytes("header"), command.Bytes("data"));
    }
}
