namespace SmartCardCrm.World;

/// <summary>Kinds of things that go wrong. A run has any subset of them.</summary>
[Flags]
internal enum Fault
{
    None = 0,

    /// <summary>The card is torn away before or after an exchange.</summary>
    Tear = 1,

    /// <summary>An answer of the card arrives with a wrong bit.</summary>
    Flip = 2,

    /// <summary>The terminal's process is killed.</summary>
    Kill = 4,

    /// <summary>The terminal loses power: what was not synced may be lost.</summary>
    PowerCut = 8,

    /// <summary>The terminal's disk is full for a while.</summary>
    DiskFull = 16,

    /// <summary>The terminal's disk says synced when it is not.</summary>
    DiskLies = 32,

    /// <summary>The terminal's disk is damaged, replaced, or restored from an old image.</summary>
    DiskLost = 64,

    /// <summary>The terminal's clock is wrong or jumps.</summary>
    Clock = 128,

    /// <summary>The network is cut, slow, or delivers late and twice.</summary>
    Network = 256,

    /// <summary>The server is killed, loses power, or its disk is full.</summary>
    Server = 512,

    /// <summary>The server is restored from a backup.</summary>
    Backup = 1024,

    /// <summary>A card is lost, copied or rolled back.</summary>
    Card = 2048,

    /// <summary>A terminal is stolen and its keys are misused.</summary>
    Theft = 4096,

    All = 8191,
}

/// <summary>What a run is made from: the same plan gives the same run, to the byte.</summary>
/// <param name="Seed">Decides everything that chance decides.</param>
/// <param name="Taps">The run comes to its end after so many.</param>
/// <param name="Members">How many members shop, at least 1.</param>
/// <param name="Terminals">How many terminals there are, at least 1.</param>
/// <param name="Faults">What may go wrong.</param>
internal sealed record WorldPlan(ulong Seed, int Taps, int Members, int Terminals, Fault Faults)
{
    /// <summary>The plan a seed stands for: large or small, with few or many kinds of faults, so that every
    /// pair of them meets without the rest in between.</summary>
    public static WorldPlan Of(ulong seed, int taps = 1000)
    {
        var dice = Dice.For(seed, "plan");
        var faults = Fault.None;
        var share = 0.2 + (0.8 * dice.Share());
        foreach (var fault in Enum.GetValues<Fault>())
        {
            if (fault is not (Fault.None or Fault.All) && dice.Chance(share))
                faults |= fault;
        }

        return new WorldPlan(seed, taps, 3 + dice.Below(28), 2 + dice.Below(6), faults);
    }
}

/// <summary>Something that must never be, and was.</summary>
/// <param name="Invariant">Its name in the design: I1 … I12, or what else was promised.</param>
/// <param name="What">What was seen, with names and numbers.</param>
internal sealed record Violation(string Invariant, string What);

/// <summary>Ends a run at the moment at which something must never have been.</summary>
internal sealed class ViolationException(Violation violation)
    : Exception($"{violation.Invariant}: {violation.What}")
{
    public Violation Violation => violation;
}

/// <summary>How a run ended.</summary>
/// <param name="Plan">What it was made from.</param>
/// <param name="Taps">Taps that took place.</param>
/// <param name="TerminalTime">Simulated time of all terminals together.</param>
/// <param name="Faults">How often each kind of fault struck, by its name.</param>
/// <param name="Cells">The cells of the coverage matrix that were visited.</param>
/// <param name="Digest">SHA-256 over everything that was written to disks, sent to cards and said on the
/// network, in hex.</param>
/// <param name="Violation">What was found; null where nothing was.</param>
/// <param name="Story">The last events, oldest first.</param>
internal sealed record WorldOutcome(
    WorldPlan Plan, int Taps, TimeSpan TerminalTime, IReadOnlyDictionary<string, long> Faults,
    IReadOnlySet<string> Cells, string Digest, Violation? Violation, IReadOnlyList<string> Story)
{
    /// <summary>Points that a thief has redeemed at honest tills.</summary>
    public long StolenPoints { get; init; }

    /// <summary>The part of them that limits bound, beside the bound.</summary>
    public Loss Loss { get; init; }
}

/// <summary>What was redeemed with cards that are not to be trusted, where docs/security.md bounds
/// it.</summary>
/// <param name="Points">That much.</param>
/// <param name="Most">What <c>dayMost</c> of the terminals allows on the days on which it happened.</param>
internal readonly record struct Loss(long Points, long Most)
{
    public static Loss operator +(Loss one, Loss other) =>
        new(one.Points + other.Points, one.Most + other.Most);
}
