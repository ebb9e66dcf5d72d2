namespace SmartCardCrm.World.Tests;

public sealed class CoverageMatrixTests
{
    [Fact]
    public void Every_cell_is_listed_once()
    {
        var listed = CoverageMatrix.Rows.SelectMany(row => row.Cells).ToList();

        Assert.Equal(listed.Count, CoverageMatrix.Cells.Count);
    }

    [Theory]
    [InlineData("earn Commit.1 TearAfter other")]
    [InlineData("redeem Debit.1 Flip same")]
    [InlineData("action Credit.2 CutBefore none")]
    [InlineData("visit intent-sync KillBefore same")]
    [InlineData("settle ReadData.1 KillAfter other")]
    public void What_can_happen_is_a_cell(string cell)
    {
        Assert.Contains(cell, CoverageMatrix.Cells);
        Assert.Null(CoverageMatrix.Check([cell]));
    }

    [Theory]
    [InlineData("visit Credit.1 TearAfter same")]
    [InlineData("earn Debit.1 TearAfter same")]
    [InlineData("earn outcome-sync TearBefore same")]
    [InlineData("settle Commit.1 TearAfter same")]
    [InlineData("earn 3D.1 TearAfter same")]
    public void A_run_that_was_where_no_cell_is_has_a_violation(string stranger)
    {
        var violation = CoverageMatrix.Check(["earn Commit.1 TearAfter same", stranger]);

        Assert.Equal("matrix", violation?.Invariant);
        Assert.Contains(stranger, violation?.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Mishaps_strike_only_where_they_can()
    {
        Assert.Contains(HitPlace.Intent, CoverageMatrix.PlacesOf(Operation.Earn, MishapKind.CutBefore));
        Assert.DoesNotContain(
            HitPlace.Intent, CoverageMatrix.PlacesOf(Operation.Earn, MishapKind.TearBefore));
        Assert.DoesNotContain("Credit.1", CoverageMatrix.PlacesOf(Operation.Visit, MishapKind.TearBefore));
    }

    [Fact]
    public void Card_actions_after_the_second_count_as_the_second()
    {
        Assert.Equal("Credit.2", HitPlace.Exchange(0x0C, 3));
        Assert.Equal("ReadRecords.3", HitPlace.Exchange(0xAB, 3));
    }

    [Fact]
    public void The_table_tells_each_place_and_what_is_missing_there()
    {
        var all = CoverageMatrix.Cells.ToHashSet(StringComparer.Ordinal);
        all.Remove("redeem Debit.1 Flip other");

        var table = CoverageTable.Of(all).ToList();

        Assert.Contains("redeem     Debit.1             20 of 21  Flip other", table);
        Assert.Contains("settle     settlement-sync     12 of 12", table);
        Assert.All(CoverageMatrix.Excluded, reason => Assert.Contains($"- {reason}", table));
    }
}
