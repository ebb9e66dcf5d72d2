namespace SmartCardCrm.Server.Reconciliation;

/// <summary>Why a person closes an exception: stable codes.</summary>
internal static class ResolutionReason
{
    /// <summary>What is missing will not come, and the chain bears it.</summary>
    public const string WrittenOff = "written-off";

    /// <summary>The points of a card were put right.</summary>
    public const string Corrected = "corrected";

    private static readonly IReadOnlyList<string> OfWhatTheDataCloses = [WrittenOff];

    private static readonly IReadOnlyList<string> OfTheRest =
        ["explained", Corrected, "card-replaced", "terminal-replaced", "fraud", "accepted"];

    public static readonly IReadOnlyList<string> All = [.. OfWhatTheDataCloses, .. OfTheRest];

    /// <summary>The reasons for which an exception may be closed by hand; none while its terminal is still to
    /// report: nobody closes by hand what the data can close.</summary>
    public static IReadOnlyList<string> For(string cause) => cause switch
    {
        Cause.Late => [],
        Cause.Gap or Cause.Doubt or Cause.UnknownCard or Cause.UnknownMember => OfWhatTheDataCloses,
        _ => OfTheRest,
    };
}

/// <summary>How far a resolution has come.</summary>
internal static class ResolutionState
{
    public const string Waiting = "waiting";
    public const string Done = "done";
    public const string Rejected = "rejected";
    public const string Void = "void";
}

/// <summary>What somebody noted of an exception.</summary>
internal sealed record ExceptionNote
{
    public string Note { get; init; } = "";
    public string WrittenBy { get; init; } = "";
    public long WrittenUs { get; init; }
}

/// <summary>One time that somebody closed an exception, or wanted to.</summary>
internal sealed record Resolution
{
    /// <summary>1, 2, 3 … for each exception. Who decides on one names it.</summary>
    public long Number { get; init; }

    /// <summary>One of <see cref="ResolutionReason"/>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Put on the exception's card, or below zero taken off.</summary>
    public long Points { get; init; }

    /// <summary>One of <see cref="ResolutionState"/>.</summary>
    public string State { get; init; } = "";
    public string AskedBy { get; init; } = "";
    public long AskedUs { get; init; }

    /// <summary>The second person; null where none was needed, or nobody has decided yet.</summary>
    public string? DecidedBy { get; init; }
    public long? DecidedUs { get; init; }

    /// <summary>The number of the card action that moves the points.</summary>
    public long? CardAction { get; init; }
}
