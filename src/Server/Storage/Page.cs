namespace SmartCardCrm.Server.Storage;

/// <summary>Part of a list.</summary>
/// <param name="Rows">The rows of this page, in the list's order.</param>
/// <param name="Total">How many rows the whole list has; <see cref="Page.CountMost"/> where it has as many or
/// more.</param>
internal sealed record Page<T>(IReadOnlyList<T> Rows, long Total);

/// <summary>How long lists are.</summary>
internal static class Page
{
    /// <summary>Rows are counted so far: nobody turns more pages, and counting millions takes long.</summary>
    public const long CountMost = 1000;

    /// <summary>Counts the rows of a list.</summary>
    /// <param name="db">The book.</param>
    /// <param name="source">Its FROM and WHERE.</param>
    /// <param name="parameters">Of these.</param>
    public static long Count(DbSession db, string source, object? parameters = null) => db.Value<long>(
        $"SELECT COUNT(*) FROM (SELECT 1 {source} LIMIT {CountMost}) AS counted", parameters);
}
