namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>What chips say of themselves, and what their factory says of them.</summary>
public sealed class ProductTests
{
    private const string Production = "041122334455665CC200000114269100";

    [Theory]
    [InlineData("04010101001805", ChipFamily.DesfireEv1, 4096)]
    [InlineData("04010112001605", ChipFamily.DesfireEv2, 2048)]
    [InlineData("04010122001C05", ChipFamily.DesfireEv2, 16384)]
    [InlineData("04010133001A05", ChipFamily.DesfireEv3, 8192)]
    [InlineData("04080130001305", ChipFamily.DesfireLight, 512)]
    [InlineData("04040230001105", ChipFamily.Ntag424Dna, 256)]
    [InlineData("04040830001105", ChipFamily.Ntag424Dna, 256)]
    [InlineData("048101330018FF", ChipFamily.Unknown, 4096)] // a microcontroller that plays one
    [InlineData("05010133001805", ChipFamily.Unknown, 4096)] // another vendor
    [InlineData("040101A0001805", ChipFamily.Unknown, 4096)]
    [InlineData("04010133003F05", ChipFamily.DesfireEv3, 0)]
    public void A_chip_is_known_by_its_hardware(string hardware, ChipFamily family, int storage)
    {
        var card = new ScriptedCard(
            "> 9060000000", $"< {hardware}91AF",
            "> 90AF000000", "< 0401010300180591AF",
            "> 90AF000000", $"< {Production}");

        var version = ChipVersion.Read(card);

        Assert.Equal(new ChipVersion(family, storage, Example.Uid), version);
    }

    [Theory]
    [InlineData(ChipFamily.DesfireEv1, false, false)]
    [InlineData(ChipFamily.DesfireEv2, true, false)]
    [InlineData(ChipFamily.DesfireEv3, true, true)]
    [InlineData(ChipFamily.DesfireLight, false, false)]
    [InlineData(ChipFamily.Ntag424Dna, false, true)]
    [InlineData(ChipFamily.Unknown, false, false)]
    public void Only_what_can_keep_points_is_issued_for_points(ChipFamily family, bool value, bool phones)
    {
        var version = new ChipVersion(family, 4096, Example.Uid);

        AssertRefusedUnless(value, version.MustHoldValue);
        AssertRefusedUnless(phones, version.MustAnswerPhones);
    }

    [Fact]
    public void The_simulated_chip_is_an_EV3()
    {
        var version = ChipVersion.Read(new ChipInReader(Example.Uid));

        Assert.Equal(new ChipVersion(ChipFamily.DesfireEv3, 4096, Example.Uid), version);
    }

    [Fact]
    public void An_answer_that_does_not_end_is_no_DESFires()
    {
        var foreign = Assert.Throws<CardForeignException>(
            () => ChipVersion.Read(new AnsweringCard("0401010100180591AF")));

        Assert.Equal(CardForeignReason.NotDesfire, foreign.Reason);
    }

    /// <summary>9190 is what AN12343 and chips answer, 9100 what the data sheet of NTAG 424 prints.</summary>
    [Theory]
    [InlineData("9190")]
    [InlineData("9100")]
    public void A_published_signature_is_its_keys_and_no_others(string end)
    {
        var vectors = Vectors.Open("originality.json");
        var vector = vectors.GetProperty("signatures")[0];
        var uid = Uid.FromBytes(vector.Bytes("uid"));
        var card = new ScriptedCard("> 903C0000010000", $"< {vector.Text("signature")}{end}");

        Assert.Same(OriginalityKey.NxpNtag424Dna, Originality.Check(card, uid, Originality.NxpKeys));

        var signature = new OriginalitySignature(vector.Bytes("signature"));
        foreach (var key in vectors.GetProperty("keys").EnumerateArray())
        {
            var trusted = new OriginalityKey(key.Text("name"), key.Text("point"));
            Assert.Equal(key.Text("name") == vector.Text("key"), trusted.Signed(uid, signature));
        }
    }

    [Fact]
    public void The_published_keys_are_those_of_the_vectors()
    {
        var vector = Vectors.Open("originality.json").GetProperty("signatures")[0];
        var uid = Uid.FromBytes(vector.Bytes("uid"));
        var others = Originality.NxpKeys.Except([OriginalityKey.NxpNtag424Dna]);

        Assert.Null(Originality.FindSigner(uid, new OriginalitySignature(vector.Bytes("signature")), others));
        Assert.Equal(3, Originality.NxpKeys.Count);
    }

    [Fact]
    public void One_flipped_bit_in_a_signature_or_a_uid_breaks_it()
    {
        var vector = Vectors.Open("originality.json").GetProperty("signatures")[0];
        byte[] both = [.. vector.Bytes("uid"), .. vector.Bytes("signature")];
        for (var bit = 0; bit < 8 * both.Length; bit++)
        {
            var flipped = both.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.False(OriginalityKey.NxpNtag424Dna.Signed(
                Uid.FromBytes(flipped.AsSpan(0, 7)), new OriginalitySignature(flipped.AsSpan(7))));
        }
    }

    [Theory]
    [InlineData("02B304DC4C615F5326FE9383DDEC9AA892DF3A57FA7FFB3276192BC0EA")]
    [InlineData("04B304DC4C615F5326FE9383DDEC9AA892DF3A57FA7FFB3276192BC0EA")]
    [InlineData("")]
    public void A_key_that_is_no_point_of_the_curve_is_never_made(string point) =>
        Assert.Throws<ArgumentException>(() => new OriginalityKey("wrong", point));

    private static void AssertRefusedUnless(bool can, Action must)
    {
        if (can)
        {
            must();
            return;
        }

        var foreign = Assert.Throws<CardForeignException>(must);
        Assert.Equal(CardForeignReason.UnsuitableProduct, foreign.Reason);
    }
}
