using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.CardProtocol.Tests;
using SmartCardCrm.Terminal;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>
/// What the host adds to a tap: all the time from the first command to the card until the till is told, both
/// of the journal's syncs in it, less the time inside the chip, beside what a real card takes for the same
/// bytes. At a till minutes pass between two taps: the processor's caches are swept before each.
/// </summary>
internal static class HostTimeFigure
{
    private const int WarmUpRounds = 200;
    private const int Rounds = 300;
    private const double Kbits = 106;

    /// <param name="database">Where the journal is written, on the disk to be measured.</param>
    public static void Print(BenchChain chain, string database)
    {
        using var keys = new TerminalKeys();
        using var till = chain.OpenTill(BenchChain.FileAt(database), keys);
        till.Take(new() { Items = { BenchChain.MemberItem(1) } });
        var chip = chain.Issue(1);
        chip.Insert();
        var card = new TimedCard(chip);
        var counter = new Counter(till, card, Uid.FromBytes(Convert.FromHexString(chip.Uid)));

        var times = new List<TimeSpan>();
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
            times.Add(counter.HostTimeOfASale(round));
        var host = Median(times.Skip(WarmUpRounds));
        card.IsRecording = true;
        counter.HostTimeOfASale(WarmUpRounds + Rounds);
        var model = AirTime.Of(card.Transcript);
        Compare("tap host share", host, TimeSpan.FromMilliseconds(model.TapMs(Kbits)), aim: 0.25);
        Compare("tap host beside air alone", host, TimeSpan.FromMilliseconds(model.AirMs(Kbits)));
        Compare("first tap host share", times[0], TimeSpan.FromMilliseconds(model.TapMs(Kbits)));
        Say("tap apdus", model.Exchanges);
    }

    private sealed class Counter(Terminal.Till till, TimedCard card, Uid uid)
    {
        private readonly TimedReader _reader = new(card, uid);
        private TapLoop? _loop;

        public TimeSpan HostTimeOfASale(int number)
        {
            _loop ??= new TapLoop(_reader, till);
            var key = number.ToString(CultureInfo.InvariantCulture);
            if (till.Desk.Create(BenchChain.Basket(1234), key) is not CheckoutCreation.Created(var posted))
                throw new InvalidOperationException("The checkout is refused.");
            Caches.Sweep();
            _reader.Put();
            _loop.Step();
            var whole = TimeProvider.System.GetElapsedTime(card.FirstCommand);
            _reader.Take();
            _loop.Step();
            return till.Desk.Get(posted.Id)?.State is CheckoutState.Completed
                ? whole - card.Inside
                : throw new InvalidOperationException("The sale did not complete.");
        }
    }
}
