using System.Data;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.DayCertificates;

/// <summary>What a check goes over, page by page.</summary>
internal enum Extent
{
    /// <summary>All at once: little, or found by an index.</summary>
    Whole,

    /// <summary>Postings by their id; a page begins with an odd one, so that no move is torn.</summary>
    Postings,

    /// <summary>Cards by their number.</summary>
    Cards,
}

/// <summary>Numbers from one to another, both included.</summary>
internal sealed record Stretch(long From, long Through)
{
    public static readonly Stretch All = new(0, long.MaxValue);
}

/// <summary>One thing that holds at every moment, whatever is still on its way.</summary>
/// <param name="Invariant">Of the design's: I1 to I12.</param>
/// <param name="Code">Stable.</param>
/// <param name="Says">What must hold.</param>
/// <param name="Extent">What it goes over.</param>
/// <param name="Broken">How often it does not hold within a range.</param>
internal sealed record BookCheck(
    string Invariant, string Code, string Says, Extent Extent, Func<DbSession, Stretch, long> Broken)
{
    /// <summary>A check that is one query, with <c>@From</c> and <c>@Through</c>.</summary>
    public static BookCheck OfQuery(
        string invariant, string code, string says, Extent extent, string sql) =>
        new(invariant, code, says, extent, (db, range) => db.Value<long>(sql, range));

    /// <summary>Whether somebody has written into a database what no program has.</summary>
    public static bool IsUnreadable(Exception wrong) => wrong
        is DataException or InvalidCastException or FormatException or OverflowException;
}
