namespace SmartCardCrm.CardProtocol.Tests;

public sealed class TransactionContentTests
{
    private static readonly byte[] Record = Example.Vector.Bytes("sale");

    [Fact]
    public void A_birth_is_read_back()
    {
        var card = new ChipInReader(Example.Uid);
        using var keys = Example.Keys();

        var birth = Personalisation.Run(card, Example.Plan, keys, new CountingRandom(0).Fill);

        var content = TransactionContent.TryRead(birth.Steps);
        Assert.Equal(Example.Birth, content?.RecordWritten);
        Assert.Equal(Example.Plan.ReaderId, content?.ReaderId);
        Assert.Null(content?.RecordRead);
    }

    [Theory]
    [InlineData("AB04000000020000", 128)] // more than the newest record
    [InlineData("AB04010000010000", 64)] // an older record
    [InlineData("8B04000000200000", 64)] // half a record
    [InlineData("8B03000000400000", 64)] // another file
    [InlineData("6C03", 5)]
    [InlineData("6C0300", 4)]
    [InlineData("1C03", 4)] // LimitedCredit
    [InlineData("C8", 31)]
    [InlineData("8D02000000800000", 127)]
    [InlineData("", 4)]
    public void A_step_that_no_member_card_makes_is_not_read(string header, int length)
    {
        var data = new byte[length];
        Record.AsSpan(0, Math.Min(length, Record.Length)).CopyTo(data);

        Assert.Null(TransactionContent.TryRead([Step(header, data)]));
    }

    [Theory]
    [InlineData("8B04000000400000")]
    [InlineData("AB04000000010000")]
    public void A_record_that_comes_twice_is_not_read(string header)
    {
        Assert.NotNull(TransactionContent.TryRead([Step(header, Record)]));
        Assert.Null(TransactionContent.TryRead([Step(header, Record), Step(header, Record)]));
    }

    [Theory]
    [InlineData("0C03")]
    [InlineData("DC03")]
    [InlineData("6C03")]
    public void A_negative_value_is_not_read(string header) =>
        Assert.Null(TransactionContent.TryRead([Step(header, [0, 0, 0, 0x80])]));

    [Fact]
    public void A_record_of_another_layout_is_not_read()
    {
        var other = Record.ToArray();
        other[42] = 2;

        Assert.Null(TransactionContent.TryRead([Step("8B04000000400000", other)]));
    }

    private static TransactionStep Step(string header, byte[] data) =>
        new(Convert.FromHexString(header), data);
}
