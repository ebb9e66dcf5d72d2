using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Reports;

/// <summary>Points that came to a member's account, or left it, for one reason.</summary>
internal sealed record AccountMove
{
    public long PostedUs { get; init; }

    /// <summary>The <see cref="AccountKind"/> that they came from, or went to.</summary>
    public long Contra { get; init; }

    /// <summary>Below zero for what left.</summary>
    public long Points { get; init; }
}

/// <summary>Reads what moved members' accounts.</summary>
internal sealed class AccountMoves(Database database)
{
    /// <summary>The newest first.</summary>
    /// <param name="member">Whose.</param>
    /// <param name="most">So many.</param>
    public IReadOnlyList<AccountMove> Newest(long member, int most) =>
        database.Read(db => db.List<AccountMove>(
            """
            SELECT posted_us, contra, CAST(SUM(points) AS bigint) AS points FROM posting
            WHERE account = @account AND owner = @member
            GROUP BY posted_us, contra, terminal, sequence ORDER BY posted_us DESC, MIN(id) DESC LIMIT @most
            """,
            new { account = (long)AccountKind.MemberOnAccount, member, most }));
}
