using SmartCardCrm.Simulator.Chip;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>FileOption bit 7: a file with more than one set of access rights.</summary>
public sealed class FurtherRightsTests
{
    private readonly DesfireChip _chip = TestCard.CreateWhole();

    [Fact]
    public void Each_set_gives_what_it_says()
    {
        // The first as it was; then key 4 reads, and key 5 reads and writes.
        new TestReader(_chip).Open(0).Do(0x5F, "01", "83201302FF4F5FFF");

        Assert.Equal(32, Open(1).Do(0xAD, "01000000000000").Length);
        Assert.Equal(32, Open(4).Do(0xAD, "01000000000000").Length);
        Assert.Equal((byte)Status.AuthenticationError, Open(4).Refused(0x8D, "01000000010000", "AA"));
        Open(5).Do(0x8D, "01000000010000", "AA");
        Assert.Equal((byte)Status.AuthenticationError, Open(0).Refused(0xAD, "01000000000000"));
    }

    [Fact]
    public void One_set_that_is_free_makes_the_right_free()
    {
        new TestReader(_chip).Open(0).Do(0x5F, "01", "83201301FFEF");

        Assert.Equal(32, new TestReader(_chip).Select().Do(0xAD, "01000000000000").Length);
    }

    [Fact]
    public void They_are_told_kept_and_taken_away()
    {
        Open(0).Do(0x5F, "01", "83201302FF4F5FFF");
        var kept = new DesfireChip(ChipMemory.Load(_chip.Memory.Save()), TestCard.Counting());
        Assert.Equal("0083201320000002FF4F5FFF", Settings(kept));

        new TestReader(kept).Open(0).Do(0x5F, "01", "032013");

        Assert.Equal("00032013200000", Settings(kept));
    }

    [Fact]
    public void A_reader_id_is_asked_for_where_any_set_lets_somebody_give_one()
    {
        Open(0).Do(0x5F, "05", "81F01F01202F");
        var till = Open(2);
        till.Credit(1);

        Assert.Equal((byte)OpenPoints.ReaderIdMissing, till.Refused(0xC7, "01", mode: CommMode.Mac));

        till.Open(2).Credit(1);
        till.CommitReaderId();
        Assert.Equal(1, till.Commit()[0]);
    }

    [Theory]
    [InlineData("832013", Status.LengthError)]
    [InlineData("83201300", Status.ParameterError)]
    [InlineData("83201308FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", Status.ParameterError)]
    [InlineData("83201302FF4F5F", Status.LengthError)]
    [InlineData("83201301FF4FFF", Status.LengthError)]
    [InlineData("83201301FF6F", Status.ParameterError)]
    [InlineData("03201301FF4F", Status.LengthError)]
    public void What_are_not_such_sets_changes_nothing(string settings, object status)
    {
        Assert.Equal((byte)(Status)status, Open(0).Refused(0x5F, "01", settings));

        Assert.Equal("00032013200000", Settings(_chip));
    }

    [Fact]
    public void A_file_is_created_for_them_without_any()
    {
        Open(0).Do(0xCD, "0783EEEE010000", mode: CommMode.Mac);

        Assert.Equal("0003EEEE010000", Convert.ToHexString(Open(0).Do(0xF5, "07", mode: CommMode.Mac)));
    }

    private TestReader Open(int key) => new TestReader(_chip).Open(key);

    private static string Settings(DesfireChip chip) =>
        Convert.ToHexString(new TestReader(chip).Open(0).Do(0xF5, "01", mode: CommMode.Mac));
}
