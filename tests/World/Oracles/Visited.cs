using SmartCardCrm.Terminal;

namespace SmartCardCrm.World;

/// <summary>Which cells of the coverage matrix a run has been in: what was being done, at which exchange or
/// sync, what struck, and where the card was presented next.</summary>
internal sealed class Visited
{
    public const string Settle = "settle";
    public const string Action = "action";

    private readonly SortedSet<string> _cells = new(StringComparer.Ordinal);
    private readonly Dictionary<PhysicalCard, (string Struck, uint Terminal)> _open = [];

    public IReadOnlySet<string> Cells => _cells;

    /// <summary>What a sale is going to be.</summary>
    public static string SaleOf(Till till, Purchase purchase)
    {
        var (card, known) = (purchase.Card, till.Replica.Find(purchase.Card.Uid));
        var last = card.Newest?.Record.LastCardAction ?? 0;
        return known?.Pending.Any(action => action.Number == last + 1) == true ? Action
            : purchase.Asked > 0 && card.Points > 0 && known is not null && purchase.Amount >= 100 ? "redeem"
            : purchase.Amount >= 100 ? "earn"
            : "visit";
    }

    /// <summary>Something struck while this card lay there.</summary>
    public void Struck(PhysicalCard card, string struck, uint terminal)
    {
        Close(card, "none");
        _open[card] = (struck, terminal);
    }

    /// <summary>The card is presented.</summary>
    public void NextIsAt(PhysicalCard card, uint terminal)
    {
        if (_open.TryGetValue(card, out var open))
            Close(card, open.Terminal == terminal ? "same" : "other");
    }

    /// <summary>Nothing more will be presented.</summary>
    public void End()
    {
        foreach (var card in _open.Keys.ToList())
            Close(card, "none");
    }

    private void Close(PhysicalCard card, string next)
    {
        if (_open.Remove(card, out var open))
            _cells.Add($"{open.Struck} {next}");
    }
}
