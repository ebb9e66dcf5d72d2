using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>One value file taking over the value of another.</summary>
public sealed class RestoreTransferTests
{
    private const byte Source = 7;
    private const byte Small = 8;
    private const byte Locked = 9;
    private readonly DesfireChip _chip = TestCard.Create(
        TestCard.Value(100),
        Value(Source, 250, upper: 1000, new AccessRights(0x20, 0x12)),
        Value(Small, 5, upper: 10, TestCard.Rights),
        Value(Locked, 1, upper: 10, new AccessRights(0xF0, 0xFF)),
        TestCard.Records(cyclic: true, most: 4));

    private readonly TestReader _reader;

    public RestoreTransferTests() => _reader = new TestReader(_chip).Open(2);

    [Fact]
    public void It_takes_effect_with_the_commit()
    {
        Restore("0307");
        Assert.Equal(100, _reader.GetValue());

        _reader.Commit("00");

        Assert.Equal(250, _reader.GetValue());
        Assert.Equal(250, _reader.GetValue(Source));
    }

    [Fact]
    public void It_takes_the_committed_value_and_later_changes_add_to_it()
    {
        _reader.Do(0x0C, $"{Source:X2}", TestReader.Int32(5));
        _reader.Credit(7);
        Restore("0307");
        _reader.Credit(1);
        _reader.Commit("00");

        Assert.Equal((251, 255), (_reader.GetValue(), _reader.GetValue(Source)));
    }

    [Theory]
    [InlineData(2, "0807", 0xBE)] // above the target's limit
    [InlineData(2, "0303", 0x9D)] // of itself
    [InlineData(2, "0304", 0x9D)] // of records
    [InlineData(2, "0403", 0x9D)] // to records
    [InlineData(2, "0306", 0xF0)]
    [InlineData(2, "0603", 0xF0)]
    [InlineData(1, "0307", 0xAE)] // a right to read is none to write
    [InlineData(2, "0309", 0x9D)]
    [InlineData(2, "0903", 0x9D)]
    [InlineData(2, "03", 0x7E)]
    [InlineData(2, "030707", 0x7E)]
    public void It_is_refused(int key, string files, byte status) =>
        Assert.Equal(status, _reader.Open(key).Refused(0xB1, files, mode: CommMode.Mac));

    [Fact]
    public void It_is_part_of_the_transaction_MAC()
    {
        var chip = TestCard.Create(
            TestCard.Value(100), Value(Source, 250, 1000, TestCard.Rights), TestCard.Mac());
        new TestReader(chip).Open(2).Do(0xB1, "0307", mode: CommMode.Mac);

        Assert.Equal("B1030700000000000000000000000000",
            Convert.ToHexString([.. chip.State.Transaction.MacInput]));
    }

    [Fact]
    public void Without_a_commit_nothing_happened()
    {
        Restore("0307");

        Assert.Equal(100, _reader.Open(2).GetValue());
    }

    private static ValueFile Value(byte number, int value, int upper, AccessRights rights) => new()
    {
        Number = number,
        Option = 3,
        Rights = rights,
        Lower = 0,
        Upper = upper,
        Value = value,
        Flags = 0,
    };

    private void Restore(string files) => _reader.Do(0xB1, files, mode: CommMode.Mac);
}
