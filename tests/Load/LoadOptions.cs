namespace SmartCardCrm.Load;

/// <summary>What a run is about.</summary>
/// <param name="Engine">One of <see cref="Store.Book.Engines"/>.</param>
/// <param name="Kills">How often the server dies.</param>
/// <param name="Seed">The same one buys the same and kills at the same places; the machine's pace is its
/// own.</param>
internal sealed record LoadOptions(string Engine, int Kills, uint Seed)
{
    public int Terminals { get; init; } = 6;
    public int Cards { get; init; } = 60;
}
