using System.Globalization;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>NXP AN10922, and the keys of docs/card.md.</summary>
public sealed class KeyDiversificationTests
{
    public static TheoryData<string, string> Diversifications =>
        Vectors.Sections("diversifications", "an10922.json", "desfire-computed.json");

    [Theory]
    [MemberData(nameof(Diversifications))]
    public void Diversification_agrees_with_the_published_vectors(string file, string section)
    {
        var vector = Vectors.Find(file, "diversifications", section);
        var derived = new byte[CardKey.Length];

        KeyDiversification.Derive(vector.Bytes("master"), vector.Bytes("input"), derived);

        Assert.Equal(vector.Text("derived"), Convert.ToHexString(derived));
    }

    [Theory]
    [MemberData(nameof(Diversifications))]
    public void A_master_that_only_encrypts_derives_the_same(string file, string section)
    {
        var vector = Vectors.Find(file, "diversifications", section);
        var derived = new byte[CardKey.Length];

        KeyDiversification.Derive(Encrypting(vector.Bytes("master")), vector.Bytes("input"), derived);

        Assert.Equal(vector.Text("derived"), Convert.ToHexString(derived));
    }

    [Fact]
    public void A_short_input_is_not_simply_MACed()
    {
        var vector = Vectors.Find(
            "desfire-computed.json", "diversifications", "short input: the UID only");
        using var cmac = new AesCmac(vector.Bytes("master"));
        var mac = new byte[AesCmac.Length];

        cmac.Compute([0x01, .. vector.Bytes("input")], mac);

        Assert.Equal(vector.Text("cmacInstead"), Convert.ToHexString(mac));
        Assert.NotEqual(vector.Text("derived"), vector.Text("cmacInstead"));
    }

    [Fact]
    public void Each_key_of_a_card_is_the_one_laid_down()
    {
        var vector = Vectors.Open("member-card.json");
        var uid = Uid.FromBytes(vector.Bytes("uid"));
        foreach (var expected in vector.GetProperty("keys").EnumerateArray())
        {
            var number = (CardKeyNumber)expected.GetProperty("number").GetByte();
            using var master = new MasterKey(number, 1, expected.Bytes("master"));
            using var elsewhere = new MasterKey(number, 1, Encrypting(expected.Bytes("master")));

            using var key = master.DeriveFor(uid);
            using var same = elsewhere.DeriveFor(uid);

            Assert.Equal(expected.Text("derived"), Convert.ToHexString(key.Bytes));
            Assert.Equal(expected.Text("derived"), Convert.ToHexString(same.Bytes));
            Assert.Equal(master.CheckValue(), elsewhere.CheckValue());
        }
    }

    [Fact]
    public void The_key_of_a_terminal_is_the_one_laid_down()
    {
        var expected = Vectors.Open("member-card.json").GetProperty("readerIdKey");
        var terminal = expected.GetProperty("terminal").GetUInt32();
        var copied = new byte[ReaderIdKey.Length];

        using var key = ReaderIdKey.Derive(expected.Bytes("master"), terminal);
        using var same = ReaderIdKey.Derive(Encrypting(expected.Bytes("master")), terminal);

        key.CopyTo(copied);
        Assert.Equal(expected.Text("derived"), Convert.ToHexString(copied));
        same.CopyTo(copied);
        Assert.Equal(expected.Text("derived"), Convert.ToHexString(copied));
    }

    [Fact]
    public void A_reader_id_is_signed_as_laid_down()
    {
        var vector = Vectors.Open("member-card.json");
        var expected = vector.GetProperty("readerId");
        using var key = new ReaderIdKey(vector.GetProperty("readerIdKey").Bytes("derived"));
        var uid = Uid.FromBytes(vector.Bytes("uid"));
        var bytes = new byte[ReaderId.Length];

        var id = key.Sign(uid, terminal: 9, sequence: 1234, n: 2);

        id.CopyTo(bytes);
        Assert.Equal(expected.Text("bytes"), Convert.ToHexString(bytes));
        Assert.Equal(id, ReaderId.FromBytes(bytes));
        Assert.True(key.Verify(id, uid, n: 2));
    }

    [Fact]
    public void A_reader_id_is_good_for_one_card_one_counter_and_one_entry()
    {
        using var key = new ReaderIdKey(new byte[ReaderIdKey.Length]);
        var uid = Uid.FromBytes([4, 1, 2, 3, 4, 5, 6]);

        var id = key.Sign(uid, terminal: 9, sequence: 1234, n: 2);

        Assert.False(key.Verify(id, uid, n: 3));
        Assert.False(key.Verify(id, Uid.FromBytes([4, 1, 2, 3, 4, 5, 7]), n: 2));
        Assert.False(key.Verify(id with { Sequence = 1235 }, uid, n: 2));
        Assert.False(key.Verify(id with { Terminal = 8 }, uid, n: 2));
    }

    [Theory]
    [InlineData("04112233445566", true)]
    [InlineData("04a1b2c3d4e5f6", true)]
    [InlineData("0411223344556", false)]
    [InlineData("0411223344556677", false)]
    [InlineData(" 4112233445566", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_uid_is_fourteen_hex_digits(string? text, bool valid)
    {
        Assert.Equal(valid, Uid.TryParse(text, out var uid));
        Assert.Equal(valid ? text?.ToUpper(CultureInfo.InvariantCulture) : "00000000000000", uid.ToString());
    }

    [Fact]
    public void A_log_sees_the_end_of_a_uid_only() =>
        Assert.Equal("…5566", Uid.FromBytes([4, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66]).Masked);

    // As a token does.
    private static EncryptBlocks Encrypting(byte[] key) => (blocks, encrypted) =>
    {
        using var aes = new AesBlocks(key);
        blocks.CopyTo(encrypted);
        aes.EncryptCbc(stackalloc byte[AesBlocks.BlockLength], encrypted[..blocks.Length]);
    };
}
