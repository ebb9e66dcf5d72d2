using SmartCardCrm.Crash.Blows;
using SmartCardCrm.Crash.Chain;

namespace SmartCardCrm.Crash.Day;

/// <summary>The days that are played.</summary>
internal static class Days
{
    // An operation more is a line more.
    private static readonly IReadOnlyList<Act> Business =
    [
        new("earn", s => s.SellAsync(Ann, 1_500)),
        new("earn-lines", s => s.SellAsync(Bob, 2_340, lines: (2_000, 1, 340, 1))),
        new("ask", s => s.EnquireAsync(Ann, """{"member":true}""")) { Sales = 0 },
        new("quote", s => s.EnquireAsync(Bob, """{"basket":{"currency":"USD","amountMinor":900}}"""))
        {
            Sales = 0,
        },
        new("redeem-and-earn", s => s.SellAsync(Ann, 500, redeem: 10)),
        new("redeem-all", s => s.SellAsync(Bob, 99, redeem: Shop.All)),
        new("neither", s => s.SellAsync(Ann, 50)),
        new("cancel", s => s.CancelAsync(Ann, 700)),
        new("time-out", s => s.TimeOutAsync(Bob, 700)),
        new("sell-to-return", s => s.SellAsync(Cat, 7_500, lines: (6_000, 2, 1_500, 1), name: "shirts")),
        new("return", s => s.ReturnAsync("shirts", """[{"line":0,"quantity":1}]""", taken: 30))
        {
            GoesOn = true,
            Sales = 0,
        },
        new("reverse", s => s.ReverseAsync("shirts", taken: 45)) { GoesOn = true, Sales = 0 },
        new("sell-without-card", s => s.SellWithoutCardAsync(Cat, 4_000, name: "hat")),
        new("return-without-card", s => s.ReturnWithoutCardAsync(
            "hat", """[{"line":0,"quantity":0.5}]""", taken: 20))
        {
            GoesOn = true,
            Sales = 0,
        },
        new("return-elsewhere", s => s.ReturnElsewhereAsync(Cat, 2_000)),
        new("adjust-up", s => s.AdjustAsync(Ann, 25)) { Sales = 0 },
        new("adjust-down", s => s.AdjustAsync(Ann, -10)) { Sales = 0 },
        new("block", s => BackRoom.BlockAsync(s, Cat)) { Sales = 0 },
        new("unblock", s => BackRoom.UnblockAsync(s, Cat)) { GoesOn = true, Sales = 0 },
        new("close-day", s => s.CloseDayAsync()) { Sales = 0 },
        new("card-leaves-early", s => s.TearAsync(Ann, 1_100, exchange: 5, before: true)),
        new("doubt-did-not", s => s.TearAsync(Bob, 1_200, exchange: 9, before: true)),
        new("doubt-happened", s => s.TearAsync(Cat, 1_300, exchange: 9, before: false)),
        new("give-up-did-not", s => s.GiveUpAsync(Ann, 1_400, before: true)),
        new("give-up-happened", s => s.GiveUpAsync(Bob, 1_500, before: false)),
        new("card-action", s => s.SellAsync(Bob, 1_600)) { GoesOn = true },
        new("doubt-elsewhere", s => s.SettleElsewhereAsync(Cat, 1_700, before: false)),
        new("sell-to-reverse", s => s.SellAsync(Ann, 3_000, name: "coat")),
        new("doubt-in-reversal", s => s.ReverseAsync("coat", taken: 30, tearAt: 9))
        {
            GoesOn = true,
            Sales = 0,
        },
        new("offline", s => s.SellOfflineAsync(Ann, 1_800, redeem: 5)) { LeavesLineCut = true },
        new("offline-more", s => s.SellAsync(Cat, 1_900)) { GoesOn = true, LeavesLineCut = true },
        new("carry", s => s.CarryAsync(Cat, 800)) { GoesOn = true, LeavesLineCut = true, Sales = 3 },
        new("back-on-line", s => s.MendAsync()) { GoesOn = true, Sales = 0 },
    ];

    private static string Ann => Founding.Cards[0];

    private static string Bob => Founding.Cards[1];

    private static string Cat => Founding.Cards[2];

    /// <summary>Every operation, once at least; twenty sales and more.</summary>
    public static IReadOnlyList<Act> Short =>
    [
        Open,
        .. Business,
        AfterKill,
        Renew,
        Release,
        new("earn-last", s => s.SellAsync(Ann, 2_000)),
        CheckpointWhenIdle,
        Close,
    ];

    private static Act Open => new("open", s => s.OpenAsync())
    {
        Struck = StartThreads,
        BeginsClosed = true,
        Sales = 0,
    };

    private static Act AfterKill => new("open-after-kill", s => s.KillInSaleAsync(Bob, 2_100))
    {
        Struck = StartThreads,
    };

    private static Act Renew => new("renew", BackRoom.RenewAsync)
    {
        Struck = [Threads.Renewal],
        BeginsClosed = true,
        Sales = 0,
    };

    private static Act Release => new("release", BackRoom.ReleaseAsync)
    {
        Struck = [Threads.Wipe, Threads.Seal],
        BeginsClosed = true,
        Sales = 0,
    };

    private static Act CheckpointWhenIdle => new("idle", s => s.IdleAsync(Cat))
    {
        Struck = [Threads.Idle],
        IsLong = true,
        Sales = 0,
    };

    private static Act Close => new("close", s => s.CloseAsync()) { Struck = [Threads.Worker], Sales = 0 };

    private static IReadOnlyList<string> StartThreads => [Threads.Main, Threads.Endpoints];

    /// <summary>As many sales as asked for at least, and all that lies between, in an order of the
    /// seed.</summary>
    /// <param name="sales">1 or more.</param>
    /// <param name="dice">Rolls.</param>
    public static IReadOnlyList<Act> Long(int sales, Demo.Dice dice)
    {
        var acts = new List<Act> { Open };
        while (acts.Sum(act => act.Sales) < sales)
            acts.AddRange(Chapters(dice).SelectMany(chapter => chapter).Concat([AfterKill, Renew, Release]));
        acts.AddRange([CheckpointWhenIdle, Close]);
        return acts;
    }

    // What belongs together stays together: a sale and what undoes it, the line's cut and its mending.
    private static List<List<Act>> Chapters(Demo.Dice dice)
    {
        var chapters = new List<List<Act>>();
        foreach (var act in Business)
        {
            if (act.GoesOn)
                chapters[^1].Add(act);
            else
                chapters.Add([act]);
        }

        for (var i = chapters.Count - 1; i > 0; i--)
        {
            var other = dice.Below(i + 1);
            (chapters[i], chapters[other]) = (chapters[other], chapters[i]);
        }

        return chapters;
    }
}
