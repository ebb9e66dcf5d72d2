using System.Text;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>A NTAG 424 DNA from the factory to the first tap.</summary>
public sealed class NtagTests
{
    private const string SelectTag = "00A4 040C 07 D2760000850101";
    private static readonly byte[] Zeros = new byte[16];
    private static readonly byte[] Known =
        [0x71, 0x77, 0x5F, 0xC4, 0x51, 0xF6, 0xF5, 0x64, 0x60, 0xAD, 0x8D, 0x3C, 0x5C];

    private readonly DesfireChip _chip = DesfireChip.Factory("ntag424", TestCard.Uid, TestCard.Counting());
    private readonly TestReader _reader;

    public NtagTests() => _reader = new TestReader(_chip);

    [Fact]
    public void It_says_what_it_is()
    {
        Assert.Equal("0404023000110591AF", _reader.Hex("9060000000"));
        Assert.Equal("0404020102110591AF", _reader.Hex("90AF000000"));
        Assert.StartsWith("04A1B2C3D4E5F6", _reader.Hex("90AF000000"), StringComparison.Ordinal);
        Assert.Equal("0677777102809000", _reader.Hex("FFCA010000"));
    }

    [Fact]
    public void It_knows_these_commands_and_no_others()
    {
        for (var ins = 0; ins <= 0xFF; ins++)
        {
            _chip.Reset();
            _reader.Raw(SelectTag);
            if (ins != 0xAF)
                Assert.Equal(!Known.Contains((byte)ins), _reader.Hex($"90{ins:X2}000000") == "911C");
        }

        Assert.Equal("6D00", _reader.Hex("00B2 0104 00"));
        Assert.Equal("6D00", _reader.Hex("00E2 0000 01 00"));
    }

    [Theory]
    [InlineData("01", "000000E0200000")]
    [InlineData("02", "0000E0EE000100")]
    [InlineData("03", "00033023800000")]
    public void Its_files_are_there_from_the_factory(string file, string settings)
    {
        Assert.Equal("9000", _reader.Hex(SelectTag));
        Assert.Equal(settings + "9100", _reader.Hex($"90F5 0000 01 {file} 00"));
    }

    [Fact]
    public void The_container_tells_of_both_files()
    {
        _reader.Raw(SelectTag);
        _reader.Raw("00A4 000C 02 E103");

        Assert.Equal(
            "001720010000FF0406E104010000000506E10500808283" + "9000", _reader.Hex("00B0 0000 17"));
        Assert.Equal("9000", _reader.Hex("00A4 0000 02 E104"));
        Assert.Equal("9000", _reader.Hex("00D6 0000 02 0003"));
        Assert.Equal("6982", _reader.Hex("00B0 8300 00"));
        Assert.Equal("9000", _reader.Hex("00A4 0400 07 D2760000850100"));
        Assert.Equal("9000", _reader.Hex("00A4 0000 02 E110"));
    }

    [Fact]
    public void Without_its_application_there_are_neither_keys_nor_files()
    {
        Assert.Equal("9140", _reader.Hex("9071 0000 02 0000 00"));
        Assert.Equal("919D", _reader.Hex("90F5 0000 01 02 00"));
    }

    [Fact]
    public void Its_five_keys_are_zeros_and_key_0_changes_them()
    {
        for (var number = 0; number < 5; number++)
            Authenticate(number);

        Assert.Equal("9140", _reader.Hex("9071 0000 02 0500 00"));
        _reader.Raw(SelectTag);
        Authenticate(1);
        Assert.Equal(0xAE, _reader.Refused(0xC4, "02", new string('0', 42)));
    }

    [Fact]
    public void Only_the_message_takes_settings_for_taps()
    {
        Authenticate(0);
        Assert.Equal(0x9D, _reader.Refused(0x5F, "01", "4000E0C1F1EF000000100000"));
        Authenticate(0);
        Assert.Equal(0x9D, _reader.Refused(0x5F, "03", "4000E0C1F1EF000000100000"));
    }

    [Fact]
    public void No_ISO_command_reads_or_writes_in_a_session()
    {
        Authenticate(0);

        Assert.Equal("6982", _reader.Hex("00B0 8200 04"));
        Authenticate(0);
        Assert.Equal("6982", _reader.Hex("00D6 8200 01 AA"));
        _reader.Raw(SelectTag);
        Assert.Equal("000000009000", _reader.Hex("00B0 8200 04"));
    }

    [Fact]
    public void Who_does_not_know_a_key_is_turned_away_after_fifty_times_and_blocked_at_the_limit()
    {
        Authenticate(0);
        _reader.Do(0x5C, "0A", "01 3400 0100".Replace(" ", "", StringComparison.Ordinal));  // 52, less 1
        for (var time = 0; time < 50; time++)
            Assert.Equal(0xAE, _reader.AuthenticateWrongly(2));
        for (var time = 0; time < OpenPoints.AttemptsTurnedAway; time++)
            Assert.Equal(0xAD, _reader.AuthenticateWrongly(2));
        Authenticate(2);                                                        // takes one off
        Assert.Equal(0xAE, _reader.AuthenticateWrongly(3));                     // each key for itself
        for (var time = 49; time < 52; time++)
            Assert.Equal(0xAE, _reader.AuthenticateWrongly(2));

        var kept = new TestReader(new DesfireChip(ChipMemory.Load(_chip.Memory.Save()), TestCard.Counting()));
        kept.Raw(SelectTag);
        Assert.Equal((byte)OpenPoints.KeyBlocked, kept.AuthenticateWrongly(2));
        Authenticate(0);
        _reader.Do(0x5C, "0A", "0034000100");
        Authenticate(2);
    }

    [Fact]
    public void Who_is_turned_away_is_so_in_an_open_session_too()
    {
        _reader.Raw(SelectTag);
        for (var time = 0; time < 50; time++)
            Assert.Equal(0xAE, _reader.AuthenticateWrongly(2));
        Authenticate(0);

        for (var time = 0; time < OpenPoints.AttemptsTurnedAway; time++)
        {
            Assert.Equal("91AD", _reader.Hex("9077 0000 01 02 00"));
            Authenticate(0);
        }

        Assert.EndsWith("91AF", _reader.Hex("9077 0000 01 02 00"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0A", "0200000000")]
    [InlineData("0A", "0100000000")]
    [InlineData("0A", "0105000600")]
    [InlineData("0B", "02")]
    public void Limits_and_modulation_that_cannot_be_are_refused(string option, string value)
    {
        Authenticate(0);

        Assert.Equal(0x9E, _reader.Refused(0x5C, option, value));
    }

    [Fact]
    public void A_weak_antenna_is_another_hardware_subtype()
    {
        Authenticate(0);
        _reader.Do(0x5C, "0B", "00");
        _reader.Raw(SelectTag);
        Assert.Equal("0404823000110591AF", _reader.Hex("9060000000"));
        Authenticate(0);
        _reader.Do(0x5C, "0B", "01");
        _reader.Raw(SelectTag);

        Assert.Equal("0404023000110591AF", _reader.Hex("9060000000"));
    }

    [Fact]
    public void A_bit_of_the_configuration_that_is_not_set_changes_nothing()
    {
        Authenticate(0);
        _reader.Do(0x5C, "00", "02");

        _reader.Do(0x5C, "00", "00");

        Assert.True(_chip.Memory.Configuration.HasRandomUid);
    }

    [Fact]
    public void The_third_file_holds_an_empty_message()
    {
        Authenticate(2);

        var content = _reader.Do(0xAD, "03000000000000");

        Assert.Equal("007E" + new string('0', 252), Convert.ToHexString(content));
    }

    [Fact]
    public void The_published_settings_make_the_published_address_live()
    {
        Authenticate(0);
        _reader.Do(0x8D, "02000000800000", Published("table 18: WriteData of a template"), CommMode.Plain);
        Authenticate(0);
        _reader.Do(0x5F, "02", Published("table 19: ChangeFileSettings"));

        _chip.Reset();
        _reader.Raw(SelectTag);
        _reader.Raw("00A4 000C 02 E104");
        Assert.Equal("00519000", _reader.Hex("00B0 0000 02"));
        var address = Encoding.ASCII.GetString(_reader.Raw("00B0 0007 4C").AsSpan(..^2));

        Assert.StartsWith("choose.url.com/ntag424?e=", address, StringComparison.Ordinal);
        using var meta = new AesCmac(Zeros);
        var picc = meta.DecryptCbc(Convert.FromHexString(address[25..57]), Zeros);
        Assert.Equal("C704A1B2C3D4E5F6010000", Convert.ToHexString(picc[..11]));
        using var keys = SdmSessionKeys.Derive(Zeros, TestCard.Uid, [1, 0, 0]);
        Assert.Equal("&c=" + Convert.ToHexString(keys.Mac.ComputeShort([])), address[57..]);
        Authenticate(1);
        Assert.Equal("0100000000", Convert.ToHexString(_reader.Do(0xF6, "02")));
    }

    [Fact]
    public void A_kept_one_is_what_it_was()
    {
        var again = ChipMemory.Load(_chip.Memory.Save());

        Assert.Equal(_chip.Memory.Save(), again.Save());
        Assert.Equal("9000", new TestReader(new DesfireChip(again, TestCard.Counting())).Hex(SelectTag));
    }

    private static string Published(string section) =>
        Vectors.Read("an12196.json").GetProperty("commands").EnumerateArray()
            .Single(command => command.Text("section") == section).Text("data");

    private void Authenticate(int key)
    {
        _reader.Raw(SelectTag);
        _reader.Authenticate(key, Zeros);
    }
}
