using SmartCardCrm.Server.Staff;

namespace SmartCardCrm.Server.Terminals;

/// <summary>A terminal and how it is.</summary>
/// <param name="Terminal">As enrolled.</param>
/// <param name="Connected">It has a stream open.</param>
/// <param name="State">What it last said; null where it has said nothing since this server started.</param>
internal sealed record TerminalRow(Terminal Terminal, bool Connected, TerminalState? State);

/// <summary>What staff do about terminals.</summary>
internal sealed partial class TerminalDesk(
    TerminalBook book, OpenLines lines, TerminalWatch watch, ILogger<TerminalDesk> log)
{
    /// <summary>All terminals of stores.</summary>
    public IReadOnlyList<TerminalRow> All(StoreScope within) =>
        [.. book.All().Where(terminal => within.Covers(terminal.Store)).Select(terminal => new TerminalRow(
            terminal, lines.IsOpen((uint)terminal.Number), watch.Of((uint)terminal.Number)))];

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

    [LoggerMessage(LogLevel.Warning, "Terminal {Terminal} was revoked.")]
    private static partial void LogRevoked(ILogger log, uint terminal);
}
