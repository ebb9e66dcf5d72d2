namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>What each use of a card sends and gets, byte for byte, in <c>tests/transcripts</c>.</summary>
public sealed class TranscriptTests
{
    [Fact]
    public void Identify()
    {
        var reader = Example.BornCard();
        using var card = Example.Open(reader, CardKeyNumber.Enquiry);

        card.ReadNewest();

        Assert.Equal(4, reader.Exchanges);
        Transcript.MustBe("identify", reader.Transcript);
    }

    [Fact]
    public void Identify_with_the_member_file()
    {
        var reader = Example.BornCard();
        using var card = Example.Open(reader, CardKeyNumber.Enquiry);

        card.ReadNewest();
        card.ReadProfile();

        Assert.Equal(5, reader.Exchanges);
        Transcript.MustBe("identify-with-member-file", reader.Transcript);
    }

    [Fact]
    public void Earn() => Sale("earn", exchanges: 9, earned: 57, redeemed: 0);

    [Fact]
    public void Redeem() => Sale("redeem", exchanges: 9, earned: 0, redeemed: 20);

    [Fact]
    public void Earn_and_redeem() => Sale("earn-and-redeem", exchanges: 10, earned: 57, redeemed: 20);

    [Fact]
    public void Visit() => Sale("visit", exchanges: 8, earned: 0, redeemed: 0);

    /// <summary>A commit's answer was lost: the same terminal finds its record, fetches the proof, and is
    /// ready to sell.</summary>
    [Fact]
    public void Settle()
    {
        var reader = Example.BornCard();
        reader.TornAt = (2 * 9) - 1;
        Assert.Throws<CardLostException>(() => Example.Sell(reader, earned: 57, redeemed: 0));
        reader.PutBack();

        using var card = Example.Open(reader, CardKeyNumber.Sale);
        Assert.Equal(1234u, card.ReadNewest().Sequence);
        using (var enquiry = Example.Open(reader, CardKeyNumber.Enquiry))
            Assert.Equal(2u, enquiry.ReadLastCommit().Tmc);
        card.Restart();

        Assert.Equal(11, reader.Exchanges);
        Transcript.MustBe("settle", reader.Transcript);
    }

    [Fact]
    public void Read_the_whole_log()
    {
        var reader = Example.BornCard();
        for (var sale = 0; sale < 9; sale++)
        {
            Example.Sell(reader, earned: 1, redeemed: 0);
            reader.PutBack();
        }

        using var card = Example.Open(reader, CardKeyNumber.Enquiry);
        Assert.Equal(10, card.ReadLog(10).Count);

        Assert.Equal(7, reader.Exchanges);
        Transcript.MustBe("read-log", reader.Transcript);
    }

    [Fact]
    public void Personalise()
    {
        var reader = new ChipInReader(Example.Uid);
        using var keys = Example.Keys();

        Personalisation.Run(reader, Example.Plan, keys, new CountingRandom(0x80).Fill);

        Transcript.MustBe("personalise", reader.Transcript);
    }

    private static void Sale(string name, int exchanges, int earned, int redeemed)
    {
        var reader = Example.BornCard();
        Example.Sell(reader, earned: 100, redeemed: 0);
        reader.PutBack();

        Example.Sell(reader, earned, redeemed);

        Assert.Equal(exchanges, reader.Exchanges);
        Transcript.MustBe(name, reader.Transcript);
    }
}
