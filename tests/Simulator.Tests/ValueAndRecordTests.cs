using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>Limits of value files; order and capacity of record files.</summary>
public sealed class ValueAndRecordTests
{
    [Theory]
    [InlineData(0xDC, 101)]
    [InlineData(0x0C, 901)]
    public void A_value_never_leaves_its_limits(byte ins, int amount)
    {
        var reader = new TestReader(TestCard.CreateWithoutMac(points: 100)).Open(2);

        Assert.Equal(0xBE, reader.Refused(ins, "03", TestReader.Int32(amount)));
    }

    [Fact]
    public void Credits_and_debits_of_one_transaction_add_up_and_are_checked_one_by_one()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac(points: 100)).Open(2);
        reader.Credit(900);
        reader.Debit(50);
        reader.Credit(50);

        Assert.Equal(0xBE, reader.Refused(0x0C, "03", TestReader.Int32(1)));
    }

    [Fact]
    public void A_negative_amount_is_a_wrong_parameter()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(2);

        Assert.Equal(0x9E, reader.Refused(0xDC, "03", TestReader.Int32(-1)));
    }

    [Fact]
    public void A_limited_credit_gives_back_the_debits_of_the_last_transaction_once()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac(points: 100)).Open(2);
        reader.Debit(30);
        reader.Credit(10);
        reader.Debit(20);
        reader.Commit("");

        Assert.Equal("32000000", LimitOf(reader));
        reader.Do(0x1C, "03", TestReader.Int32(7));
        reader.Commit("");

        Assert.Equal("00000000", LimitOf(reader));
        Assert.Equal(67, reader.GetValue());
        Assert.Equal(0xBE, reader.Refused(0x1C, "03", TestReader.Int32(1)));
    }

    [Fact]
    public void A_limited_credit_needs_its_flag()
    {
        var reader = new TestReader(TestCard.Create(TestCard.Value(5, flags: 0))).Open(2);

        Assert.Equal(0x9D, reader.Refused(0x1C, "03", TestReader.Int32(0)));
    }

    [Fact]
    public void A_cyclic_file_keeps_the_newest_and_gives_the_oldest_first()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(2);
        for (byte content = 1; content <= 5; content++)
        {
            reader.WriteRecord(content);
            reader.Commit("");
        }

        Assert.Equal([3, 4, 5], reader.ReadRecords());
        Assert.Equal([5], reader.Do(0xAB, "04000000010000")[..1]);
        Assert.Equal([3], reader.Do(0xAB, "04020000010000")[..1]);
        Assert.Equal(0xBE, reader.Refused(0xAB, "04010000030000"));
    }

    [Fact]
    public void Writes_of_one_transaction_fill_one_record_and_the_rest_is_zero()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(2);
        reader.Do(0x8B, "04000000020000", "AAAA");
        reader.Do(0x8B, "04010000020000", "BBBB");
        reader.Commit("");

        Assert.Equal("AABBBB" + new string('0', 26), Convert.ToHexString(reader.Do(0xAB, "04000000000000")));
    }

    [Fact]
    public void An_updated_record_changes_in_place()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(2);
        reader.WriteRecord(1);
        reader.Commit("");
        reader.WriteRecord(2);
        reader.Commit("");

        reader.Do(0xBA, "04010000000000010000", "99");
        Assert.Equal([1, 2], reader.ReadRecords());
        reader.Commit("");

        Assert.Equal([0x99, 2], reader.ReadRecords());
    }

    [Fact]
    public void A_full_linear_file_takes_no_more()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(2);
        for (byte content = 1; content <= 2; content++)
        {
            reader.WriteRecord(content, TestCard.Linear);
            reader.Commit("");
        }

        Assert.Equal(0xBE, reader.Refused(0x8B, "06000000010000", "03"));
    }

    [Fact]
    public void A_cleared_file_is_empty_after_the_commit_and_takes_records_only_then()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac()).Open(2);
        reader.WriteRecord(1);
        reader.Commit("");

        reader.Do(0xEB, "04", mode: CommMode.Mac);
        Assert.Equal([1], reader.ReadRecords());
        Assert.Equal(0x9D, reader.Refused(0x8B, "04000000010000", "02"));

        reader.Open(2).Do(0xEB, "04", mode: CommMode.Mac);
        reader.Commit("");
        Assert.Equal(0xBE, reader.Refused(0xAB, "04000000000000"));
    }

    [Fact]
    public void A_span_beyond_the_file_is_out_of_bounds()
    {
        var reader = new TestReader(TestCard.CreateWithoutMac());

        Assert.Equal(0xBE, reader.Open(2).Refused(0xAD, "02300000010000"));
        Assert.Equal(0xBE, reader.Open(2).Refused(0xAD, "02000000310000"));
        Assert.Equal(0xBE, reader.Open(2).Refused(0x8D, "022F0000020000", "AAAA"));
        Assert.Equal(0xBE, reader.Open(2).Refused(0x8B, "040F0000020000", "AAAA"));
        Assert.Equal(0xBE, reader.Open(2).Refused(0x3D, "02000000FFFF00", "AA"));
    }

    /// <summary>The limit as GetFileSettings tells it, 4 bytes; listing is for the master key.</summary>
    private static string LimitOf(TestReader reader)
    {
        reader.Authenticate(0, TestCard.Key(0), first: false);
        var limit = Convert.ToHexString(reader.Do(0xF5, "03", mode: CommMode.Mac)[12..16]);
        reader.Authenticate(2, TestCard.Key(2), first: false);
        return limit;
    }
}
