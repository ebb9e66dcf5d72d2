using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Creating and deleting on a factory-fresh card.</summary>
public sealed class ApplicationAndFileTests
{
    private readonly DesfireChip _chip = DesfireChip.Factory("ev3-4k", TestCard.Uid, TestCard.Counting());
    private readonly TestReader _reader;

    public ApplicationAndFileTests() => _reader = new TestReader(_chip);

    [Theory]
    [InlineData("ev1-4k", "91CE")]
    [InlineData("ev2-4k", "9100")]
    public void Only_the_oldest_card_counts_its_applications(string profile, string answer)
    {
        var reader = new TestReader(DesfireChip.Factory(profile, TestCard.Uid, TestCard.Counting()));
        for (var number = 1; number <= 28; number++)
            Assert.Equal("9100", reader.Hex($"90CA0000050000{number:X2}0F8100"));

        Assert.Equal(answer, reader.Hex("90CA00000500001D0F8100"));
    }

    [Theory]
    [InlineData("ev1-4k", "43", "919E")]    // signs what it tells
    [InlineData("ev2-4k", "43", "919E")]
    [InlineData("ev3-4k", "43", "9100")]
    [InlineData("ev1-4k", "83", "919E")]    // further sets of access rights
    [InlineData("ev2-4k", "83", "9100")]
    public void A_file_has_what_its_generation_knows(string profile, string option, string answer)
    {
        var reader = new TestReader(DesfireChip.Factory(profile, TestCard.Uid, TestCard.Counting()));
        reader.Raw("90CA000005F543520F8100");
        reader.Select();

        Assert.Equal(answer, reader.Hex($"90CD 0000 07 01 {option} EEEE 200000 00"));
    }

    [Fact]
    public void A_factory_card_creates_and_lists_without_a_key_but_does_not_delete()
    {
        Assert.Equal("9100", _reader.Hex("906A000000"));
        Assert.Equal("9100", _reader.Hex("90CA000005F54352098600"));
        Assert.Equal("91AE", _reader.Hex("90DA000003F5435200"));
        Assert.Equal("F543529100", _reader.Hex("906A000000"));
        Assert.Equal("0F019100", _reader.Hex("9045000000"));
    }

    [Fact]
    public void An_application_may_have_no_keys_and_an_ISO_id_whose_files_have_none()
    {
        Assert.Equal("9100", _reader.Hex("90CA 0000 07 F54352 0F 00 1F11 00"));

        Assert.Equal("9000", _reader.Hex("00A4 0000 02 111F"));
        Assert.Equal("9140", _reader.Hex("900A 0000 01 00 00"));
        Assert.Equal("9100", _reader.Hex("90CD 0000 07 01 00 EEEE 200000 00"));
        Assert.Equal("91DE", CreateAgain("90CA 0000 07 010203 0F 81 1F11 00"));
    }

    [Theory]
    [InlineData(0x0F, "9100")]
    [InlineData(0x0B, "919D")]
    public void An_application_deletes_itself_under_its_own_key_where_applications_are_free(
        byte cardSettings, string answer)
    {
        _reader.Raw("90CA000005F54352098600");
        _chip.Memory.KeySettings = cardSettings;
        _reader.Select();
        _reader.Authenticate(0, new byte[16]);

        var delete = _reader.Wrap(0xDA, TestCard.Aid, [], CommMode.Mac);

        Assert.Equal(answer, Convert.ToHexString(_chip.Transmit(delete)));
        Assert.Equal(answer == "9100" ? "9100" : "F543529100", ListOf(_chip));
    }

    [Theory]
    [InlineData(KeyType.Des, "0F019100")]
    [InlineData(KeyType.Tdea3, "0F419100")]
    [InlineData(KeyType.Aes, "0F819100")]
    public void The_settings_of_the_card_tell_the_type_of_its_master_key(object type, string answer)
    {
        var length = (KeyType)type == KeyType.Tdea3 ? 24 : 16;
        _chip.Memory.Keys[0] = new CardKey { Type = (KeyType)type, Value = new byte[length], Version = 0 };

        Assert.Equal(answer, _reader.Hex("9045000000"));
    }

    [Theory]
    [InlineData("90CA000005F54352098600", "91DE")]   // again
    [InlineData("90CA000005000000098600", "91DE")]   // the PICC's own id
    [InlineData("90CA 0000 05 010203 09 8F 00", "919E")]  // fifteen keys
    [InlineData("90CA 0000 06 010203 09 86 99 00", "917E")]
    [InlineData("905A000003ABCDEF00", "91A0")]
    [InlineData("90DA000003ABCDEF00", "91A0")]
    public void A_wrong_application_is_refused(string apdu, string status)
    {
        _reader.Raw("90CA000005F54352098600");

        Assert.Equal(status, _reader.Hex(apdu));
    }

    [Fact]
    public void An_application_with_iso_ids_wants_one_for_each_file_and_is_found_by_name()
    {
        Assert.Equal("9100", _reader.Hex("90CA 0000 0E 010203 0F A6 10E1 D2760000850100 00"));
        Assert.Equal("9000", _reader.Hex("00A4 040C 07 D2760000850100"));
    }

    [Theory]
    [InlineData("90CD 0000 07 01 00 2013 200000 00", "9100")]
    [InlineData("90CD 0000 07 20 00 2013 200000 00", "919E")]             // file number 32
    [InlineData("90CD 0000 07 01 00 2013 000000 00", "919E")]             // empty
    [InlineData("90CD 0000 07 01 00 2613 200000 00", "919E")]             // key 6 of six
    [InlineData("90CD 0000 07 01 40 2013 200000 00", "9100")]             // SDM
    [InlineData("90CB 0000 07 01 40 2013 200000 00", "919E")]             // which backup files have not
    [InlineData("90CD 0000 07 01 00 2013 0000FF 00", "910E")]             // larger than the card
    [InlineData("90CD 0000 09 01 04E1 00 2013 200000 00", "917E")]         // an ISO id where there are none
    [InlineData("90C0 0000 0A 04 00 2013 100000 010000 00", "919E")]       // one record cannot be cyclic
    [InlineData("90CC 0000 11 03 00 2013 00000000 0A000000 0B000000 00 00", "919E")] // above the limit
    [InlineData("90CE 0000 16 05 01 2013 02 00000000000000000000000000000000 01 00", "919E")] // no F
    public void A_file_is_checked_when_it_is_created(string apdu, string status)
    {
        _reader.Raw("90CA000005F543520F8600");
        _reader.Raw("905A000003F5435200");

        Assert.Equal(status, _reader.Hex(apdu));
    }

    [Fact]
    public void Settings_tell_what_was_created()
    {
        _reader.Raw("90CA000005F543520F8600");
        _reader.Raw("905A000003F5435200");
        Assert.Equal("9100", _reader.Hex("90CC 0000 11 02 03 3012 00000000 FFFFFF7F 00000000 03 00"));
        Assert.Equal("9100", _reader.Hex("90C0 0000 0A 04 03 2013 400000 0B0000 00"));
        var key = new string('0', 32);
        Assert.Equal("9100", _reader.Hex($"90CE 0000 16 05 01 201F 02 {key} 07 00"));

        Assert.Equal("0203301200000000FFFFFF7F00000000039100", _reader.Hex("90F50000010200"));
        Assert.Equal("040320134000000B00000000009100", _reader.Hex("90F50000010400"));
        Assert.Equal("0501201F02079100", _reader.Hex("90F50000010500"));
        Assert.Equal("0204059100", _reader.Hex("906F000000"));
        Assert.Equal("91F0", _reader.Hex("90F50000010100"));
    }

    [Fact]
    public void A_deleted_file_does_not_give_its_memory_back()
    {
        _reader.Raw("90CA000005F543520F8600");
        _reader.Raw("905A000003F5435200");
        _reader.Raw("90CD0000070100201300040000");
        var before = _reader.Hex("906E000000");

        Assert.Equal("9100", _reader.Hex("90DF0000010100"));

        Assert.Equal(before, _reader.Hex("906E000000"));
        Assert.Equal("9100", _reader.Hex("906F000000"));
    }

    [Fact]
    public void Changed_settings_of_a_file_rule_from_the_next_command_on()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(0);

        reader.Do(0x5F, "03", "01" + "E0EE");

        Assert.Equal("640000009100", reader.Select().Hex("906C0000010300"));
    }

    private string CreateAgain(string apdu)
    {
        _reader.Select("000000");
        return _reader.Hex(apdu);
    }

    private static string ListOf(DesfireChip chip)
    {
        var reader = new TestReader(chip);
        reader.Select("000000");
        chip.Memory.KeySettings = 0x0F;
        return reader.Hex("906A000000");
    }
}
