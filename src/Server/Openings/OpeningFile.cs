using System.Globalization;
using System.Text;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Server.Members;

namespace SmartCardCrm.Server.Openings;

/// <summary>What is wrong with a file of opening balances: stable codes.</summary>
internal static class OpeningCode
{
    public const string BatchLength = "batch-length";
    public const string BatchUndone = "batch-undone";
    public const string CardUnknown = "card-unknown";
    public const string CellsMissing = "cells-missing";
    public const string ColumnMissing = "column-missing";
    public const string ColumnUnknown = "column-unknown";
    public const string ContactAmbiguous = "contact-ambiguous";
    public const string ContactMalformed = "contact-malformed";
    public const string CsvMalformed = "csv-malformed";
    public const string ExpiresMalformed = "expires-malformed";
    public const string ExpiresPast = "expires-past";
    public const string FileEmpty = "file-empty";
    public const string LanguageUnknown = "language-unknown";
    public const string MemberMissing = "member-missing";
    public const string MemberUnknown = "member-unknown";
    public const string NameLength = "name-length";
    public const string PhoneLength = "phone-length";
    public const string PointsMalformed = "points-malformed";
    public const string ReferenceDiffers = "reference-differs";
    public const string ReferenceLength = "reference-length";
    public const string ReferenceTwice = "reference-twice";
}

/// <summary>Something wrong with a line; 0 for the file as a whole.</summary>
internal sealed record OpeningFault(int Line, string Code);

/// <summary>One balance, as a file has it. One of the three says whose it is.</summary>
internal sealed record OpeningLine
{
    public required int Line { get; init; }
    public Contact? Contact { get; init; }
    public long? Member { get; init; }
    public long? Card { get; init; }
    public required int Points { get; init; }

    /// <summary>The first day on which they may no longer be spent; null for never.</summary>
    public DateOnly? ExpiresOn { get; init; }
    public required string Reference { get; init; }

    /// <summary>Of a member who is to be taken on; or empty.</summary>
    public string Name { get; init; } = "";
    public string Language { get; init; } = "en";

    /// <summary>Whom to take on, by a contact that nobody has.</summary>
    public NewMember NewMember => Contact is { IsEmail: true }
        ? new NewMember(Name, null, Language, Contact?.Text)
        : new NewMember(Name, Contact?.Text, Language);
}

/// <summary>A file of opening balances, read without the book.</summary>
/// <param name="Lines">Those that can be read.</param>
/// <param name="Faults">What is wrong, by line.</param>
internal sealed record OpeningFile(IReadOnlyList<OpeningLine> Lines, IReadOnlyList<OpeningFault> Faults)
{
    private const int ReferenceLengthMost = 64;

    private static readonly string[] Who = ["contact", "member", "card"];
    private static readonly string[] Others = ["points", "expires", "reference", "name", "language"];

    /// <param name="bytes">UTF-8; the first line names the columns.</param>
    public static OpeningFile Read(ReadOnlySpan<byte> bytes)
    {
        var rows = CsvLines.Of(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF')).ToList();
        if (rows is not [(var first, { } columns), .. var rest])
            return Wrong(1, rows.Count == 0 ? OpeningCode.FileEmpty : OpeningCode.CsvMalformed);
        if (columns.Except(Who).Except(Others).Any() || columns.Distinct().Count() != columns.Count)
            return Wrong(first, OpeningCode.ColumnUnknown);
        if (!columns.Intersect(Who).Any() || !columns.Contains("points") || !columns.Contains("reference"))
            return Wrong(first, OpeningCode.ColumnMissing);

        var (lines, faults) = (new List<OpeningLine>(), new List<OpeningFault>());
        var references = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (number, cells) in rest)
        {
            var (line, code) = Read(number, columns, cells);
            if (line is not null && !references.Add(line.Reference))
                code = OpeningCode.ReferenceTwice;
            if (code is not null)
                faults.Add(new OpeningFault(number, code));
            else
                lines.Add(line!);
        }

        return new OpeningFile(lines, faults);
    }

    private static OpeningFile Wrong(int line, string code) => new([], [new OpeningFault(line, code)]);

    private static (OpeningLine? Line, string? Code) Read(
        int number, IReadOnlyList<string> columns, IReadOnlyList<string>? cells)
    {
        if (cells is null)
            return (null, OpeningCode.CsvMalformed);
        if (cells.Count != columns.Count)
            return (null, OpeningCode.CellsMissing);
        var row = columns.Zip(cells).Where(cell => cell.Second.Length > 0)
            .ToDictionary(cell => cell.First, cell => cell.Second, StringComparer.Ordinal);
        var expires = row.GetValueOrDefault("expires");
        var line = new OpeningLine
        {
            Line = number,
            Contact = row.TryGetValue("contact", out var contact) ? Contact.TryParse(contact) : null,
            Member = NumberOf(row.GetValueOrDefault("member")),
            Card = NumberOf(row.GetValueOrDefault("card")),
            Points = (int)(NumberOf(row.GetValueOrDefault("points")) ?? 0),
            ExpiresOn = DayOf(expires),
            Reference = row.GetValueOrDefault("reference") ?? "",
            Name = row.GetValueOrDefault("name") ?? "",
            Language = row.GetValueOrDefault("language") ?? "en",
        };
        return (line,
            row.Keys.Intersect(Who).Count() != 1 ? OpeningCode.MemberMissing
            : contact is not null && line.Contact is null ? OpeningCode.ContactMalformed
            : contact is null && (line.Member ?? line.Card) is null ? OpeningCode.MemberUnknown
            : line.Points == 0 ? OpeningCode.PointsMalformed
            : expires is not null && line.ExpiresOn is null ? OpeningCode.ExpiresMalformed
            : line.Reference.Length is 0 or > ReferenceLengthMost ? OpeningCode.ReferenceLength
            : null);
    }

    // 1 to 1,000,000,000.
    private static long? NumberOf(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is > 0 and <= 1_000_000_000
            ? number
            : null;

    private static DateOnly? DayOf(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, default, out var day)
            ? day
            : null;
}
