namespace SmartCardCrm.World;

/// <summary>Which cells of the coverage matrix a run has been in: what was being done, at which exchange or
/// sync, what struck, and where the card was presented next.</summary>
internal sealed class Visited
{
    private readonly SortedSet<string> _cells = new(StringComparer.Ordinal);
    private readonly Dictionary<PhysicalCard, (string Struck, uint Terminal)> _open = [];

    public IReadOnlySet<string> Cells => _cells;

    /// <summary>Something struck while this card lay there.</summary>
    public void Struck(PhysicalCard card, string struck, uint terminal)
    {
        Close(card, Next.None);
        _open[card] = (struck, terminal);
    }

    /// <summary>Whether something struck this card when it was presented last.</summary>
    public bool IsOpen(PhysicalCard card) => _open.ContainsKey(card);

    /// <summary>The card is presented.</summary>
    public void NextIsAt(PhysicalCard card, uint terminal)
    {
        if (_open.TryGetValue(card, out var open))
            Close(card, open.Terminal == terminal ? Next.Same : Next.Other);
    }

    /// <summary>Nothing more will be presented.</summary>
    public void End()
    {
        foreach (var card in _open.Keys.ToList())
            Close(card, Next.None);
    }

    private void Close(PhysicalCard card, string next)
    {
        if (_open.Remove(card, out var open))
            _cells.Add($"{open.Struck} {next}");
    }
}

/// <summary>Where a card is presented after something struck.</summary>
internal static class Next
{
    /// <summary>At the same incarnation of a terminal.</summary>
    public const string Same = "same";

    /// <summary>At another one, in the same place or elsewhere.</summary>
    public const string Other = "other";

    /// <summary>Never again.</summary>
    public const string None = "none";
}
