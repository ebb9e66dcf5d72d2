using SmartCardCrm.Demo;
using SmartCardCrm.Mischief.Chain;

namespace SmartCardCrm.Mischief.Story;

/// <summary>Brings journals to the office in no order, some of it twice, some of it late.</summary>
internal sealed class Post(Office office, Year year, uint seed)
{
    private const int PieceMost = 4;
    private const double ShareSentAgain = 0.1;

    private readonly Dice _dice = Dice.For(seed, "post");
    private readonly Dictionary<ShopTerminal, int> _brought = [];
    private int _arrived;

    /// <summary>All that can come by itself; terminals whose line is cut come last.</summary>
    public void Bring()
    {
        Bring(deed => deed.Intent < deed.Terminal.CutFrom && ComesByItself(deed));
        Bring(ComesByItself);
    }

    /// <summary>What was missing, but for what is lost; and unknown cards are registered.</summary>
    public void BringMissing()
    {
        foreach (var uid in year.Unknown)
            office.Issue(uid);
        Bring(deed => deed.Fate != Fate.Lost);
    }

    private static bool ComesByItself(Deed deed) =>
        deed.Intent < deed.Terminal.WithheldFrom && deed is not { Fate: Fate.HalfLate, Arrived: >= 0 };

    private void Bring(Func<Deed, bool> comes)
    {
        var sending = year.Terminals.Where(terminal => Next(terminal) is { } next && comes(next)).ToList();
        while (sending.Count > 0)
        {
            var terminal = _dice.Pick(sending);
            var piece = 1 + _dice.Below(PieceMost);
            while (piece-- > 0 && Next(terminal) is { } deed && comes(deed))
                Bring(deed);
            if (_dice.Chance(ShareSentAgain))
                SendAgain(terminal);
            if (Next(terminal) is not { } next || !comes(next))
                sending.Remove(terminal);
        }
    }

    private Deed? Next(ShopTerminal terminal) =>
        terminal.Deeds.ElementAtOrDefault(_brought.GetValueOrDefault(terminal));

    private void Bring(Deed deed)
    {
        var terminal = deed.Terminal;
        var isHalf = deed is { Fate: Fate.HalfLate, Arrived: < 0 };
        Take(terminal, deed.Intent, isHalf ? deed.Intent : deed.Last);
        deed.Arrived = _arrived++;
        if (isHalf)
            return;
        _brought[terminal] = _brought.GetValueOrDefault(terminal) + 1;
        if (deed.Fate == Fate.Duplicated)
            Take(terminal, deed.Intent, deed.Last);
        if (deed.Fate == Fate.ConflictingDuplicate)
        {
            var other = terminal.Journal.Rewritten(deed.Last, body => body.RecordedAtUs++);
            office.Intake.Take(terminal.Number, [other]);
        }
    }

    private void SendAgain(ShopTerminal terminal)
    {
        var back = _dice.Below(PieceMost);
        var brought = _brought.GetValueOrDefault(terminal);
        if (terminal.Deeds.Take(brought).LastOrDefault() is { } last)
        {
            var first = terminal.Deeds[Math.Max(brought - 1 - back, 0)];
            Take(terminal, first.Intent, last.Last);
        }
    }

    private void Take(ShopTerminal terminal, uint from, uint through)
    {
        var entries = terminal.Journal.Entries.Skip((int)from - 1).Take((int)(through - from) + 1);
        office.Intake.Take(terminal.Number, [.. entries]);
    }
}
