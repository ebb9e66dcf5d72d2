namespace SmartCardCrm.World;

/// <summary>One time that a card lies on a reader: what is wanted, what goes wrong, what is seen.</summary>
/// <param name="purchase">What the till wants; null where the card is only shown.</param>
/// <param name="operation">What the tap is going to be, as far as one can tell beforehand.</param>
/// <param name="mishap">What goes wrong; null where nothing does.</param>
internal sealed class Presentation(Purchase? purchase, string operation, Mishap? mishap)
{
    private const byte ReadRecords = 0xAB;
    private const byte CommitTransaction = 0xC7;

    private readonly Dictionary<byte, int> _sent = [];

    public Purchase? Purchase => purchase;

    public Mishap? Mishap => mishap;

    /// <summary>What is being done now: settling comes before the sale.</summary>
    public string Operation { get; private set; } = operation;

    /// <summary>Exchanges so far, without <see cref="Spare"/>.</summary>
    public int Exchanges { get; private set; }

    /// <summary>Looks at the log once the card had committed: the customer has been told then.</summary>
    public int Spare { get; private set; }

    /// <summary>What headquarters has asked the terminal to do, one after the other.</summary>
    public int Questions { get; set; }

    /// <summary>Whether there was a doubt to settle first.</summary>
    public bool BeganWithDoubt { get; } = operation == World.Operation.Settle;

    /// <summary>Whether headquarters said something meanwhile, which may cost a sync of its own.</summary>
    public bool WasInterrupted { get; set; }

    /// <summary>The newest rules that the terminal had been told when the card was put down.</summary>
    public int RulesKnown { get; init; }

    /// <summary>Whether the terminal did not know the card when it was put down.</summary>
    public bool WasStranger { get; init; }

    /// <summary>Whether the terminal had been told not to serve the card when it was put down.</summary>
    public bool WasListed { get; init; }

    /// <summary>Commits that the chip made.</summary>
    public int Commits { get; set; }

    /// <summary>Whether it was one commit and nothing else.</summary>
    public bool IsUndisturbed => Struck is null && !BeganWithDoubt && !WasInterrupted && Commits == 1;

    /// <summary>Where the mishap struck, as a cell of the coverage matrix without what came next; null where
    /// it did not.</summary>
    public string? Struck { get; private set; }

    /// <summary>A command is about to be sent.</summary>
    /// <param name="instruction">Its INS.</param>
    /// <returns>What strikes now; null for nothing.</returns>
    public Mishap? Exchanged(byte instruction)
    {
        if (instruction == ReadRecords && _sent.ContainsKey(CommitTransaction))
        {
            Spare++;
            return MayStrike ? StrikesAt(HitPlace.Log(Spare)) : null;
        }

        Exchanges++;
        var occurrence = _sent[instruction] = _sent.GetValueOrDefault(instruction) + 1;
        // No sale reads more of the log before it commits: a doubt is being settled that headquarters has
        // closed since the card was put down.
        if (instruction == ReadRecords && occurrence > 1 && BeganWithDoubt)
            Operation = World.Operation.Settle;
        return MayStrike ? StrikesAt(HitPlace.Exchange(instruction, occurrence)) : null;
    }

    /// <summary>The terminal's disk is about to sync, or has just done so.</summary>
    /// <returns>What strikes now; null for nothing.</returns>
    public Mishap? Syncs(SyncMoment moment) =>
        MayStrike && mishap!.IsBefore == (moment == SyncMoment.Before)
            ? StrikesAt(HitPlace.Sync(Operation, commitSent: _sent.ContainsKey(CommitTransaction)))
            : null;

    /// <summary>The tap turns out to be another operation than was thought, or a sale follows the doubt that
    /// is settled: its exchanges are counted from there. Where headquarters closes the doubt meanwhile, the
    /// settling may begin one more session that counts as the sale's, before the sale's own.</summary>
    public void Becomes(string operation)
    {
        if (BeganWithDoubt && operation != World.Operation.Settle)
            _sent.Clear();
        Operation = operation;
    }

    private bool MayStrike => mishap is not null && Struck is null;

    private Mishap? StrikesAt(string place)
    {
        if (mishap!.Place != place)
            return null;
        Struck = $"{Operation} {place} {mishap.Kind}";
        return mishap;
    }
}
