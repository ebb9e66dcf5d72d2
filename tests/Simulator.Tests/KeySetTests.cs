using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Key sets: filled in peace, rolled to at once.</summary>
public sealed class KeySetTests
{
    private const string NewKey = "C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF";

    // F54352, KeySett1 09, two AES keys, KeySett3; set in force 1 of 2, keys of 16 bytes, key 1 rolls.
    private const string Create = "F54352099201" + "01021001";

    private readonly DesfireChip _chip = DesfireChip.Factory("ev3-4k", TestCard.Uid, TestCard.Counting());

    [Fact]
    public void Keys_of_another_set_come_into_force_together()
    {
        var reader = Made();
        reader.Authenticate(0, new byte[16]);
        reader.Do(0x56, "0180", mode: CommMode.Mac);
        reader.Do(0xC6, "0100", OtherKey());
        reader.Do(0xC6, "0101", OtherKey());
        reader.Do(0x57, "0109", mode: CommMode.Mac);
        Assert.Equal("07", Version(reader, "0101"));
        Assert.Equal("00", Version(reader, "01"));
        reader.Authenticate(1, new byte[16]);

        Assert.Equal("9100", Roll(reader));

        Assert.Null(_chip.State.Session);
        reader.Authenticate(0, Convert.FromHexString(NewKey));
        Assert.Equal("07", Version(reader, "01"));
        Assert.Equal(9, _chip.Memory.Applications[0].KeySets!.Version);
    }

    [Fact]
    public void A_set_is_final_before_it_is_rolled_to_and_not_changed_after()
    {
        var reader = Made();
        reader.Authenticate(1, new byte[16]);
        Assert.Equal(0x9D, reader.Refused(0x55, "01", mode: CommMode.Mac));
        reader.Authenticate(0, new byte[16]);
        Assert.Equal(0x9D, reader.Refused(0x57, "0109", mode: CommMode.Mac));
        reader.Authenticate(0, new byte[16]);
        reader.Do(0x56, "0180", mode: CommMode.Mac);
        reader.Do(0x57, "0109", mode: CommMode.Mac);

        Assert.Equal(0x9D, reader.Refused(0xC6, "0100", OtherKey()));
    }

    [Theory]
    [InlineData("01", 0, 0xAE)]
    [InlineData("00", 1, 0x40)]
    [InlineData("02", 1, 0x40)]
    public void Only_the_key_that_rolls_rolls_and_only_to_a_set_that_exists(string set, int key, byte status)
    {
        var reader = Made();
        reader.Authenticate(key, new byte[16]);

        Assert.Equal(status, reader.Refused(0x55, set, mode: CommMode.Mac));
    }

    [Theory]
    [InlineData("01011001")]
    [InlineData("01111001")]
    [InlineData("01020801")]
    [InlineData("0102100F")]
    public void A_block_of_key_sets_out_of_range_is_a_wrong_parameter(string block) =>
        Assert.Equal("919E", new TestReader(_chip).Hex($"90CA00000AF54352099201{block}00"));

    private TestReader Made()
    {
        var reader = new TestReader(_chip);
        Assert.Equal("9100", reader.Hex($"90CA00000A{Create}00"));
        return reader.Select();
    }

    private static string Version(TestReader reader, string header) =>
        Convert.ToHexString(reader.Do(0x64, header, mode: CommMode.Mac));

    private string Roll(TestReader reader) =>
        Convert.ToHexString(_chip.Transmit(reader.Wrap(0x55, [1], [], CommMode.Mac)));

    // The old key is zero, so the difference is the new key.
    private static string OtherKey()
    {
        var crc = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32.Compute(Convert.FromHexString(NewKey)));
        return NewKey + "07" + Convert.ToHexString(crc);
    }
}
