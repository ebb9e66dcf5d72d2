namespace SmartCardCrm.Server.Storage;

/// <summary>Part of a list.</summary>
/// <param name="Rows">The rows of this page, in the list's order.</param>
/// <param name="Total">How many rows the whole list has.</param>
internal sealed record Page<T>(IReadOnlyList<T> Rows, long Total);
