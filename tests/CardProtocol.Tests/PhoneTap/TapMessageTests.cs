using CsCheck;

namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>Addresses come from outside: whatever they hold, parsing them throws nothing.</summary>
public sealed class TapMessageTests
{
    private const string Picc = "EF963FF7828658A599F3041510671E88";
    private const string Mac = "94EED9EE65337086";

    [Theory]
    [InlineData($"https://tap.example/m?e={Picc}&c={Mac}")]
    [InlineData($"?e={Picc}&c={Mac}")]
    [InlineData($"e={Picc}&c={Mac}")]
    [InlineData($"https://tap.example/m?utm=x&e={Picc}&c={Mac}&from=chat#top")]
    [InlineData($"?e={Picc}&d={Picc}&c={Mac}")]
    [InlineData($"?u=04112233445566&n=00000A&c={Mac}")]
    public void An_address_of_ours_is_taken_apart(string address) =>
        Assert.NotNull(TapMessage.TryParse(address));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("https://tap.example/m")]
    [InlineData($"?e={Picc}")]
    [InlineData($"?c={Mac}")]
    [InlineData($"?e={Picc}&c=94EED9EE653370")]
    [InlineData($"?e={Picc}&c={Mac}00")]
    [InlineData($"?e={Picc}00&c={Mac}")]
    [InlineData($"?e={Picc}&e={Picc}&c={Mac}")]
    [InlineData($"?e={Picc}&c={Mac}&c={Mac}")]
    [InlineData($"?e={Picc}&d=00&c={Mac}")]
    [InlineData($"?e={Picc}&c=94eed9ee65337086")]
    [InlineData($"?e={Picc}&c=94EED9EE6533708G")]
    [InlineData($"?e={Picc}&u=04112233445566&n=00000A&c={Mac}")]
    [InlineData($"?u=04112233445566&c={Mac}")]
    [InlineData($"?u=0411223344556&n=00000A&c={Mac}")]
    [InlineData($"?u=04112233445566&n=00000A&d={Picc}&c={Mac}")]
    [InlineData($"?e=%45F963FF7828658A599F3041510671E88&c={Mac}")]
    public void An_address_of_others_is_malformed(string? address) =>
        Assert.Null(TapMessage.TryParse(address));

    [Fact]
    public void An_address_that_does_not_end_is_not_looked_at() =>
        Assert.Null(TapMessage.TryParse($"?e={Picc}&c={Mac}&x=" + new string('0', 1024)));

    [Fact]
    public void No_text_makes_parsing_throw() =>
        Gen.Select(Gen.String, Gen.String, Gen.Char["ednuc?&=#0F"].Array[0, 60]).Sample(
            (before, after, pieces) => TapMessage.TryParse(before + new string(pieces) + after) is null);

    [Theory]
    [InlineData("http://tap.example/m")]
    [InlineData("https://")]
    [InlineData("https://tap.example/m?x=1")]
    [InlineData("https://tap.example/m#x")]
    [InlineData("https://пример.рф/m")]
    public void A_template_is_made_for_a_plain_https_address_only(string address) =>
        Assert.Throws<ArgumentException>(() => TapTemplate.Encrypted(address));

    [Fact]
    public void An_address_that_leaves_no_room_makes_no_template()
    {
        var longest = "https://tap.example/" + new string('m', 183);

        Assert.Equal(256, TapTemplate.Encrypted(longest).File.Length);
        Assert.Throws<ArgumentException>(() => TapTemplate.Encrypted(longest + "m"));
        Assert.Throws<ArgumentException>(() => TapTemplate.Encrypted("https://tap.example", "short"));
    }

    [Fact]
    public void A_template_in_clear_has_its_places_where_they_are_announced()
    {
        var template = TapTemplate.InClear("https://t.example/m");
        var text = System.Text.Encoding.ASCII.GetString(template.File);

        Assert.EndsWith(
            "t.example/m?u=00000000000000&n=000000&c=0000000000000000", text, StringComparison.Ordinal);
        Assert.Equal(text.IndexOf("u=", StringComparison.Ordinal) + 2, template.Sdm.UidAt);
        Assert.Equal(text.IndexOf("n=", StringComparison.Ordinal) + 2, template.Sdm.CounterAt);
        Assert.Equal(text.IndexOf("c=", StringComparison.Ordinal) + 2, template.Sdm.MacAt);
        Assert.Equal(template.Sdm.MacAt, template.Sdm.MacInputAt);
    }

    [Fact]
    public void Every_block_of_settings_comes_back_as_it_was_written() =>
        Gen.Select(
            Gen.Select(Gen.Int[0, 15], Gen.Int[0, 15], Gen.Int[0, 15], Gen.Bool, Gen.Bool),
            Gen.Int[1, 0xFF_FFFF].Array[8], Gen.Bool, Gen.Bool)
        .Sample((rights, at, isEncrypted, isLimited) =>
        {
            var (counter, meta, file, hasUid, hasCounter) = rights;
            var hasMac = file != 0xF;
            var written = new SdmSettings
            {
                CounterRight = (byte)counter,
                MetaReadRight = (byte)meta,
                FileReadRight = (byte)file,
                HasUid = hasUid,
                HasCounter = hasCounter,
                UidAt = hasUid && meta == 0xE ? at[0] : 0,
                CounterAt = hasCounter && meta == 0xE ? at[1] : 0,
                PiccAt = meta < 0xE ? at[2] : 0,
                MacInputAt = hasMac ? at[3] : 0,
                Encrypted = hasMac && isEncrypted ? new EncryptedPart(at[4], at[5]) : null,
                MacAt = hasMac ? at[6] : 0,
                CounterLimit = isLimited ? at[7] : null,
            };
            var to = new ByteWriter(new byte[64]);
            written.WriteTo(ref to);

            var from = new ByteReader(to.Written);
            return SdmSettings.Decode(ref from) == written && from.Left == 0;
        });

    [Fact]
    public void How_often_phones_read_a_file_is_three_bytes_and_two_more()
    {
        var counters = new GetFileCounters(2);

        Assert.Equal(0x03_02_01, counters.Read([1, 2, 3, 0, 0]));
        Assert.Throws<CardNotTrustedException>(() => counters.Read([1, 2, 3]));
    }

    [Fact]
    public void A_block_of_settings_that_is_cut_short_is_refused()
    {
        var answer = Vectors.Find("an12196.json", "commands", "table 8: GetFileSettings").Bytes("answerData");
        for (var length = 0; length < answer.Length; length++)
        {
            // Without the block the file may have SDM and has it not.
            if (length == 7)
                continue;

            var cut = answer[..length];
            Assert.Throws<CardForeignException>(() => FileSettings.Decode(cut));
        }
    }
}
