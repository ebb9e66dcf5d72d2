using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>ChangeKey and the default key of a new application.</summary>
public sealed class KeyTests
{
    private const string NewKey = "C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF";

    [Fact]
    public void The_own_key_changes_without_a_mac_and_ends_the_session()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip).Open(0);

        var command = reader.Wrap(0xC4, [0], Convert.FromHexString(NewKey + "05"), CommMode.Full);
        var answer = chip.Transmit(command);

        Assert.Equal("9100", Convert.ToHexString(answer));
        Assert.Null(chip.State.Session);
        reader.Authenticate(0, Convert.FromHexString(NewKey));
        Assert.Equal("05", Convert.ToHexString(reader.Do(0x64, "00", mode: CommMode.Mac)));
    }

    [Fact]
    public void Another_key_changes_under_the_master_key_and_the_session_goes_on()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(0);

        reader.Do(0xC4, "02", Cryptogram(TestCard.Key(2), version: 7));

        Assert.Equal("07", Convert.ToHexString(reader.Do(0x64, "02", mode: CommMode.Mac)));
        reader.Authenticate(2, Convert.FromHexString(NewKey));
        Assert.Equal(100, reader.GetValue());
    }

    [Fact]
    public void A_wrong_checksum_changes_nothing()
    {
        var reader = new TestReader(TestCard.CreateWhole()).Open(0);

        Assert.Equal(0x1E, reader.Refused(0xC4, "02", Cryptogram(TestCard.Key(3), version: 7)));

        Assert.Equal(100, reader.Open(2).GetValue());
    }

    [Fact]
    public void Only_the_key_that_the_settings_name_changes_keys()
    {
        var chip = TestCard.CreateWhole();
        Assert.Equal(0xAE, new TestReader(chip).Open(2).Refused(0xC4, "02", NewKey + "01"));
        chip.Memory.Applications[0].KeySettings = 0xE9;
        new TestReader(chip).Open(2);
        chip.Memory.Applications[0].KeySettings = 0xF9;
        Assert.Equal(0x9D, new TestReader(chip).Open(2).Refused(0xC4, "02", NewKey + "01"));
        chip.Memory.Applications[0].KeySettings = 0x39;

        new TestReader(chip).Open(3).Do(0xC4, "02", Cryptogram(TestCard.Key(2), version: 1));

        var again = Cryptogram(TestCard.Key(2), version: 1);
        Assert.Equal(0xAE, new TestReader(chip).Open(0).Refused(0xC4, "02", again));
    }

    [Fact]
    public void A_new_application_starts_with_the_default_key_of_the_card()
    {
        var chip = TestCard.CreateWhole();
        var reader = new TestReader(chip);

        Assert.Equal("9100", reader.Hex("90CA000005010203098600"));
        Assert.Equal("9100", reader.Hex("905A00000301020300"));
        Assert.Equal("009100", reader.Hex("90640000010500"));

        reader.Authenticate(0, new byte[16]);
        Assert.Equal("0986", Convert.ToHexString(reader.Do(0x45, "", mode: CommMode.Mac)));
    }

    /// <summary>New key XOR old key, version, checksum of the new key.</summary>
    private static string Cryptogram(byte[] old, byte version)
    {
        var key = Convert.FromHexString(NewKey);
        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32.Compute(key));
        byte[] mixed = [.. key.Zip(old, (left, right) => (byte)(left ^ right))];
        return $"{Convert.ToHexString(mixed)}{version:X2}{Convert.ToHexString(crc)}";
    }
}
