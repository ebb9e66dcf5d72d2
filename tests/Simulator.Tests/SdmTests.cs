using System.Text;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>A file of an EV3 card that fills itself in as it is read without a session.</summary>
public sealed class SdmTests
{
    private const string Read = "90BD 0000 07 01 000000 000000 00";
    private const string ReadWhole = "90AD 0000 07 01 000000 000000 00";
    private const string ReadByIso = "00B0 8100 00";
    private const string InClear = "C1 F1E3 020000 120000 180000 180000";

    // Key 3 hides UID and counter at 2, key 4 signs from 40 and encrypts 32 characters there; MAC at 80.
    private const string Hidden = "D1 F134 020000 280000 280000 200000 500000";

    private readonly DesfireChip _chip;
    private readonly TestReader _reader;

    public SdmTests()
    {
        _chip = TestCard.Create(Signing(), new StandardFile
        {
            Number = 2,
            Option = 0,
            Rights = new AccessRights(0x00, 0xE0),
            Content = new byte[100],
        });
        _reader = new TestReader(_chip);
    }

    private StandardFile File => (StandardFile)_chip.Memory.Applications[0].Files[1];

    [Fact]
    public void Settings_are_told_as_they_were_given()
    {
        Configure(Hidden);

        Assert.Equal("004000E0640000" + Compact(Hidden), Settings());
        Assert.Equal("91AE", _reader.Select().Hex("905F 0000 04 01 00 00E0 00"));
        _reader.Open(0).Do(0x5F, "01", "0000E0");
        Assert.Equal("000000E0640000", Settings());
        _reader.Select();
        Assert.Equal(string.Concat(Enumerable.Repeat("22", 100)) + "9100", Whole(Read));
    }

    [Fact]
    public void Uid_and_counter_are_shown_in_clear()
    {
        Configure(InClear);
        _reader.Select();

        var text = Text(_reader.Raw(ReadWhole));

        Assert.Equal("\"\"04A1B2C3D4E5F6\"\"000001", text[..24]);
        using var keys = SdmSessionKeys.Derive(TestCard.Key(3), TestCard.Uid, [1, 0, 0]);
        Assert.Equal(Convert.ToHexString(keys.Mac.ComputeShort([])), text[24..40]);
        Assert.Equal(new string('"', 60), text[40..]);
    }

    [Fact]
    public void Uid_counter_and_content_are_encrypted_and_signed()
    {
        Configure(Hidden);
        _reader.Select();

        var text = Text(_reader.Raw(ReadWhole));

        using var meta = new AesCmac(TestCard.Key(3));
        var picc = meta.DecryptCbc(Convert.FromHexString(text[2..34]), new byte[16]);
        Assert.Equal("C704A1B2C3D4E5F6010000", Convert.ToHexString(picc[..11]));
        using var keys = SdmSessionKeys.Derive(TestCard.Key(4), TestCard.Uid, [1, 0, 0]);
        var vector = keys.Encryption.EncryptBlock([1, .. new byte[15]]);
        var content = keys.Encryption.DecryptCbc(Convert.FromHexString(text[40..72]), vector);
        Assert.Equal(new string('"', 16), Encoding.ASCII.GetString(content));
        var mac = keys.Mac.ComputeShort(Encoding.ASCII.GetBytes(text[40..80]));
        Assert.Equal(Convert.ToHexString(mac), text[80..96]);
    }

    [Theory]
    [InlineData("01 FFFF", "\"\"\"\"")]                    // on, and nothing filled in
    [InlineData("81 FFEF 020000", "\"\"04A1B2C3D4E5F6\"\"")]                  // the UID alone
    [InlineData("41 FFEF 020000", "\"\"000001\"\"")]                          // the counter alone
    [InlineData("C1 FFEF 020000 FFFFFF", "\"\"04A1B2C3D4E5F6\"\"")]           // a counter not shown
    public void Less_is_filled_in_where_less_is_asked(string block, string start)
    {
        Configure(block);

        Assert.StartsWith(start, Text(_reader.Select().Raw(ReadWhole)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_MAC_without_UID_and_counter_is_under_keys_of_their_own()
    {
        Configure("01 FFF4 000000 000000");

        using var keys = SdmSessionKeys.Derive(TestCard.Key(4), [], []);
        Assert.StartsWith(
            Convert.ToHexString(keys.Mac.ComputeShort([])),
            Text(_reader.Select().Raw(ReadWhole)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, ReadWhole, ReadWhole, ReadWhole)]
    [InlineData(2, ReadWhole, Read, Read)]
    [InlineData(2, ReadWhole, ReadByIso)]
    [InlineData(3, ReadByIso, ReadWhole, ReadByIso)]
    [InlineData(2, ReadWhole, "906F000000", ReadWhole)]
    [InlineData(1, ReadWhole, "FFCA000000", ReadWhole)]                           // the reader's own
    [InlineData(2, ReadWhole, "90AD 0000 07 02 000000 000000 00", ReadWhole)]      // another file
    [InlineData(1, ReadWhole, "90AD 0000 07 01 000000 080000 00")]                 // a part
    [InlineData(1, ReadWhole, "90AD 0000 07 01 000000 800000 00")]                 // beyond the end
    [InlineData(2, ReadWhole, "00A4 0000 02 3F00", "905A 0000 03 F54352 00", ReadWhole)]
    [InlineData(1, ReadByIso, "00B0 8132 00", "00B0 8140 02")]
    [InlineData(0, "90AD 0000 07 01 650000 000000 00", "00B0 8170 00", "906F000000")]
    public void The_first_read_after_another_command_counts(int counted, params string[] apdus)
    {
        Configure(InClear);
        _reader.Select();

        foreach (var apdu in apdus)
            Whole(apdu);

        Assert.Equal(counted, File.ReadCounter);
    }

    [Fact]
    public void Reads_in_a_row_show_the_same_and_the_next_tap_another()
    {
        Configure(Hidden);
        _reader.Select();

        var first = Text(_reader.Raw(ReadWhole));
        var again = Text(_reader.Raw(ReadWhole));
        _chip.Reset();
        var second = Text(_reader.Select().Raw(ReadWhole));

        Assert.Equal(first, again);
        Assert.NotEqual(first[2..34], second[2..34]);
        Assert.NotEqual(first[40..], second[40..]);
    }

    [Fact]
    public void An_answer_too_long_for_one_frame_does_not_count()
    {
        File.Content = new byte[300];
        Configure(InClear);

        Assert.Equal("917E", _reader.Select().Hex(ReadWhole));
        Assert.Equal(0, File.ReadCounter);
        Assert.Equal(604, Whole(Read).Length);
        Assert.Equal(516, Whole(ReadByIso).Length);
    }

    [Fact]
    public void In_a_session_the_file_is_what_was_written()
    {
        Configure(InClear);

        var content = _reader.Open(0).Do(0xAD, "01000000000000", mode: CommMode.Plain);

        Assert.Equal(new string('"', 100), Encoding.ASCII.GetString(content));
        Assert.Equal(0, File.ReadCounter);
    }

    [Fact]
    public void Signing_makes_a_file_readable_that_is_not_free()
    {
        Configure("C1 F1E3 020000 120000 180000 180000", rights: "0000");
        Assert.Equal(102, _reader.Select().Raw(ReadWhole).Length);
        Assert.Equal(102, _reader.Raw(ReadByIso).Length);
        Configure("C1 F1EF 020000 120000", rights: "0000");
        Assert.Equal("91AE", _reader.Select().Hex(ReadWhole));
        Assert.Equal("6982", _reader.Select().Hex(ReadByIso));
    }

    [Fact]
    public void At_its_limit_the_counter_refuses()
    {
        Configure("E1 FEE3 020000 120000 180000 180000 020000");
        for (var tap = 0; tap < 2; tap++)
            Assert.Equal(102, _reader.Select().Raw(ReadWhole).Length);

        Assert.Equal("919D", _reader.Select().Hex(ReadWhole));
        Assert.Equal("6982", _reader.Select().Hex(ReadByIso));
        Assert.Equal("02000000009100", _reader.Hex("90F6 0000 01 01 00"));
        Assert.Equal("919E", ConfigureRefused("E1 FEE3 020000 120000 180000 180000 020000"));
        Configure("E1 FEE3 020000 120000 180000 180000 030000");
        Assert.Equal(102, _reader.Select().Raw(ReadWhole).Length);
    }

    [Fact]
    public void Turning_it_off_and_on_begins_the_counter_anew()
    {
        Configure(InClear);
        _reader.Select().Raw(ReadWhole);
        Configure(Hidden);
        Assert.Equal(1, File.ReadCounter);

        _reader.Open(0).Do(0x5F, "01", "0000E0");
        Configure(InClear);

        Assert.Equal(0, File.ReadCounter);
    }

    [Fact]
    public void The_counter_is_told_to_who_may_know()
    {
        Configure(Hidden);
        _reader.Select().Raw(ReadWhole);

        Assert.Equal("0100000000", Convert.ToHexString(_reader.Open(1).Do(0xF6, "01")));
        Assert.Equal(0xAE, _reader.Open(2).Refused(0xF6, "01"));
        Assert.Equal("91AE", _reader.Select().Hex("90F6 0000 01 01 00"));
        Assert.Equal(0x9D, _reader.Open(1).Refused(0xF6, "02"));
        Assert.Equal(0xF0, _reader.Open(1).Refused(0xF6, "09"));
        Configure("C1 FFE3 020000 120000 180000 180000");
        Assert.Equal(0x9D, _reader.Open(1).Refused(0xF6, "01"));
        Configure("81 FFEF 020000");
        Assert.Equal(0x9D, _reader.Open(1).Refused(0xF6, "01"));
    }

    [Theory]
    [InlineData("C0 F1E3 020000 120000 180000 180000")]                 // not ASCII
    [InlineData("C9 F1E3 020000 120000 180000 180000")]                 // an option of the future
    [InlineData("C1 11E3 020000 120000 180000 180000")]                 // F missing
    [InlineData("C1 F7E3 020000 120000 180000 180000")]                 // no key 7
    [InlineData("81 F1EF 020000")]                                      // who may know of no counter
    [InlineData("C1 F1FF")]                                             // a UID that nobody is shown
    [InlineData("C1 F173 020000 180000 180000")]
    [InlineData("C1 F1E7 020000 120000 180000 180000")]
    [InlineData("C1 F1EE 020000 120000 180000 180000")]                 // everybody signs
    [InlineData("C1 F1E3 020000 0F0000 180000 180000")]                 // UID over counter
    [InlineData("C1 F1E3 020000 120000 170000 170000")]                 // counter over MAC
    [InlineData("C1 F1E3 020000 120000 190000 180000")]                 // the MAC before what it covers
    [InlineData("C1 F1E3 020000 120000 180000 550000")]                 // the MAC beyond the file
    [InlineData("C1 F1EF FFFFFF 120000")]                               // only the counter may be hidden so
    [InlineData("C1 F13F 450000")]                                      // PICC data beyond the file
    [InlineData("01 F1EF")]                                             // nothing to show in clear
    [InlineData("01 F13F 020000")]                                      // nothing to encrypt
    [InlineData("91 F134 020000 280000 280000 200000 500000")]          // encryption without counter
    [InlineData("51 F134 020000 280000 280000 200000 500000")]          // without UID
    [InlineData("D1 F13F 020000")]                                      // without a key
    [InlineData("D1 F134 020000 280000 280000 1F0000 500000")]          // not blocks
    [InlineData("D1 F134 020000 280000 280000 000000 500000")]          // nothing
    [InlineData("D1 F134 020000 280000 270000 200000 500000")]          // not covered
    [InlineData("D1 F134 020000 280000 310000 200000 500000")]          // into the MAC
    [InlineData("D1 F134 280000 280000 280000 200000 500000")]          // PICC data over content
    [InlineData("A1 F1EF 020000 010000")]                               // a limit without counter
    [InlineData("E1 F1EF 020000 120000 000000")]                        // a limit that is reached
    public void Unsound_settings_are_refused(string block)
    {
        Assert.Equal("919E", ConfigureRefused(block));
        Assert.Null(File.Sdm);
    }

    [Theory]
    [InlineData("C1 F1")]
    [InlineData("C1 F1E3 020000 120000 180000")]
    [InlineData("C1 F1E3 020000 120000 180000 180000 00")]
    [InlineData("C1 F1E3 020000 120000 180000 180000 000000")]
    public void A_block_that_is_not_as_long_as_its_options_say_is_refused(string block) =>
        Assert.Equal("917E", ConfigureRefused(block));

    [Fact]
    public void Only_a_standard_file_made_for_it_takes_it()
    {
        Assert.Equal(0x9E, _reader.Open(0).Refused(0x5F, "02", "4000E0" + Compact(InClear)));
        Assert.Equal(0x7E, _reader.Open(0).Refused(0x5F, "01", "0000E0" + Compact(InClear)));
        Assert.Equal(0x9E, _reader.Open(0).Refused(0x5F, "01", "8000E000"));
        Assert.Equal(0x7E, _reader.Open(0).Refused(0x5F, "01", "4000E0"));
    }

    [Fact]
    public void A_kept_card_goes_on_counting()
    {
        Configure(Hidden);
        _reader.Select().Raw(ReadWhole);

        var again = new DesfireChip(ChipMemory.Load(_chip.Memory.Save()), TestCard.Counting());
        new TestReader(again).Select().Raw(ReadWhole);

        var file = (StandardFile)again.Memory.Applications[0].Files[1];
        Assert.Equal(2, file.ReadCounter);
        Assert.Equal(File.Sdm, file.Sdm);
        Assert.True(file.AllowsSdm);
    }

    private static StandardFile Signing() => new()
    {
        Number = 1,
        Option = 0,
        Rights = new AccessRights(0x00, 0xE0),
        AllowsSdm = true,
        Content = [.. Enumerable.Repeat((byte)'"', 100)],
    };

    private static string Compact(string hex) => hex.Replace(" ", "", StringComparison.Ordinal);

    private static string Text(byte[] answer) => Encoding.ASCII.GetString(answer.AsSpan(..^2));

    private void Configure(string block, string rights = "00E0") =>
        _reader.Open(0).Do(0x5F, "01", "40" + rights + Compact(block));

    private string ConfigureRefused(string block) =>
        $"91{_reader.Open(0).Refused(0x5F, "01", "4000E0" + Compact(block)):X2}";

    private string Settings() =>
        Convert.ToHexString(_reader.Open(0).Do(0xF5, "01", mode: CommMode.Mac));

    private string Whole(string apdu)
    {
        var answer = _reader.Hex(apdu);
        while (answer.EndsWith("91AF", StringComparison.Ordinal))
            answer = answer[..^4] + _reader.Hex("90AF000000");
        return answer;
    }
}
