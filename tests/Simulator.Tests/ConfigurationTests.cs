using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Faults;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>SetConfiguration of the card as a whole, and the factory's signature.</summary>
public sealed class ConfigurationTests
{
    private const string ReadUid = "FFCA000000";
    private const string Sign = "903C 0000 01 00 00";
    private const string SelectCard = "905A 0000 03 000000 00";

    private readonly DesfireChip _chip = TestCard.CreateWhole();
    private readonly TestReader _reader;

    public ConfigurationTests()
    {
        _chip.Memory.Keys[0] = TestCard.AesKey(TestCard.Key(9));
        _reader = new TestReader(_chip);
    }

    [Fact]
    public void A_random_id_is_another_at_each_activation_and_hides_the_UID()
    {
        Set("00", "02");
        Assert.Equal("04A1B2C3D4E5F69000", _reader.Hex(ReadUid));

        _chip.Reset();
        var first = _reader.Hex(ReadUid);
        var again = _reader.Hex(ReadUid);
        _chip.Reset();
        var second = _reader.Hex(ReadUid);

        Assert.Equal(12, first.Length);
        Assert.StartsWith("08", first, StringComparison.Ordinal);
        Assert.Equal(first, again);
        Assert.NotEqual(first, second);
        _reader.Raw("9060000000");
        _reader.Raw("90AF000000");
        Assert.StartsWith("000000000000005C", _reader.Hex("90AF000000"), StringComparison.Ordinal);
        Assert.Equal("910B", _reader.Hex(Sign));
        Assert.Equal(TestCard.Uid, _reader.Open(1).Do(0x51, ""));
        Assert.Equal(56, _reader.Open(1).Do(0x3C, "00", status: Status.SignatureOk).Length);
    }

    [Fact]
    public void What_is_decided_for_the_card_stays()
    {
        Set("00", "03");
        Assert.Equal("919D", Refused("00", "02"));
        Assert.Equal("919D", Refused("00", "01"));
        Set("00", "03");

        OpenCard();
        Assert.Equal(0x9D, _reader.Refused(0xFC, ""));
        Assert.Equal(3, ChipMemory.Load(_chip.Memory.Save()).Configuration.Card);
        Assert.Single(_chip.Memory.Applications);
    }

    [Theory]
    [InlineData("00", "04", "919E")]                  // proximity check, not offered
    [InlineData("00", "0000", "917E")]
    [InlineData("02", "0575778102", "9100")]
    [InlineData("02", "067577810280", "9100")]
    [InlineData("02", "0675778102", "919E")]          // longer than it is
    [InlineData("02", "057077", "919E")]
    [InlineData("02", "0370AA", "919E")]              // frames of 16 bytes
    [InlineData("02", "0375AA", "919E")]              // interface bytes missing
    [InlineData("02", "02F5", "919E")]
    [InlineData("02", "02", "917E")]
    [InlineData("03", "20", "9100")]
    [InlineData("03", "202020", "917E")]
    [InlineData("04", "0700", "9100")]
    [InlineData("04", "0800", "919E")]
    [InlineData("04", "01", "917E")]
    [InlineData("05", "00000000000000000001", "9100")]
    [InlineData("05", "00000000020000000000", "919D")] // LRP
    [InlineData("05", "00", "917E")]
    [InlineData("06", "A0000001", "9100")]
    [InlineData("06", "A000000102030405060708090A0B0C0D0E", "917E")]
    [InlineData("0C", "0344", "9100")]
    [InlineData("0C", "03", "917E")]
    [InlineData("0F", "00", "919E")]
    public void Options_are_checked(string option, string value, string status)
    {
        if (status == "9100")
            Set(option, value);
        else
            Assert.Equal(status, Refused(option, value));
    }

    [Fact]
    public void Only_key_0_of_the_card_decides()
    {
        Assert.Equal("91AE", _reader.Hex("905C 0000 02 00 02 00"));
        Assert.Equal(0x9D, _reader.Open(0).Refused(0x5C, "00", "02"));
        Assert.Equal("917E", _reader.Select().Hex("905C 0000 01 00 00"));
    }

    [Fact]
    public void An_ATS_of_its_own_shows_in_the_ATR()
    {
        Assert.Equal("3B8180018080", Convert.ToHexString(_chip.Atr));

        Set("02", "0875778102C1C2C3");

        Assert.Equal("0875778102C1C2C39000", _reader.Hex("FFCA010000"));
        Assert.Equal("3B838001C1C2C3C2", Convert.ToHexString(_chip.Atr));
        Assert.Equal(
            Convert.ToHexString(_chip.Atr),
            Convert.ToHexString(SimulatedCard.Load(_chip.Save()).Atr));
    }

    [Fact]
    public void The_card_is_found_by_the_name_it_was_given()
    {
        Set("06", "A0000001");

        Assert.Equal("9000", _reader.Hex("00A4 0400 04 A0000001"));
        Assert.Null(_chip.State.Selected);
    }

    [Fact]
    public void Writes_in_several_frames_can_be_turned_off()
    {
        Set("04", "0400");
        _reader.Open(3).Do(0x8D, "02000000010000", "AA");
        var command = _reader.Open(3).Wrap(
            0x3D, Convert.FromHexString("02000000300000"), new byte[48], CommMode.Full);

        Assert.Equal("919D", _reader.Hex($"903D0000 14 {Convert.ToHexString(command.AsSpan(5, 20))} 00"));
    }

    [Fact]
    public void Sessions_of_older_generations_can_be_turned_off()
    {
        Set("04", "0100");
        Assert.True(_chip.Memory.Configuration.Disables(0x0A));
        Assert.False(_chip.Memory.Configuration.Disables(0xAA));
        Set("04", "0200");
        Assert.True(_chip.Memory.Configuration.Disables(0x0A));
        Assert.True(_chip.Memory.Configuration.Disables(0x1A));
        Assert.True(_chip.Memory.Configuration.Disables(0xAA));
        Assert.False(_chip.Memory.Configuration.Disables(0x71));
    }

    [Fact]
    public void A_NTAG_takes_the_random_id_and_no_options_of_cards()
    {
        var chip = DesfireChip.Factory("ntag424", TestCard.Uid, TestCard.Counting());
        var reader = new TestReader(chip);
        Open();
        reader.Do(0x5C, "00", "02");
        foreach (var (option, value) in new[] { ("00", "03"), ("02", "067577810280"), ("0C", "0344") })
        {
            Open();
            Assert.Equal(0x9E, reader.Refused(0x5C, option, value));
        }

        chip.Reset();
        Assert.Equal(12, reader.Hex(ReadUid).Length);
        Open();
        Assert.Equal(TestCard.Uid, reader.Do(0x51, ""));

        void Open()
        {
            reader.Raw("00A4 040C 07 D2760000850101");
            reader.Authenticate(0, new byte[16]);
        }
    }

    [Theory]
    [InlineData("ev3-2k")]
    [InlineData("ev3-4k")]
    [InlineData("ntag424")]
    public void The_test_key_signed_the_UID(string profile)
    {
        var reader = new TestReader(DesfireChip.Factory(profile, TestCard.Uid, TestCard.Counting()));

        var answer = reader.Raw(Sign);

        Assert.Equal("9190", Convert.ToHexString(answer[^2..]));
        Assert.True(Verifies(OriginalityTestKey.PublicPoint, TestCard.Uid, answer[..^2]));
        Assert.Equal(Convert.ToHexString(answer), reader.Hex(Sign));
        Assert.Equal("919E", reader.Hex("903C 0000 01 01 00"));
        Assert.Equal("917E", reader.Hex("903C 0000 00"));
    }

    [Fact]
    public void The_published_signature_is_on_the_same_curve_and_the_test_key_is_no_factorys()
    {
        var published = Vectors.Read("originality.json");
        var vector = published.GetProperty("signatures")[0];
        var key = published.GetProperty("keys").EnumerateArray()
            .Single(candidate => candidate.Text("name") == vector.Text("key"));

        Assert.True(Verifies(key.Text("point"), vector.Bytes("uid"), vector.Bytes("signature")));
        foreach (var factory in published.GetProperty("keys").EnumerateArray())
        {
            var ours = OriginalityTestKey.Sign(TestCard.Uid);
            Assert.False(Verifies(factory.Text("point"), TestCard.Uid, ours));
        }
    }

    [Fact]
    public void The_public_point_belongs_to_the_private_key()
    {
        var curve = CustomNamedCurves.GetByName("secp224r1");
        var point = curve.G.Multiply(new BigInteger(OriginalityTestKey.PrivateKey, 16)).Normalize();

        Assert.Equal(OriginalityTestKey.PublicPoint, Convert.ToHexString(point.GetEncoded(false)));
    }

    private static bool Verifies(string point, byte[] uid, byte[] signature)
    {
        var curve = CustomNamedCurves.GetByName("secp224r1");
        var verifier = new ECDsaSigner();
        verifier.Init(false, new ECPublicKeyParameters(
            curve.Curve.DecodePoint(Convert.FromHexString(point)), new ECDomainParameters(curve)));
        return verifier.VerifySignature(
            uid, new BigInteger(1, signature, 0, 28), new BigInteger(1, signature, 28, 28));
    }

    private void OpenCard()
    {
        _reader.Raw(SelectCard);
        _reader.Authenticate(0, TestCard.Key(9));
    }

    private void Set(string option, string value)
    {
        OpenCard();
        _reader.Do(0x5C, option, value);
    }

    private string Refused(string option, string value)
    {
        OpenCard();
        return $"91{_reader.Refused(0x5C, option, value):X2}";
    }
}
