using SmartCardCrm.Terminal.Words;

namespace SmartCardCrm.Terminal.Receipts;

/// <summary>What a till prints about points.</summary>
/// <param name="Currency">Of its amounts, ISO 4217; null where there are none.</param>
internal sealed record Receipt(string? Currency, IReadOnlyList<ReceiptLine> Lines);

/// <summary>What a line of a receipt is about; stable.</summary>
internal enum ReceiptLineKind
{
    Title,
    Card,

    /// <summary>Points put on the card by a sale.</summary>
    Earned,

    /// <summary>What one rule gave of them.</summary>
    Gain,

    /// <summary>Points taken off the card by a sale.</summary>
    Redeemed,

    /// <summary>Points put on the card by a return or an adjustment.</summary>
    GivenBack,

    /// <summary>Points taken off the card by a return or an adjustment.</summary>
    TakenBack,

    /// <summary>Points changed by headquarters' card actions, signed.</summary>
    CardActions,

    /// <summary>Points for the member's account, signed.</summary>
    OnAccount,

    /// <summary>Points that the card did not hold and that are paid out of the refund.</summary>
    FromRefund,
    Balance,

    /// <summary>Points that a sale gives later.</summary>
    Pending,

    /// <summary>Points of the balance that expire next, or have.</summary>
    Expiring,
    ValidThrough,

    /// <summary>Money to pay, or to give back where it is below zero.</summary>
    Due,

    /// <summary>A sentence.</summary>
    Note,
    Operation,
    Day,
    BusinessDate,
    Terminal,

    /// <summary>How many operations of a kind there were; lines about them follow.</summary>
    Count,

    /// <summary>What was sold; below zero what came back.</summary>
    Amount,

    /// <summary>What was paid in money; below zero what was given back.</summary>
    Paid,

    /// <summary>How many operations nobody knows yet to have happened.</summary>
    OpenDoubts,
}

/// <summary>A line of a receipt.</summary>
/// <param name="Label">In the receipt's language.</param>
/// <param name="Value">Beside it, on the right; null where the label is all.</param>
internal sealed record ReceiptLine(ReceiptLineKind Kind, string Label, string? Value = null)
{
    /// <summary>The points that the value tells; null where it tells of none.</summary>
    public long? Points { get; init; }

    /// <summary>The money that the value tells, minor units; null where it tells of none.</summary>
    public long? AmountMinor { get; init; }

    /// <summary>The number that the value tells where it is neither; null where it tells of none.</summary>
    public long? Count { get; init; }

    /// <summary>Whether it is a part of a line above.</summary>
    public bool IsPart { get; init; }
}

/// <summary>The money of a programme.</summary>
/// <param name="Code">ISO 4217.</param>
/// <param name="MinorPerUnit">Minor units in a whole one: 1, 10, 100 …</param>
internal sealed record Currency(string Code, int MinorPerUnit);

/// <summary>Writes lines in one language.</summary>
internal sealed class LineWriter(Texts texts, Currency? currency)
{
    public Texts Texts => texts;

    public string? CurrencyCode => currency?.Code;

    public ReceiptLine Title(string name) => new(ReceiptLineKind.Title, texts[$"Receipt.title.{name}"]);

    public ReceiptLine Note(string name) => new(ReceiptLineKind.Note, texts[name]);

    public ReceiptLine Plain(ReceiptLineKind kind, string value) => new(kind, LabelOf(kind), value);

    /// <param name="label">Another label than the kind's.</param>
    public ReceiptLine Points(ReceiptLineKind kind, long points, string? label = null) =>
        new(kind, label ?? LabelOf(kind), $"{Whole(points)} {Noun(points)}") { Points = points };

    /// <summary>With its sign, where there is a change.</summary>
    public IEnumerable<ReceiptLine> Change(ReceiptLineKind kind, long points, string? label = null) =>
        points == 0
            ? []
            :
            [
                new(kind, label ?? LabelOf(kind), $"{Signed(points)} {Noun(points)}") { Points = points },
            ];

    public ReceiptLine Part(ReceiptLineKind kind, string label, long points) =>
        new(kind, label, Signed(points)) { Points = points, IsPart = true };

    public ReceiptLine Number(ReceiptLineKind kind, long count, string? label = null) =>
        new(kind, label ?? LabelOf(kind), Whole(count)) { Count = count };

    /// <param name="shown">As it is written; the number itself keeps its sign.</param>
    /// <returns>None where the currency is unknown.</returns>
    public IEnumerable<ReceiptLine> Money(ReceiptLineKind kind, string label, long minor, long shown) =>
        currency is null ? [] : [new(kind, label, MoneyOf(shown, currency)) { AmountMinor = minor }];

    public string Date(DateOnly day) => day.ToString(texts["Receipt.date"], texts.Language);

    /// <summary>A text with a day in it.</summary>
    public string Dated(string name, DateOnly day) => string.Format(texts.Language, texts[name], Date(day));

    private string LabelOf(ReceiptLineKind kind) => texts[$"Receipt.{Told.CodeOf(kind)}"];

    private string Noun(long points) => Plural.Pick(texts["Points"], points, texts.Language);

    private string Whole(long number) => number.ToString("#,0;\u2212#,0", texts.Language);

    private string Signed(long number) => number.ToString("+#,0;\u2212#,0;0", texts.Language);

    private string MoneyOf(long minor, Currency money)
    {
        var decimals = new string('0', Math.Max(0, (int)Math.Ceiling(Math.Log10(money.MinorPerUnit))));
        var number = decimals.Length > 0 ? $"#,0.{decimals}" : "#,0";
        var amount = (decimal)minor / money.MinorPerUnit;
        return $"{amount.ToString($"{number};\u2212{number}", texts.Language)}\u00A0{money.Code}";
    }
}
