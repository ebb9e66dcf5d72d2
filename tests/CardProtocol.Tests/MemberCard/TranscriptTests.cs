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
