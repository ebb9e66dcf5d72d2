namespace SmartCardCrm.Fuzz;

/// <summary>Something that takes bytes from outside and must never be thrown by them.</summary>
/// <param name="Name">As the command line names it.</param>
/// <param name="Seeds">Inputs to begin with; at least one.</param>
/// <param name="Run">Takes one input. Throws only where the code under test is wrong.</param>
internal sealed record Target(string Name, IReadOnlyList<byte[]> Seeds, Func<byte[], Behaviour> Run);

/// <summary>What an input made the code do, as far as it can be seen from outside. An input that makes it do
/// something new is worth changing further.</summary>
internal readonly record struct Behaviour(ulong Hash)
{
    private const ulong Prime = 1099511628211;

    public static Behaviour None { get; } = new(14695981039346656037);

    /// <summary>The same, with one thing more seen after it.</summary>
    public Behaviour And(int seen) => unchecked(new((Hash ^ (uint)seen) * Prime));

    /// <inheritdoc cref="And(int)"/>
    public Behaviour And(string seen)
    {
        var all = this;
        foreach (var letter in seen)
            all = all.And(letter);
        return all;
    }
}
