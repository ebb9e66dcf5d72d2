using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Pcsc;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Sale;

/// <summary>
/// What our code adds to the way to the card. A sale over pcscd and vpcd, everything but the journal, is
/// timed in turn with as many bare transmits of the same lengths to a card that only echoes; then the
/// journal's two commits.
/// </summary>
internal static class SaleFigure
{
    private const int WarmUpRounds = 500;
    private const int Rounds = 1_000;
    private static readonly TimeSpan CardWait = TimeSpan.FromSeconds(10);

    /// <param name="work">An empty folder for the journal, on the disk to be measured.</param>
    public static int Print(string work)
    {
        using var cards = Cards.Start();
        try
        {
            using var context = new PcscContext();
            var member = Connect(context, "Virtual Reader 0 00 00");
            var echo = Connect(context, "Virtual Reader 1 00 00");
            Measure(member, echo, work);
            return 0;
        }
        finally
        {
            cards.StandardInput.Close();
            cards.WaitForExit();
        }
    }

    private static void Measure(PcscCard member, PcscCard echo, string work)
    {
        using var seller = new Seller(new TimedChannel(member));
        var bare = new BareExchanges(echo, seller.LengthsOfASale());
        using var database = TerminalDatabase.Open(
            Till.BenchChain.FileAt(Path.Combine(work, "journal.db")), TimeProvider.System);
        var journal = new TwoCommits(Journal.Open(database, TimeProvider.System), seller.Steps);

        var times = new List<(TimeSpan Sale, TimeSpan Bare, TimeSpan Journal)>();
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
            times.Add((Time(seller.Sell), Time(bare.Run), Time(journal.Write)));
        times.RemoveRange(0, WarmUpRounds);

        var sale = Median(times.Select(t => t.Sale));
        var journalTime = Median(times.Select(t => t.Journal));
        Say("sale host ratio", sale / Median(times.Select(t => t.Bare)));
        Say("journal share", journalTime / (sale + journalTime));
        Say("sale ms", sale.TotalMilliseconds);
        Say("journal ms", journalTime.TotalMilliseconds);
        Say("apdus", seller.LengthsOfASale().Count);
    }

    private static PcscCard Connect(PcscContext context, string reader)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < CardWait)
        {
            if (context.TryConnect(reader) is { } card)
                return card;
            context.WaitForChange(reader, context.StateOf(reader) ?? default, 100);
        }

        throw new TimeoutException($"No card came to {reader}.");
    }
}
