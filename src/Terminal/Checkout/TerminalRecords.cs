using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>What a terminal has of the past.</summary>
/// <param name="Terminal">Its number.</param>
internal sealed record TerminalRecords(Journal Journal, Replica Replica, uint Terminal)
{
    /// <summary>Looks for a sale in this terminal's journal, and in what headquarters has told.</summary>
    /// <param name="told">Null where it was not asked.</param>
    /// <returns>Null where neither knows such a sale, or that it happened, or the till went on without
    /// points.</returns>
    public SoldSale? FindSale(Guid sale, FindSaleReply? told)
    {
        if ((InJournal(sale) ?? SoldSale.Told(told, Replica.FindRules, Terminal)) is not { } found)
            return null;

        // Of what came back here headquarters may not know yet, and this journal not any more.
        var returned = told?.Returned.ToList() ?? [];
        var toldOfHere = returned.Where(back => back.Terminal == Terminal)
            .Select(back => back.Sequence).ToHashSet();
        var returnedHere = Journal.Undoing(sale)
            .Where(back => back.Happened != false && !back.IsAbandoned && !toldOfHere.Contains(back.Sequence))
            .SelectMany(back => back.Intent.Returned);
        var elsewhere = returned.Where(back => back.Terminal != Terminal).ToList();
        return found with
        {
            Returned = [.. returnedHere.Select(SoldSale.LineOf), .. SoldSale.LinesOf(returned)],
            CameBackElsewhere = elsewhere.Count > 0,
            CameBackElsewhereWithoutCard = elsewhere.Any(back => !back.WithCard),
        };
    }

    private SoldSale? InJournal(Guid sale) =>
        Journal.Trace(sale) is { Happened: true, IsAbandoned: false } trace
        && (LogKind)trace.Intent.Kind == LogKind.Sale
            ? new SoldSale(trace.Intent, Replica.Rules(trace.Intent), [])
            : null;
}
