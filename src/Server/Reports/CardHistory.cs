namespace SmartCardCrm.Server.Reports;

/// <summary>A line of a card's history.</summary>
internal abstract record HistoryLine
{
    private HistoryLine() { }

    /// <summary>A transaction in the book.</summary>
    public sealed record Posted(TransactionRow Row) : HistoryLine;

    /// <summary>Transactions that the card has made and nobody has reported yet.</summary>
    /// <param name="From">The first missing counter.</param>
    /// <param name="Through">The last one.</param>
    public sealed record Missing(long From, long Through) : HistoryLine;

    /// <summary>One of the missing, as far as the card tells it.</summary>
    public sealed record Unreported(TransactionRow Row) : HistoryLine;
}

/// <summary>Puts a card's transactions and its gaps in one order.</summary>
internal static class CardHistory
{
    /// <summary>Lines of one page, newest first, each gap in its place, and below it what the card tells of
    /// it.</summary>
    /// <param name="rows">
    /// Transactions of one card by counter, newest first: the page's, and the next where there is one.
    /// </param>
    /// <param name="unreported">Of that card, newest first.</param>
    /// <param name="most">Rows on the page.</param>
    public static IEnumerable<HistoryLine> Lines(
        IReadOnlyList<TransactionRow> rows, IReadOnlyList<TransactionRow> unreported, int most)
    {
        for (var i = 0; i < Math.Min(rows.Count, most); i++)
        {
            yield return new HistoryLine.Posted(rows[i]);

            var (below, above) = (i + 1 < rows.Count ? rows[i + 1].Counter : 0, rows[i].Counter);
            if (below + 1 < above)
                yield return new HistoryLine.Missing(below + 1, above - 1);
            foreach (var row in unreported.Where(row => row.Counter > below && row.Counter < above))
                yield return new HistoryLine.Unreported(row);
        }
    }
}
