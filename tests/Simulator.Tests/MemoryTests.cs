using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>A card that fills up, and what gives memory back.</summary>
public sealed class MemoryTests
{
    private readonly DesfireChip _chip = DesfireChip.Factory("ev3-2k", TestCard.Uid, TestCard.Counting());
    private readonly TestReader _reader;

    public MemoryTests()
    {
        _reader = new TestReader(_chip);
        Assert.Equal("9100", _reader.Hex("90CA 0000 05 F54352 0F 86 00"));
        Assert.Equal("9100", _reader.Hex("905A 0000 03 F54352 00"));
    }

    [Theory]
    [InlineData("90CD 0000 07 {0} 00 EEEE 000200 00")]
    [InlineData("90CB 0000 07 {0} 00 EEEE 000100 00")]
    [InlineData("90C0 0000 0A {0} 00 EEEE 200000 100000 00")]
    [InlineData("90C1 0000 0A {0} 00 EEEE 200000 100000 00")]
    public void A_full_card_takes_no_more_until_it_is_formatted(string create)
    {
        var made = Fill(create);
        Assert.InRange(made, 2, 31);
        var full = _chip.Memory.FreeBytes;
        Assert.Equal("9100", _reader.Hex("90DF 0000 01 00 00"));
        Assert.Equal("910E", _reader.Hex(Apdu(create, 0)));
        Assert.Equal(full, _chip.Memory.FreeBytes);

        _reader.Raw("905A 0000 03 000000 00");
        _chip.Memory.Keys[0] = TestCard.AesKey(TestCard.Key(9));
        _reader.Authenticate(0, TestCard.Key(9));
        _reader.Do(0xDA, "F54352", mode: CommMode.Mac);
        Assert.Equal(full, _chip.Memory.FreeBytes);
        _reader.Do(0xFC, "", mode: CommMode.Mac);
        Assert.Equal(2560, _chip.Memory.FreeBytes);
    }

    [Fact]
    public void Every_object_takes_its_part_and_a_full_card_takes_no_application()
    {
        const string value = "00 EEEE 00000000 0A000000 00000000 00";
        for (var number = 0; Create($"90CC 0000 11 {number:X2} {value} 00"); number++)
            Assert.InRange(number, 0, 31);

        for (var number = 0; number < 20; number++)
        {
            _reader.Raw("905A 0000 03 000000 00");
            if (!Create($"90CA 0000 05 0102{number:X2} 0F 8E 00"))
                break;
        }

        Assert.InRange(_chip.Memory.FreeBytes, 0, 256);
        Assert.Equal("910E", _reader.Hex("90CA 0000 05 010300 0F 8E 00"));
    }

    private static string Apdu(string create, int number) =>
        create.Replace("{0}", $"{number:X2}", StringComparison.Ordinal);

    private int Fill(string create)
    {
        var number = 0;
        while (Create(Apdu(create, number)))
            number++;

        Assert.Equal("910E", _reader.Hex(Apdu(create, number)));
        return number;
    }

    private bool Create(string apdu) => _reader.Hex(apdu) == "9100";
}
