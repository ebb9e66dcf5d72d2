namespace SmartCardCrm.Server.Relay;

/// <summary>A card to be issued: for whom, and where it will be presented.</summary>
/// <param name="Member">The member it is bound to.</param>
/// <param name="Terminal">The terminal whose reader is used.</param>
/// <param name="Reader">Name of the reader; empty for whichever gets a card.</param>
/// <param name="By">Who issues it.</param>
internal sealed record IssueRequest(long Member, uint Terminal, string Reader, string By);

/// <summary>Where issuing a card stands.</summary>
internal enum IssueState
{
    WaitingForCard = 1,
    Personalising,

    /// <summary>The card left too early. It is continued when the same card comes back.</summary>
    Interrupted,
    Done,
    Failed,
    Cancelled,
    TimedOut,
}

/// <summary>One thing that happened while issuing.</summary>
/// <param name="At">When.</param>
/// <param name="Code">Stable: a step of personalisation, or why it did not go on.</param>
internal sealed record IssueStep(DateTimeOffset At, string Code);

/// <summary>A job as it stands at this moment.</summary>
internal sealed record IssueProgress(Guid Id, IssueRequest Request, IssueState State)
{
    /// <summary>Why it failed; null where it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>The card it has begun with, 14 hex digits; null before.</summary>
    public string? Uid { get; init; }

    /// <summary>The number people will know the card by; null before it is planned.</summary>
    public long? CardNumber { get; init; }

    public IReadOnlyList<IssueStep> Steps { get; init; } = [];

    public bool IsOver =>
        State is IssueState.Done or IssueState.Failed or IssueState.Cancelled or IssueState.TimedOut;
}
