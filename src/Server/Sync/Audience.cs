namespace SmartCardCrm.Server.Sync;

/// <summary>Which terminals an item of the feed is for.</summary>
internal readonly record struct Audience
{
    public static Audience Everybody => default;

    /// <summary>The only one; null for no such bound.</summary>
    public long? Terminal { get; private init; }

    /// <summary>UID of the card that their store knows; null for no such bound.</summary>
    public string? Card { get; private init; }

    public static Audience Only(long terminal) => new() { Terminal = terminal };

    /// <summary>Those of the stores that know a card.</summary>
    public static Audience Knowing(string uid) => new() { Card = uid };
}
