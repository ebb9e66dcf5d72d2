using System.Text.Json;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>What a till posts to close its day.</summary>
/// <param name="BusinessDate">The store's, <c>yyyy-MM-dd</c>; left out, today there.</param>
internal sealed record DayBody(string? BusinessDate = null)
{
    /// <exception cref="ProblemException">It is no day.</exception>
    public DateOnly? ToDate() => BusinessDate is null ? null : CheckoutBody.Day(BusinessDate);
}

/// <summary>A day's totals: an X report while it goes on, a Z report once it is closed.</summary>
/// <param name="Id"><c>terminal-number-X</c> or <c>-Z</c>, for the X followed by the last entry that
/// counts.</param>
/// <param name="Number">1, 2, 3 … at this terminal.</param>
/// <param name="FirstEntry">The first journal entry that counts.</param>
/// <param name="LastEntry">The last one; below the first where there is none.</param>
/// <param name="OpenDoubts">Operations that nobody knows yet to have happened; a later day counts
/// them.</param>
/// <param name="Closed">Whether it is written down, and will not change.</param>
/// <param name="Countersigned">Whether headquarters has all of it and counts the same.</param>
/// <param name="Document">The totals as they are signed, base64.</param>
/// <param name="Signature">By the terminal's key, base64.</param>
internal sealed record DayAnswer(
    string Id, uint Number, string BusinessDate, uint FirstEntry, uint LastEntry,
    IReadOnlyList<DayLineAnswer> Totals, int OpenDoubts, bool Closed, bool Countersigned, string Document,
    string Signature)
{
    public static DayAnswer Of(uint terminal, DayReport day) => new(
        day.IsClosed ? $"{terminal}-{day.Number}-Z" : $"{terminal}-{day.Number}-X{day.Last}", day.Number,
        day.BusinessDate, day.First, day.Last, [.. day.Totals.Select(DayLineAnswer.Of)], day.OpenDoubts,
        day.IsClosed, day.IsCountersigned, Convert.ToBase64String(day.Document.Span),
        Convert.ToBase64String(day.Signature.Span));
}

/// <summary>The operations of one kind.</summary>
/// <param name="Kind">sale, return, reversal.</param>
/// <param name="AmountMinor">What was sold; below zero what came back.</param>
/// <param name="DueMinor">What was paid in money; below zero what was given back.</param>
/// <param name="Earned">Points put on cards.</param>
/// <param name="Redeemed">Points taken off cards.</param>
/// <param name="OnAccount">Points for members' accounts, signed.</param>
internal sealed record DayLineAnswer(
    string Kind, int Count, long AmountMinor, long DueMinor, long Earned, long Redeemed, long OnAccount)
{
    public static DayLineAnswer Of(DayTotal total) => new(
        JsonNamingPolicy.KebabCaseLower.ConvertName(((LogKind)total.Kind).ToString()), total.Count,
        total.AmountMinor, total.DueMinor, total.Earned, total.Redeemed, total.OnAccount);
}
