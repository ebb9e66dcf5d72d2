namespace SmartCardCrm.Terminal;

/// <summary>What does not work on this machine while it sells all the same; health shows it. Safe for many
/// threads.</summary>
internal sealed class FaultBook
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _faults = new(StringComparer.Ordinal);

    /// <summary>One line each: what, and why.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _faults.Select(f => $"{f.Key}: {f.Value}")];
        }
    }

    /// <returns>Whether it had worked before.</returns>
    public bool Broke(string what, string why)
    {
        lock (_gate)
            return _faults.TryAdd(what, why);
    }

    /// <returns>Whether it had not worked before.</returns>
    public bool Works(string what)
    {
        lock (_gate)
            return _faults.Remove(what);
    }
}
