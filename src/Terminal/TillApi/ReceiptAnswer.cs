using System.Globalization;
using SmartCardCrm.Terminal.Receipts;
using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.TillApi;

/// <summary>How a till wants its receipt, from the call's query.</summary>
internal sealed record ReceiptWish(Texts Texts, int Width)
{
    /// <exception cref="ProblemException">A value is out of its range.</exception>
    public static ReceiptWish Of(HttpRequest request)
    {
        var language = request.Query["language"].ToString();
        var texts = language.Length == 0 ? Texts.For(request) : Texts.Of(language);
        Body.Check(texts is not null, "language-unknown", "language is en or ru.");

        var width = request.Query["width"].ToString();
        var wide = Paper.WidthUsual;
        var isWidth = width.Length == 0
            || int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out wide);
        Body.Check(
            isWidth && wide is >= Paper.WidthLeast and <= Paper.WidthMost, "width-out-of-range",
            $"width is {Paper.WidthLeast} to {Paper.WidthMost} characters.");
        return new ReceiptWish(texts ?? Texts.English, wide);
    }
}

/// <summary>What a till prints about points.</summary>
/// <param name="Language">en, ru.</param>
/// <param name="Currency">Of its amounts, ISO 4217; null where there are none.</param>
/// <param name="Width">Characters in a line of the text, at most.</param>
/// <param name="Text">The same, ready for the printer; each line ends in a line feed.</param>
internal sealed record ReceiptAnswer(
    string Language, string? Currency, IReadOnlyList<ReceiptLineAnswer> Lines, int Width, string Text)
{
    public static ReceiptAnswer Of(Receipt receipt, ReceiptWish wish) => new(
        wish.Texts.Language.Name, receipt.Currency, [.. receipt.Lines.Select(ReceiptLineAnswer.Of)],
        wish.Width, Paper.Print(receipt, wish.Width));
}

/// <param name="Kind"><see cref="ReceiptLineKind"/> in lower case with hyphens.</param>
/// <param name="Label">In the receipt's language.</param>
/// <param name="Value">Beside it; null where the label is all.</param>
/// <param name="Points">The points that the value tells.</param>
/// <param name="AmountMinor">The money that it tells, minor units.</param>
/// <param name="Count">The number that it tells where it is neither.</param>
/// <param name="Part">Whether it is a part of a line above.</param>
internal sealed record ReceiptLineAnswer(
    string Kind, string Label, string? Value, long? Points, long? AmountMinor, long? Count, bool Part)
{
    public static ReceiptLineAnswer Of(ReceiptLine line) => new(
        Told.CodeOf(line.Kind), line.Label, line.Value, line.Points, line.AmountMinor, line.Count,
        line.IsPart);
}
