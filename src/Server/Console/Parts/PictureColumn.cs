namespace SmartCardCrm.Server.Console.Parts;

/// <summary>A column of a picture.</summary>
/// <param name="Label">Stands below it.</param>
/// <param name="Value">How high it is; below zero is nothing.</param>
/// <param name="Says">In words, for whoever does not see it.</param>
/// <param name="Href">Where it leads; null for nowhere.</param>
public sealed record PictureColumn(string Label, long Value, string Says, string? Href)
{
    /// <summary>What stands in it, narrower; null for nothing.</summary>
    public long? Other { get; init; }
}
