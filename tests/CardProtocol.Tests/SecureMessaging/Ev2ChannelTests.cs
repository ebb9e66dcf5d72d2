using System.Text.Json;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Single commands in sessions, as NXP's notes print them.</summary>
public sealed class Ev2ChannelTests
{
    public static TheoryData<string, string> Commands =>
        Vectors.Sections("commands", "an12343.json", "an12196.json", "desfire-computed.json");

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_is_protected_as_published(string file, string section)
    {
        var vector = Vectors.Find(file, "commands", section);
        var card = new ScriptedCard(vector.Lines("exchange"));
        using var channel = Open(card, vector);

        var answer = channel.Execute(Raw(vector));

        Assert.Equal(vector.Text("answerData"), answer);
        Assert.Equal(vector.GetProperty("counter").GetUInt16() + 1, channel.Counter);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_chain_of_a_cryptogram_begins_as_published(string file, string section)
    {
        var vector = Vectors.Find(file, "commands", section);
        var counter = vector.GetProperty("counter").GetUInt16();

        if (vector.TryGetProperty("commandIv", out var iv))
            Assert.Equal(iv.GetString(), Iv(vector, [0xA5, 0x5A], counter));
        if (vector.TryGetProperty("answerIv", out iv))
            Assert.Equal(iv.GetString(), Iv(vector, [0x5A, 0xA5], (ushort)(counter + 1)));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void One_flipped_bit_in_an_answer_ends_the_session(string file, string section)
    {
        var vector = Vectors.Find(file, "commands", section);
        var answerBits = 8 * (Convert.FromHexString(vector.Lines("exchange")[1][2..]).Length - 2);
        for (var bit = 0; bit < answerBits; bit++)
        {
            var card = new ScriptedCard(vector.Lines("exchange")) { FlippedBit = bit };
            using var channel = Open(card, vector);

            Assert.Throws<CardNotTrustedException>(() => channel.Execute(Raw(vector)));
            Assert.Throws<ObjectDisposedException>(() => channel.Execute(Raw(vector)));
        }
    }

    [Fact]
    public void The_typed_commands_have_the_published_bytes()
    {
        const string light = "an12343.json";
        using var zero = CardKey.Factory();
        using var key = new CardKey(0, Convert.FromHexString("01234567890123456789012345678901"));
        using var other = new CardKey(1, Convert.FromHexString("F3847D627727ED3BC9C4CC050489B966"));
        using var transactionMac = new CardKey(1, Convert.FromHexString("F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF"));
        var content = Convert.FromHexString(new string('2', 50));
        var (plain, mac, full) = (CommMode.Plain, CommMode.Mac, CommMode.Full);
        var rights = new AccessRights(Read: 1, Write: 0xF, ReadWrite: 1, Change: 0);

        Replay(light, "table 23: WriteData", new WriteData(new FileRef(0, mac), 0, content));
        Replay(light, "table 24: ReadData", new ReadData(new FileRef(0, mac), 0, 0x30));
        Replay(light, "table 25: WriteData", new WriteData(new FileRef(0, full), 0, content));
        Replay(light, "table 35: GetValue", new GetValue(CardLayout.Points));
        Replay(light, "table 36: Credit", new Credit(CardLayout.Points, 0x99));
        Replay(light, "table 39: ChangeKey of another key", new ChangeKey(CardKeyNumber.Enquiry, zero, key));
        Replay(
            "an12196.json", "table 26: ChangeKey of another key",
            new ChangeKey(CardKeyNumber.Sale, zero, other));
        Replay(
            "desfire-computed.json", "CreateTransactionMACFile",
            new CreateTransactionMACFile(new FileRef(0xF, plain), rights, transactionMac));
    }

    [Theory]
    [InlineData("< 91AE", typeof(CardRefusedException))]
    [InlineData("< 9100", typeof(CardNotTrustedException))]
    [InlineData("< 004E9100", typeof(CardNotTrustedException))]
    [InlineData("< 6700", typeof(CardForeignException))]
    public void An_answer_without_proof_ends_the_session(string answer, Type thrown)
    {
        var vector = Vectors.Find("an12343.json", "commands", "table 35: GetValue");
        using var channel = Open(new ScriptedCard(vector.Lines("exchange")[0], answer), vector);

        Assert.Throws(thrown, () => channel.Execute(Raw(vector)));
        Assert.Throws<ObjectDisposedException>(() => channel.Execute(Raw(vector)));
    }

    [Theory]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("01020304810000000000000000000000")]
    [InlineData("01020304800000000000000000000001")]
    public void Padding_that_is_wrong_under_a_right_MAC_ends_the_session(string padded)
    {
        var plain = Convert.FromHexString(padded);
        using var cipher = new AesBlocks(new byte[16]);
        using var cmac = new AesCmac(new byte[16]);
        byte[] iv = [0x5A, 0xA5, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        cipher.Encrypt(iv);
        cipher.EncryptCbc(iv, plain);
        var mac = new byte[AesCmac.ShortLength];
        cmac.ComputeShort([0, 1, 0, 0, 0, 0, 0, .. plain], mac);
        var card = new AnsweringCard(Convert.ToHexString(plain) + Convert.ToHexString(mac) + "9100");
        using var channel = new Ev2Channel(card, new byte[4], counter: 0, new byte[32]);

        var untrusted = Assert.Throws<CardNotTrustedException>(
            () => channel.Execute(new RawCommand(0x6C, CommMode.Full, [3], [])));

        Assert.Equal("The padding of the answer is wrong.", untrusted.Message);
    }

    [Fact]
    public void A_plain_command_carries_no_MAC_and_counts()
    {
        var card = new ScriptedCard("> 906F000002010200", "< 0A0B9100");
        using var channel = new Ev2Channel(card, new byte[4], counter: 0, new byte[32]);

        var answer = channel.Execute(new RawCommand(0x6F, CommMode.Plain, [1], [2]));

        Assert.Equal("0A0B", answer);
        Assert.Equal(1, channel.Counter);
    }

    [Fact]
    public void Changing_the_sessions_own_key_ends_the_session()
    {
        var vector = Vectors.Find("an12343.json", "commands", "table 35: GetValue");
        var card = new AnsweringCard("9100");
        using var channel = Open(card, vector);
        using var key = CardKey.Factory();

        channel.Execute(new ChangeKey(CardKeyNumber.Issuer, Old: null, key));

        Assert.Throws<ObjectDisposedException>(() => channel.Execute(Raw(vector)));
    }

    [Fact]
    public void The_checksum_of_a_key_is_the_published_one()
    {
        var checksums = Vectors.Open("desfire-computed.json").GetProperty("checksums");
        foreach (var vector in checksums.EnumerateArray())
        {
            var written = new ByteWriter(new byte[4]);

            written.UInt32(Crc32.Of(vector.Bytes("input")));

            Assert.Equal(vector.Text("crc"), Convert.ToHexString(written.Written));
        }
    }

    public static TheoryData<string, string> Chains => Vectors.Sections("chains", "chaining.json");

    /// <summary>We send and take no AF frames; what is protected is the same when it goes in one.</summary>
    [Theory]
    [MemberData(nameof(Chains))]
    public void What_was_published_in_several_frames_is_protected_as_in_one(string file, string section)
    {
        var vector = Vectors.Find(file, "chains", section);
        var frames = vector.Lines("exchange").Select(line => Convert.FromHexString(line[2..])).ToList();
        byte[] body = [.. frames.Where((_, at) => at % 2 == 0).SelectMany(sent => sent.Skip(5).SkipLast(1))];
        byte[] told = [.. frames.Where((_, at) => at % 2 == 1).SelectMany(answer => answer.SkipLast(2))];
        var ins = frames[0][1];
        var isWriting = body.Length > 7 + AesCmac.ShortLength;
        var card = new ScriptedCard(
            $"> 90{ins:X2}0000{body.Length:X2}{Convert.ToHexString(body)}00",
            $"< {Convert.ToHexString(told)}9100");
        using var channel = Open(card, Vectors.Open(file), vector.GetProperty("counter").GetUInt16());

        var answer = channel.Execute(new RawCommand(
            ins, ModeOf(vector), body[..7], isWriting ? vector.Bytes("data") : []));

        Assert.Equal(isWriting ? "" : vector.Text("data"), answer);
    }

    internal static TAnswer Replay<TAnswer>(string file, string section, ICommand<TAnswer> command)
    {
        var vector = Vectors.Find(file, "commands", section);
        var card = new ScriptedCard(vector.Lines("exchange"));
        using var channel = Open(card, vector);

        var answer = channel.Execute(command);

        Assert.True(card.IsThrough);
        return answer;
    }

    private static string Iv(JsonElement vector, byte[] label, ushort counter)
    {
        using var channel = Open(new ScriptedCard(), vector);
        var iv = new byte[AesBlocks.BlockLength];
        channel.MakeIv(label, counter, iv);
        return Convert.ToHexString(iv);
    }

    private static Ev2Channel Open(ICardChannel card, JsonElement vector) =>
        Open(card, vector, vector.GetProperty("counter").GetUInt16());

    private static Ev2Channel Open(ICardChannel card, JsonElement vector, ushort counter)
    {
        // The notes leave out the encryption key where only MACs are shown.
        var encryptionKey = vector.Bytes("encryptionKey") is { Length: > 0 } key ? key : new byte[16];
        return new Ev2Channel(
            card, vector.Bytes("identifier"), counter,
            [.. encryptionKey, .. vector.Bytes("macKey")]);
    }

    private static RawCommand Raw(JsonElement vector)
    {
        var ins = Convert.FromHexString(vector.Lines("exchange")[0][2..])[1];
        return new RawCommand(ins, ModeOf(vector), vector.Bytes("header"), vector.Bytes("data"));
    }

    private static CommMode ModeOf(JsonElement vector) =>
        vector.Text("mode") == "full" ? CommMode.Full : CommMode.Mac;
}
