using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Rights, modes and key settings.</summary>
public sealed class AccessTests
{
    private const byte Denied = 0x9D;
    private const byte Unauthenticated = 0xAE;

    /// <summary>Opcode, header, data, and the keys of <see cref="TestCard.Rights"/> that may.</summary>
    public static TheoryData<byte, string, string, int[]> Uses => new()
    {
        { 0xAD, "02000000010000", "", [1, 2] },
        { 0xBD, "02000000010000", "", [1, 2] },
        { 0x8D, "02000000010000", "AA", [2, 3] },
        { 0x3D, "02000000010000", "AA", [2, 3] },
        { 0x6C, "03", "", [1, 2, 3] },
        { 0xDC, "03", "01000000", [1, 2, 3] },
        { 0x1C, "03", "00000000", [2, 3] },
        { 0x0C, "03", "01000000", [2] },
        { 0x8B, "04000000010000", "AA", [2, 3] },
        { 0x3B, "04000000010000", "AA", [2, 3] },
        { 0x5F, "03", "032013", [0] },
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public void A_right_is_for_the_keys_it_names_and_for_no_other(
        byte ins, string header, string data, int[] allowed)
    {
        for (var key = 0; key < 6; key++)
        {
            var reader = new TestReader(TestCard.CreateWithoutMac()).Open(key);
            if (allowed.Contains(key))
                reader.Do(ins, header, data);
            else
                Assert.Equal(Unauthenticated, reader.Refused(ins, header, data));
        }

        var stranger = new TestReader(TestCard.CreateWithoutMac()).Select();
        Assert.Equal(Unauthenticated, stranger.Refused(ins, header, data));
    }

    [Fact]
    public void A_right_that_nobody_has_is_denied()
    {
        var file = File(3, new AccessRights(0xF0, 0x1F));
        var reader = new TestReader(TestCard.Create(file));

        Assert.Equal(Denied, reader.Open(0).Refused(0x8D, "01000000010000", "AA"));
        Assert.Equal(Denied, reader.Select().Refused(0x8D, "01000000010000", "AA"));
    }

    [Fact]
    public void Free_access_in_a_session_is_plain_and_still_counts()
    {
        var file = File(3, new AccessRights(0x20, 0xEE));
        var chip = TestCard.Create(file, TestCard.Value(5));
        var reader = new TestReader(chip).Open(1);

        Assert.Equal([7, 8], reader.Do(0xAD, "01000000000000", mode: CommMode.Plain));

        Assert.Equal(1, ((Ev2Channel)chip.State.Session!).Counter);
        Assert.Equal(5, reader.GetValue());
    }

    [Fact]
    public void A_key_that_holds_the_right_uses_the_mode_of_the_file_even_where_access_is_free()
    {
        var file = File(3, new AccessRights(0x20, 0xEE));

        Assert.Equal([7, 8], new TestReader(TestCard.Create(file)).Open(2).Do(0xAD, "01000000000000"));
    }

    [Fact]
    public void A_free_get_value_needs_no_key()
    {
        var open = new TestReader(TestCard.Create(TestCard.Value(5, flags: 2))).Select();
        var closed = new TestReader(TestCard.Create(TestCard.Value(5, flags: 0))).Select();

        Assert.Equal("050000009100", open.Hex("906C0000010300"));
        Assert.Equal("91AE", closed.Hex("906C0000010300"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Both_plain_modes_are_plain(byte option)
    {
        var file = File(option, TestCard.Rights);
        var reader = new TestReader(TestCard.Create(file)).Open(1);

        Assert.Equal([7, 8], reader.Do(0xAD, "01000000000000", mode: CommMode.Plain));
    }

    [Theory]
    [InlineData(0x6F, "")]
    [InlineData(0xF5, "03")]
    [InlineData(0x45, "")]
    [InlineData(0xDF, "03")]
    [InlineData(0xCD, "1E002013040000")]
    public void Settings_09_keep_listing_and_creation_for_the_master_key(byte ins, string header)
    {
        Assert.Equal(Unauthenticated, new TestReader(TestCard.CreateWhole()).Select().Refused(ins, header));
        Assert.Equal(
            Unauthenticated,
            new TestReader(TestCard.CreateWhole()).Open(2).Refused(ins, header, mode: CommMode.Mac));
        new TestReader(TestCard.CreateWhole()).Open(0).Do(ins, header, mode: CommMode.Mac);
    }

    [Fact]
    public void Changed_settings_can_be_frozen_for_ever()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(0);
        reader.Do(0x54, "", "01");

        Assert.Equal("0186", Convert.ToHexString(reader.Do(0x45, "", mode: CommMode.Mac)));
        Assert.Equal(Denied, reader.Refused(0x54, "", "09"));
    }

    [Fact]
    public void A_wrong_key_does_not_open_a_session()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Select();
        reader.Raw("9071000002020000");

        Assert.Equal("91AE", reader.Hex("90AF000020" + new string('A', 64) + "00"));
        Assert.Null(chip.State.Session);
    }

    [Theory]
    [InlineData("9071000002060000", "9140")]           // no key 6
    [InlineData("90710000010000", "917E")]             // capabilities' length is missing
    [InlineData("907100000302010200", "919D")]         // LRP
    [InlineData("90770000010200", "919D")]             // a follower without a session
    public void A_wrong_start_of_an_authentication_is_refused(string apdu, string status) =>
        Assert.Equal(status, new TestReader(TestCard.CreateWhole()).Select().Hex(apdu));

    [Fact]
    public void Capabilities_of_the_reader_are_echoed()
    {
        var key = new byte[16];
        using var cipher = new AesCmac(key);
        var handshake = new Ev2Handshake(0, key, rndB: new byte[16]) { ReaderCapabilities = [1, 2, 3, 4] };
        var proof = cipher.EncryptCbc(new byte[32], iv: new byte[16]);

        var answer = handshake.Finish(TestCard.CreateWhole().State, proof);

        var plain = cipher.DecryptCbc(answer.Content.Span, iv: new byte[16]);
        Assert.Equal("000000000000" + "010203040000", Convert.ToHexString(plain[20..]));
    }

    [Fact]
    public void A_start_with_capabilities_is_accepted() =>
        Assert.EndsWith(
            "91AF",
            new TestReader(TestCard.CreateWhole()).Select().Hex("9071 0000 06 02 04 01000000 00"),
            StringComparison.Ordinal);

    private static StandardFile File(byte option, AccessRights rights) =>
        new() { Number = 1, Option = option, Rights = rights, Content = [7, 8] };
}
