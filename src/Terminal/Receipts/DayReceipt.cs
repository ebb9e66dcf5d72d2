using System.Globalization;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.Receipts;

/// <summary>A day's totals as a receipt: an X report while it goes on, a Z report once it is
/// closed.</summary>
internal sealed class DayReceipt(LineWriter write)
{
    /// <param name="terminal">The terminal's number.</param>
    /// <param name="currency">Null where it is not known: then amounts are left out.</param>
    public static Receipt Of(uint terminal, DayReport day, Currency? currency, Texts texts)
    {
        var write = new LineWriter(texts, currency);
        return new Receipt(write.CurrencyCode, [.. new DayReceipt(write).LinesOf(terminal, day)]);
    }

    private IEnumerable<ReceiptLine> LinesOf(uint terminal, DayReport day) =>
    [
        write.Title(day.IsClosed ? "z" : "x"),
        write.Number(ReceiptLineKind.Terminal, terminal),
        write.Number(ReceiptLineKind.Day, day.Number),
        write.Plain(ReceiptLineKind.BusinessDate, write.Date(
            DateOnly.ParseExact(day.BusinessDate, "yyyy-MM-dd", CultureInfo.InvariantCulture))),
        .. day.Totals.SelectMany(TotalOf),
        .. day.Totals.Count == 0 ? new[] { write.Note("Receipt.nothing") } : [],
        .. day.OpenDoubts == 0 ? [] : new[] { write.Number(ReceiptLineKind.OpenDoubts, day.OpenDoubts) },
        write.Note(
            !day.IsClosed ? "Receipt.day-open"
            : day.IsCountersigned ? "Receipt.day-countersigned"
            : "Receipt.day-closed"),
    ];

    private IEnumerable<ReceiptLine> TotalOf(DayTotal total)
    {
        var kind = Told.CodeOf((LogKind)total.Kind);
        IEnumerable<ReceiptLine> parts =
        [
            .. Money(ReceiptLineKind.Amount, "Receipt.amount", total.AmountMinor),
            .. Money(ReceiptLineKind.Paid, "Receipt.paid", total.DueMinor),
            .. Points(ReceiptLineKind.Earned, "Receipt.day-earned", total.Earned),
            .. Points(ReceiptLineKind.Redeemed, "Receipt.day-redeemed", -total.Redeemed),
            .. Points(ReceiptLineKind.OnAccount, "Receipt.day-on-account", total.OnAccount),
        ];
        return
        [
            write.Number(ReceiptLineKind.Count, total.Count, write.Texts[$"Receipt.kind.{kind}"]),
            .. parts.Select(line => line with { IsPart = true }),
        ];
    }

    // An adjustment has no money in it.
    private IEnumerable<ReceiptLine> Money(ReceiptLineKind kind, string label, long minor) =>
        minor == 0 ? [] : write.Money(kind, write.Texts[label], minor, minor);

    private IEnumerable<ReceiptLine> Points(ReceiptLineKind kind, string label, long points) =>
        points == 0 ? [] : [write.Part(kind, write.Texts[label], points)];
}
