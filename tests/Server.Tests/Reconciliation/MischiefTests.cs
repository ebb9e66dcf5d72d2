using SmartCardCrm.Mischief;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Reconciliation;

/// <summary>A year of real purchases, and what can befall them on their way: each transaction ends matched,
/// or in one exception of the right cause.</summary>
public sealed class MischiefTests(PostgresCluster postgres, ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 800)]
    [InlineData(2, 800)]
    public void A_book_says_what_befell_each_transaction(uint seed, int sales) => Judge(seed, sales, null);

    [Fact]
    public void A_book_on_postgres_says_it_too() => Judge(seed: 3, sales: 400, postgres.CreateSchema());

    private void Judge(uint seed, int sales, string? address)
    {
        Assert.SkipUnless(MischiefRun.IsPossible, $"There are no real purchases in {MischiefRun.Folder}.");
        using var told = new StringWriter();

        var wrong = MischiefRun.Judge(seed, sales, address, told);

        output.WriteLine(told.ToString());
        Assert.Equal([], wrong);
    }
}
