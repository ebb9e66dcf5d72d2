using SmartCardCrm.Loyalty.Offline;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Terminals;

/// <summary>A terminal and how it is.</summary>
/// <param name="Terminal">As enrolled.</param>
/// <param name="Connected">It has a stream open.</param>
/// <param name="State">What it last said; null where it has said nothing since this server started.</param>
internal sealed record TerminalRow(Terminal Terminal, bool Connected, TerminalState? State);

/// <summary>What staff do about terminals.</summary>
internal sealed partial class TerminalDesk(
    TerminalBook book, LimitsBook limits, OpenLines lines, TerminalWatch watch, FeedBell bell,
    ILogger<TerminalDesk> log)
{
    /// <summary>All terminals of stores.</summary>
    public IReadOnlyList<TerminalRow> All(StoreScope within) =>
        [.. book.All().Where(terminal => within.Covers(terminal.Store)).Select(RowOf)];

    /// <summary>One of them; null where there is none.</summary>
    public TerminalRow? Find(uint number, StoreScope within) =>
        book.Find(number, within) is { } terminal ? RowOf(terminal) : null;

    /// <summary>Shuts a terminal out for good, and ends what it has open at once.</summary>
    /// <param name="number">The terminal.</param>
    /// <param name="by">Who does it.</param>
    /// <returns>False where there is no such terminal.</returns>
    public bool Revoke(uint number, string by)
    {
        if (!book.Revoke(number, by))
            return false;
        lines.Revoke(number);
        LogRevoked(log, number);
        return true;
    }

    /// <summary>Sends a terminal its next limits, and keys or none where they say so.</summary>
    /// <inheritdoc cref="LimitsBook.Issue(Limits, string, int?)"/>
    public Limits? Limit(Limits wanted, string by, int? after = null)
    {
        var neededKeys = limits.Of(wanted.Terminal)?.NeedKeys;
        if (limits.Issue(wanted, by, after) is not { } issued)
            return null;
        bell.Ring();
        if (issued.NeedKeys != neededKeys)
            lines.ChangeKeys(wanted.Terminal);
        return issued;
    }

    private TerminalRow RowOf(Terminal terminal) => new(
        terminal, lines.IsOpen((uint)terminal.Number), watch.Of((uint)terminal.Number));

    [LoggerMessage(LogLevel.Warning, "Terminal {Terminal} was revoked.")]
    private static partial void LogRevoked(ILogger log, uint terminal);
}
