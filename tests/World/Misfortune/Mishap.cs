namespace SmartCardCrm.World;

/// <summary>What can go wrong while a card lies on a reader.</summary>
internal enum MishapKind
{
    /// <summary>The command never reaches the card.</summary>
    TearBefore,

    /// <summary>The card acts, its answer never arrives.</summary>
    TearAfter,

    /// <summary>The answer arrives with a wrong bit.</summary>
    Flip,

    /// <summary>The terminal's process ends before the command is sent.</summary>
    KillBefore,

    /// <summary>The terminal's process ends when the card has acted.</summary>
    KillAfter,

    /// <summary>The terminal loses power before the command is sent.</summary>
    CutBefore,

    /// <summary>The terminal loses power when the card has acted.</summary>
    CutAfter,
}

/// <summary>One thing that goes wrong during one presentation of a card.</summary>
/// <param name="Kind">What.</param>
/// <param name="Place">Where: as in <see cref="HitPlace"/>.</param>
internal sealed record Mishap(MishapKind Kind, string Place)
{
    public bool Kills => CanStrikeSync(Kind);

    public bool CutsPower => Kind >= MishapKind.CutBefore;

    public bool IsBefore => Kind is MishapKind.TearBefore or MishapKind.KillBefore or MishapKind.CutBefore;

    /// <summary>Whether this can happen while the disk syncs: to the terminal, not to the card.</summary>
    public static bool CanStrikeSync(MishapKind kind) => kind >= MishapKind.KillBefore;
}

/// <summary>Decides what goes wrong with the cards.</summary>
internal sealed class Mishaps(Dice dice, Fault faults)
{
    private const double Share = 0.3;

    // Few taps settle doubts or apply card actions: more of them are hit.
    private const double ShareOfRare = 0.7;

    // Where the most depends on it, and all doubts come from.
    private const double ShareOfCommit = 0.2;

    /// <summary>What goes wrong with this presentation; null where nothing does.</summary>
    /// <param name="operation">As in <see cref="Operation"/>.</param>
    public Mishap? Next(string operation)
    {
        var kinds = Kinds();
        var share = operation is Operation.Settle or Operation.Action ? ShareOfRare : Share;
        if (kinds.Count == 0 || !dice.Chance(share))
            return null;
        var kind = dice.Pick(kinds);
        var place = dice.Chance(ShareOfCommit)
            ? HitPlace.Commit
            : dice.Pick(CoverageMatrix.PlacesOf(operation, kind));
        return new Mishap(kind, place);
    }

    private List<MishapKind> Kinds()
    {
        var kinds = new List<MishapKind>();
        if (faults.HasFlag(Fault.Tear))
            kinds.AddRange([MishapKind.TearBefore, MishapKind.TearAfter]);
        if (faults.HasFlag(Fault.Flip))
            kinds.Add(MishapKind.Flip);
        if (faults.HasFlag(Fault.Kill))
            kinds.AddRange([MishapKind.KillBefore, MishapKind.KillAfter]);
        if (faults.HasFlag(Fault.PowerCut))
            kinds.AddRange([MishapKind.CutBefore, MishapKind.CutAfter]);
        return kinds;
    }
}
