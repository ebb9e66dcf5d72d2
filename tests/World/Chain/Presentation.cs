namespace SmartCardCrm.World;

/// <summary>One time that a card lies on a reader: what is wanted, what goes wrong, what is seen.</summary>
/// <param name="purchase">What the till wants; null where the card is only shown.</param>
/// <param name="operation">What the tap is going to be, as far as one can tell beforehand.</param>
/// <param name="mishap">What goes wrong; null where nothing does.</param>
internal sealed class Presentation(Purchase? purchase, string operation, Mishap? mishap)
{
    private readonly Dictionary<byte, int> _sent = [];

    public Purchase? Purchase => purchase;

    public Mishap? Mishap => mishap;

    /// <summary>What is being done now: settling comes before the sale.</summary>
    public string Operation { get; private set; } = operation;

    /// <summary>Exchanges so far.</summary>
    public int Exchanges { get; private set; }

    /// <summary>Syncs of the terminal's disk so far.</summary>
    public int Syncs { get; set; }

    /// <summary>Whether there was a doubt to settle first.</summary>
    public bool BeganWithDoubt { get; } = operation == Visited.Settle;

    /// <summary>Commits that the chip made.</summary>
    public int Commits { get; set; }

    /// <summary>Where the mishap struck, as a cell of the coverage matrix without what came next; null where
    /// it did not.</summary>
    public string? Struck { get; private set; }

    /// <summary>A command is about to be sent.</summary>
    /// <param name="instruction">Its INS.</param>
    public void Exchanged(byte instruction)
    {
        Exchanges++;
        var occurrence = _sent[instruction] = _sent.GetValueOrDefault(instruction) + 1;
        if (mishap is { AtSync: false } && mishap.Place == Exchanges)
            Strike($"{instruction:X2}.{occurrence}");
    }

    /// <summary>The mishap strikes at a sync.</summary>
    public void StruckAtSync() => Strike($"sync.{Syncs}");

    /// <summary>The doubt is settled; what follows is the sale.</summary>
    public void Settled(string next)
    {
        _sent.Clear();
        Operation = next;
    }

    private void Strike(string place) => Struck = $"{Operation} {place} {mishap!.Kind}";
}
