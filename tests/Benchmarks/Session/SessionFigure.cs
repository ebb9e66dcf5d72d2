using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Session;

/// <summary>What our code adds to the AES in it: opening a session from a master key, and a whole sale,
/// against a card that replays its answers, each timed in turn with the bare AES work it contains.</summary>
internal static class SessionFigure
{
    private const int WarmUpRounds = 2_000;
    private const int Rounds = 10_000;

    public static int Print()
    {
        using var seller = new ReplayedSale();
        using var work = new BareAes();
        var times = new List<(TimeSpan Open, TimeSpan BareOpen, TimeSpan Sale, TimeSpan BareSale)>();
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            times.Add((
                Time(seller.Open), Time(() => work.Run(AesWork.OfOpening)),
                Time(seller.Sell), Time(() => work.Run(seller.Work))));
        }

        times.RemoveRange(0, WarmUpRounds);
        var (open, sale) = (Median(times.Select(t => t.Open)), Median(times.Select(t => t.Sale)));
        Say("session set-up ratio", open / Median(times.Select(t => t.BareOpen)));
        Say("sale crypto ratio", sale / Median(times.Select(t => t.BareSale)));
        Say("session set-up us", open.TotalMicroseconds);
        Say("sale us", sale.TotalMicroseconds);
        Say("aes keys of a sale", seller.Work.Keys);
        Say("aes blocks of a sale", seller.Work.Blocks);
        Say("sale allocated bytes", seller.AllocatedByASale());
        return 0;
    }
}
