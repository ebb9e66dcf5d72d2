namespace SmartCardCrm.Server.Sync;

/// <summary>What became of one journal entry. Each of them is acknowledged: nothing bad stops the
/// stream.</summary>
internal abstract record Verdict
{
    private Verdict() { }

    /// <summary>Taken, and whatever it proves is in the book.</summary>
    public sealed record Accepted : Verdict;

    /// <summary>The very same entry was taken before; counted, and nothing more.</summary>
    public sealed record Duplicate : Verdict;

    /// <summary>Kept as evidence beside an open exception.</summary>
    /// <param name="Cause">One of <see cref="Reconciliation.Cause"/>.</param>
    /// <param name="Detail">A stable code that says what exactly is wrong.</param>
    public sealed record Parked(string Cause, string Detail) : Verdict;
}
