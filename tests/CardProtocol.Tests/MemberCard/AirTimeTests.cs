namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>The table of docs/card.md, and what a sale may cost.</summary>
public sealed class AirTimeTests
{
    private const int SaleExchangesMost = 9;
    private const int SaleBytesMost = 600;
    private const double TapMsMost = 200;

    public static TheoryData<string> Transcripts =>
        [.. Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(
            StringComparer.Ordinal)];

    private static string Folder => Path.Combine(Vectors.Root, "tests", "transcripts");

    [Theory]
    [MemberData(nameof(Transcripts))]
    public void The_documents_say_how_long_each_use_takes(string use)
    {
        var card = File.ReadAllLines(Path.Combine(Vectors.Root, "docs", "card.md"));

        var row = Read(use).Row(use);
        Assert.True(card.Contains(row), $"docs/card.md should have\n{row}");
    }

    [Theory]
    [InlineData("earn")]
    [InlineData("redeem")]
    [InlineData("visit")]
    public void A_sale_is_short(string use)
    {
        var sale = Read(use);

        Assert.InRange(sale.Exchanges, 1, SaleExchangesMost);
        Assert.InRange(sale.AirBytes, 1, SaleBytesMost);
    }

    [Theory]
    [InlineData("identify")]
    [InlineData("identify-with-member-file")]
    [InlineData("visit")]
    [InlineData("earn")]
    [InlineData("redeem")]
    [InlineData("earn-and-redeem")]
    [InlineData("settle")]
    public void A_tap_is_over_before_a_customer_wonders(string use) =>
        Assert.InRange(Read(use).TapMs(424), 1, TapMsMost);

    [Theory]
    [InlineData(1, 4)]
    [InlineData(61, 64)]
    [InlineData(62, 71)] // a second block and its predecessor's acknowledgement
    [InlineData(123, 138)]
    public void Bytes_travel_in_blocks(int length, int onAir)
    {
        var line = ">" + string.Concat(Enumerable.Repeat(" 00", length));

        Assert.Equal(onAir + 5, AirTime.Of([line, "< 91 00"]).AirBytes);
    }

    private static AirTime Read(string use) =>
        AirTime.Of(File.ReadAllLines(Path.Combine(Folder, use + ".txt")));
}
