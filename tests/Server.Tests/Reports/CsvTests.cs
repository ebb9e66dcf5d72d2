using SmartCardCrm.Server.Reports;

namespace SmartCardCrm.Server.Tests.Reports;

/// <summary>RFC 4180, and what spreadsheets make of text.</summary>
public sealed class CsvTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("says \"no\"", "\"says \"\"no\"\"\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+371", "'+371")]
    [InlineData("-x", "'-x")]
    [InlineData("@sum", "'@sum")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("=a,b", "\"'=a,b\"")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData(-5L, "-5")]
    public void A_cell_is_written_so_that_it_is_read_as_it_was_meant(object? cell, string written)
    {
        var table = new ReportTable(["what", "next"], [[cell, 1L]]);

        Assert.Equal($"what,next\r\n{written},1\r\n", Csv.Of(table));
    }
}
