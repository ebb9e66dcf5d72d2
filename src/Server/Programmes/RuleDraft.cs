using System.Text.Json.Serialization;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Server.Programmes;

/// <summary>Where a draft stands.</summary>
internal enum DraftState
{
    Draft = 0,

    /// <summary>The server publishes it by itself, at its time.</summary>
    Scheduled,

    /// <summary>It is a version now, and does not change any more.</summary>
    Published,

    /// <summary>Thrown away; kept to be looked at.</summary>
    Discarded,
}

/// <summary>Rules that are being written.</summary>
internal sealed record RuleDraft
{
    public long Id { get; init; }
    public long Programme { get; init; }

    /// <summary>As people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>1, and one more with each edit.</summary>
    public long Revision { get; init; }

    /// <summary>Who began it.</summary>
    public string Author { get; init; } = "";
    public long CreatedUs { get; init; }

    /// <summary>Who touched it last.</summary>
    public string ChangedBy { get; init; } = "";
    public long ChangedUs { get; init; }

    /// <summary>When it is to be published; null where it is not scheduled.</summary>
    public long? PublishUs { get; init; }
    public string? ScheduledBy { get; init; }

    /// <summary>As which version it was published.</summary>
    public long? Version { get; init; }
    public long? DiscardedUs { get; init; }

    [JsonIgnore]
    public byte[] Document { get; init; } = [];

    public DraftState State =>
        Version is not null ? DraftState.Published
        : DiscardedUs is not null ? DraftState.Discarded
        : PublishUs is not null ? DraftState.Scheduled
        : DraftState.Draft;

    /// <summary>The rules; the version in them means nothing.</summary>
    public RuleSet ToRules() => RuleSet.FromDocument(Document);
}

/// <summary>What became of a change to a draft.</summary>
internal abstract record DraftAnswer
{
    private DraftAnswer() { }

    /// <param name="Draft">As it is now.</param>
    public sealed record Done(RuleDraft Draft) : DraftAnswer;

    /// <param name="Code">Stable.</param>
    public sealed record Refused(string Code) : DraftAnswer;
}
