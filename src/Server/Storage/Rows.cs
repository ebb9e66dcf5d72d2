namespace SmartCardCrm.Server.Storage;

/// <summary>What a column of <see cref="Rows"/> holds, null aside.</summary>
internal enum RowType
{
    /// <summary>A long.</summary>
    Number,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A byte[].</summary>
    Bytes,
}

internal sealed record RowColumn(string Name, RowType Type);

/// <summary>The columns of rows that a statement is run for; in it they stand as <c>{rows}</c>, a table named
/// row.</summary>
internal sealed class RowShape
{
    /// <summary>Where the rows stand in a statement.</summary>
    public const string Place = "{rows}";

    /// <param name="columns">As a table's are declared: <c>uid text, points bigint, body {bytes}</c>.</param>
    public RowShape(string columns)
    {
        Columns = [.. columns.Split(',', StringSplitOptions.TrimEntries).Select(Column)];
        Names = string.Join(", ", Columns.Select(column => column.Name));
    }

    public IReadOnlyList<RowColumn> Columns { get; }

    /// <summary>Separated by commas.</summary>
    public string Names { get; }

    private static RowColumn Column(string declared) => declared.Split(' ') switch
    {
        [var name, "bigint"] => new(name, RowType.Number),
        [var name, "text"] => new(name, RowType.Text),
        [var name, "{bytes}"] => new(name, RowType.Bytes),
        _ => throw new ArgumentException($"No column is declared by: {declared}", nameof(declared)),
    };
}

/// <summary>Rows that go into the book, or are asked for, together.</summary>
/// <param name="Shape">Their columns.</param>
/// <param name="Values">Each of as many values as there are columns.</param>
internal sealed record Rows(RowShape Shape, IReadOnlyList<object?[]> Values);

/// <summary>A statement that is run for rows.</summary>
/// <param name="Sql">With <see cref="RowShape.Place"/>.</param>
/// <param name="Rows">One or more.</param>
internal sealed record RowsStatement(string Sql, Rows Rows)
{
    /// <summary>The table that it adds the rows to, and does nothing else; null where it does.</summary>
    public string? Table { get; init; }

    /// <summary>Adds rows to a table.</summary>
    public static RowsStatement Insert(string table, Rows rows) =>
        new($"INSERT INTO {table} ({rows.Shape.Names}) SELECT {rows.Shape.Names} FROM {RowShape.Place}", rows)
        {
            Table = table,
        };
}
