using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Genuine ISO commands: a card as a type 4 tag, and what they may not do.</summary>
public sealed class IsoTests
{
    private const string SelectTag = "00A4 0400 07 D2760000850101 00";
    private readonly DesfireChip _chip = DesfireChip.Factory("ev3-4k", TestCard.Uid, TestCard.Counting());
    private readonly TestReader _reader;

    public IsoTests()
    {
        _reader = new TestReader(_chip);
        Accept("90CA 0000 0E F54353 0F A2 10E1 D2760000850101 00");
        Accept("905A 0000 03 F54353 00");
        Accept("90CD 0000 09 01 03E1 00 00E0 0F0000 00");
        Accept("90CD 0000 09 02 04E1 00 EEEE 000100 00");
        Accept("90C0 0000 0C 03 05E1 00 EEEE 040000 040000 00");
        Accept("90C1 0000 0C 04 06E1 00 EEEE 040000 030000 00");
        Accept("90CB 0000 09 05 07E1 00 EEEE 040000 00");
        Accept("90CD 0000 09 06 08E1 00 1011 040000 00");
        _chip.Reset();
    }

    [Fact]
    public void A_phone_finds_and_reads_the_message()
    {
        Assert.Equal("9000", _reader.Hex(SelectTag));
        Assert.Equal("9000", _reader.Hex("00A4 000C 02 E104"));
        Assert.Equal("9000", _reader.Hex("00D6 0000 05 0003D00000"));
        Assert.Equal("9000", _reader.Hex("00A4 000C 02 E103"));
        Assert.Equal(new string('0', 30) + "9000", _reader.Hex("00B0 0000 0F"));
        Assert.Equal("9000", _reader.Hex("00A4 000C 02 E104"));
        Assert.Equal("00039000", _reader.Hex("00B0 0000 02"));
        Assert.Equal("D000009000", _reader.Hex("00B0 0002 03"));
        Assert.Equal(258, _reader.Raw("00B0 0000 00").Length);
    }

    [Theory]
    [InlineData("00A4 0000 02 3F00", "9000")]            // the card
    [InlineData("00A4 0000", "9000")]                    // the card, without an id
    [InlineData("00A4 0400 07 D2760000850100", "6A82")]  // the card, which has no name
    [InlineData("00A4 0000 02 E110", "9000")]            // the application from anywhere
    [InlineData("00A4 0000 02 E104 00", "9000")]
    [InlineData("00A4 020C 02 E104", "9000")]
    [InlineData("00A4 0300", "9000")]
    [InlineData("00A4 0100 02 E110", "6A82")]            // no child of itself
    [InlineData("00A4 0200 02 E110", "6A82")]            // no file
    [InlineData("00A4 0400 07 D2760000850109", "6A82")]
    [InlineData("00A4 0400 06 D27600008501", "6A82")]
    [InlineData("00A4 0000 02 E1FF", "6A82")]
    [InlineData("00A4 0000 01 E1", "6A87")]
    [InlineData("00A4 0300 02 3F00", "6A87")]
    [InlineData("00A4 0500 02 E104", "6A86")]
    [InlineData("00A4 0004 02 E104", "6A86")]
    [InlineData("00A4 0400", "6700")]
    [InlineData("00A4 0400 07 D276", "6700")]
    [InlineData("00A4 0400 01 D2 00 00", "6700")]
    [InlineData("00CA 0000 00", "6D00")]
    public void Selecting_knows_these_ways(string apdu, string answer)
    {
        _reader.Raw(SelectTag);

        Assert.Equal(answer, _reader.Hex(apdu));
    }

    [Fact]
    public void What_is_not_found_leaves_the_selection()
    {
        _reader.Raw(SelectTag);
        _reader.Raw("00A4 000C 02 E104");

        _reader.Raw("00A4 0400 02 0102");

        Assert.Equal("00009000", _reader.Hex("00B0 0000 02"));
        Assert.Equal("0102030405069100", _reader.Hex("906F000000"));
    }

    [Theory]
    [InlineData("00B0 0000 02", "6985")]        // none selected
    [InlineData("00B0 8200 02", "00009000")]    // by short id
    [InlineData("00B0 82FF 01", "009000")]
    [InlineData("00B0 82FF 02", "009000")]      // what is left
    [InlineData("00B0 8100 10", "0000000000000000000000000000009000")]
    [InlineData("00B0 810F 01", "6A86")]
    [InlineData("00B0 A200 01", "6A86")]
    [InlineData("00B0 9F00 01", "6A82")]
    [InlineData("00B0 8300 01", "6985")]        // a record file
    [InlineData("00B0 8600 01", "6982")]        // a key's right
    [InlineData("00B0 8200", "6700")]
    [InlineData("00B0 8200 01 00 01", "6700")]
    [InlineData("00D6 8100 01 AA", "6982")]
    [InlineData("00D6 82FF 02 AAAA", "6A87")]
    [InlineData("00D6 82FF 01 AA", "9000")]
    [InlineData("00D6 8200", "6700")]
    [InlineData("00B2 0114 00", "6985")]        // a data file
    [InlineData("00B2 011C 00", "6A82")]        // no record yet
    [InlineData("00B2 011E 00", "6A86")]
    [InlineData("00E2 0118 04 01020304", "6A86")]
    [InlineData("00E2 0018 04 01020304", "9000")]
    [InlineData("00E2 0018 05 0102030405", "6A87")]
    [InlineData("00E2 0010 04 01020304", "6985")]
    public void Reading_and_writing_want_a_file_and_free_rights(string apdu, string answer)
    {
        _reader.Raw(SelectTag);

        Assert.Equal(answer, _reader.Hex(apdu));
    }

    [Fact]
    public void Records_are_appended_with_the_commit_and_counted_as_ISO_does()
    {
        _reader.Raw(SelectTag);
        foreach (var content in new[] { "01010101", "02020202", "03030303" })
        {
            Assert.Equal("9000", _reader.Hex($"00E2 0018 04 {content}"));
            Assert.Equal("9000", _reader.Hex($"00E2 0020 04 {content}"));
            Accept("90C7 0000 00");
        }

        Assert.Equal("030303039000", _reader.Hex("00B2 011C 00"));
        Assert.Equal("01010101" + "9000", _reader.Hex("00B2 0304 04"));
        Assert.Equal("0202020201010101" + "9000", _reader.Hex("00B2 021D 00"));
        Assert.Equal("01010101" + "9000", _reader.Hex("00B2 0124 00"));
        Assert.Equal("6A82", _reader.Hex("00B2 0424 00"));
        Assert.Equal("6985", _reader.Hex("00E2 0020 04 04040404"));
    }

    [Fact]
    public void A_backup_file_changes_with_the_commit()
    {
        _reader.Raw(SelectTag);
        Assert.Equal("9000", _reader.Hex("00D6 8500 02 AABB"));
        Assert.Equal("000000009000", _reader.Hex("00B0 8500 00"));

        Accept("90C7 0000 00");

        Assert.Equal("AABB00009000", _reader.Hex("00B0 8500 00"));
    }

    [Fact]
    public void Selecting_an_application_ends_session_and_transaction()
    {
        var chip = TestCard.CreateWhole();
        chip.Memory.Applications[0] = Named(chip.Memory.Applications[0]);
        var reader = new TestReader(chip).Open(2);
        reader.Credit(5);

        Assert.Equal("9000", reader.Hex("00A4 0400 02 F543"));

        Assert.Null(chip.State.Session);
        Assert.True(chip.State.Transaction.IsEmpty);
    }

    [Fact]
    public void An_application_that_proves_its_transactions_is_not_read_by_ISO()
    {
        var free = new AccessRights(0xEE, 0xEE);
        var chip = TestCard.Create(
            new StandardFile { Number = 1, Option = 0, Rights = free, Content = new byte[4] },
            TestCard.Mac());
        var reader = new TestReader(chip).Select();

        Assert.Equal("6985", reader.Hex("00B0 8100 00"));
        Assert.Equal("6985", reader.Hex("00D6 8100 01 00"));
    }

    [Fact]
    public void An_application_at_the_limit_of_its_counter_says_so()
    {
        var chip = TestCard.CreateWhole();
        chip.Memory.Applications[0] = Named(chip.Memory.Applications[0]);
        chip.Memory.Applications[0].TransactionMac!.Counter = uint.MaxValue;

        Assert.Equal("6283", new TestReader(chip).Hex("00A4 0400 02 F543"));
    }

    [Fact]
    public void Names_and_ids_are_listed()
    {
        Assert.Equal("F5435310E1D27600008501019100", _reader.Hex("906D 0000 00"));
        _reader.Raw(SelectTag);
        Assert.Equal("03E104E105E106E107E108E19100", _reader.Hex("9061 0000 00"));
    }

    [Theory]
    [InlineData("90CA 0000 0E F54354 0F A2 10E1 D2760000850102 00", "91DE")]  // the id again
    [InlineData("90CA 0000 0E F54354 0F A2 11E1 D2760000850101 00", "91DE")]  // the name again
    [InlineData("90CA 0000 07 F54354 0F A2 003F 00", "919E")]                 // the card's own
    [InlineData("90CA 0000 06 F54354 0F A2 11 00", "917E")]
    [InlineData("90CA 0000 05 F54354 0F A2 00", "917E")]
    [InlineData("90CA 0000 06 F54354 0F 92 10 00", "9100")]
    [InlineData("90CA 0000 06 F54354 0F 92 20 00", "919E")]                   // KeySett3 of the future
    [InlineData("90CA 0000 05 F54354 0F 92 00", "917E")]
    public void Names_and_third_settings_are_checked(string apdu, string status) =>
        Assert.Equal(status, _reader.Hex(apdu));

    [Fact]
    public void A_file_without_id_or_with_one_of_another_is_refused()
    {
        Accept("905A 0000 03 F54353 00");
        Assert.Equal("917E", _reader.Hex("90CD 0000 07 07 00 EEEE 040000 00"));
        Assert.Equal("917E", _reader.Hex("90C1 0000 0A 07 00 EEEE 040000 040000 00"));
        Assert.Equal("91DE", _reader.Hex("90CD 0000 09 07 04E1 00 EEEE 040000 00"));
    }

    [Fact]
    public void A_refused_ISO_command_ends_the_session()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(2);

        Assert.Equal("6985", reader.Hex("00B0 0000 00"));

        Assert.Null(chip.State.Session);
    }

    private static Application Named(Application application) => new()
    {
        Aid = application.Aid,
        KeySettings = application.KeySettings,
        KeySettings2 = application.KeySettings2,
        DfName = [0xF5, 0x43],
        Keys = application.Keys,
        Files = application.Files,
    };

    private void Accept(string apdu) => Assert.Equal("9100", _reader.Hex(apdu));
}
