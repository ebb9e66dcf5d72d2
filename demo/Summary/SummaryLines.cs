using System.Globalization;
using SmartCardCrm.Demo.Measuring;

namespace SmartCardCrm.Demo.Summary;

/// <summary>The end of a run: the lines that say how it went, and what does not balance.</summary>
/// <param name="Lines">Names and order are fixed; outside tools read them.</param>
/// <param name="Failures">One for each thing that does not balance; none means that all is well.</param>
/// <param name="Details">For people.</param>
internal sealed record SummaryLines(
    IReadOnlyList<string> Lines, IReadOnlyList<string> Failures, IReadOnlyList<string> Details)
{
    private const int FsyncsPerSale = 2;

    public static SummaryLines Of(Evidence evidence)
    {
        var balance = new Balance(evidence);
        var (book, overview, path) = (evidence.Book, evidence.Overview, evidence.Path);
        List<string> lines =
        [
            Line($"sales: {book.All.Count(told => told.IsBasket)}"),
            Line($"earned: {book.Sales.Sum(told => (long)told.Earned)}"),
            Line($"redeemed: {book.Sales.Sum(told => (long)told.Redeemed)}"),
            $"apdus per sale: {PerSale(path.Apdus, path)} (minimum {PerSale(path.ApdusLeast, path)})",
            $"fsyncs per sale: {(path.Fsyncs is { } fsyncs ? PerSale(fsyncs, path) : "not measured")}",
            Line($"lost: {balance.Lost.Count}"),
            Line($"duplicated: {balance.Duplicated.Count}"),
            Line($"ledger sum: {overview.LedgerSum}"),
            Line($"cards matching ledger: {balance.Matching} of {evidence.Cards.Count}"),
            Line($"exceptions open: {overview.ExceptionsOpen}"),
        ];
        if (evidence.IsChaos)
            lines.Add(Line($"doubts: {overview.DoubtsOpened} settled: {overview.DoubtsSettled}"));
        return new SummaryLines(lines, [.. Failing(evidence, balance)], [.. Telling(evidence)]);
    }

    private static IEnumerable<string> Failing(Evidence evidence, Balance balance)
    {
        var (book, overview, path) = (evidence.Book, evidence.Overview, evidence.Path);
        foreach (var problem in evidence.Problems.Concat(book.Contradictions))
            yield return problem;
        if (book.All.Count(told => told.IsBasket) is var sold && sold != evidence.Baskets)
            yield return Line($"{sold} of {evidence.Baskets} baskets were sold");
        if (path.Apdus != path.ApdusLeast)
            yield return Line($"{path.Apdus} APDUs where {path.ApdusLeast} are enough");
        if (path.Fsyncs - (FsyncsPerSale * path.Sales) is { } more && (more < 0 || more > path.Carried))
            yield return Line($"{path.Fsyncs} fsyncs for {path.Sales} sales");
        foreach (var lost in balance.Lost)
            yield return $"{lost.CheckoutKey}, told to the till, is not at headquarters ({lost.OperationId})";
        foreach (var twice in balance.Duplicated)
            yield return $"operation {twice} is posted more than once";
        if (overview.LedgerSum != 0)
            yield return Line($"the ledger sums to {overview.LedgerSum}");
        foreach (var card in balance.Unexplained)
        {
            var receipts = balance.Expected(card, evidence.Posted);
            yield return Line($"card {card.Customer.Uid}: chip {card.Chip.Points} at {card.Chip.Counter}, ")
                + Line($"ledger {card.Ledger?.Balance} at {card.Ledger?.Counter}, receipts {receipts}");
        }

        if (overview.ExceptionsOpen != 0)
            yield return Line($"{overview.ExceptionsOpen} exceptions are open");
        if (overview.DoubtsOpened != overview.DoubtsSettled)
            yield return Line($"{overview.DoubtsOpened - overview.DoubtsSettled} doubts are not settled");
    }

    private static IEnumerable<string> Telling(Evidence evidence)
    {
        var path = evidence.Path;
        yield return path.Fsyncs is null
            ? "fsyncs were not counted: that takes strace and pcscd"
            : Line($"counted over {path.Sales} undisturbed sales; ")
                + Line($"{path.FsyncsApart} fsyncs by other threads (checkpoints) apart");
        if (!evidence.IsChaos)
            yield break;
        var givenUp = evidence.Book.All.OfType<Told.GivenUp>().ToList();
        var closing = evidence.Book.All.Count(told => !told.IsBasket);
        var inDoubt = givenUp.Count(told => told.InDoubt);
        yield return Line($"{givenUp.Count} sales went without points because the till gave up, ")
            + Line($"{inDoubt} of them in doubt; {closing} closing visits");
    }

    private static string PerSale(long count, SalesPath path) =>
        ((decimal)count / Math.Max(path.Sales, 1)).ToString("0.00##", CultureInfo.InvariantCulture);

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
