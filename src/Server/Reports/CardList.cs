using System.Globalization;
using Dapper;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Reports;

/// <summary>A card beside its member and its account.</summary>
internal sealed record CardRow
{
    /// <summary>The number people know it by.</summary>
    public long Number { get; init; }

    /// <summary>14 hex digits.</summary>
    public string Uid { get; init; } = "";
    public long Generation { get; init; }
    public CardStatus Status { get; init; }
    public long Member { get; init; }
    public string MemberName { get; init; } = "";
    public long Programme { get; init; }

    /// <summary>The fold of the card's postings.</summary>
    public long Balance { get; init; }

    /// <summary>What the chip held after the newest posted transaction; null before the first.</summary>
    public long? BalanceOnChip { get; init; }

    /// <summary>Posted transactions.</summary>
    public long Transactions { get; init; }

    /// <summary>Highest counter with no hole below it.</summary>
    public long AcknowledgedCounter { get; init; }

    /// <summary>When the newest posted transaction was recorded, or null.</summary>
    public long? LastUs { get; init; }
    public long CreatedUs { get; init; }

    /// <summary>Of a bench; 0 for none.</summary>
    public long Batch { get; init; }
}

/// <summary>Reads cards.</summary>
internal sealed class CardList(Database database)
{
    private const long NumberMost = 10_000_000_000;

    private static readonly string Rows =
        $"""
        SELECT c.number, c.uid, c.generation, c.status, c.member, m.name AS member_name, c.programme,
            c.acknowledged_counter, c.created_us, c.batch,
            (SELECT COALESCE(SUM(p.points), 0) FROM posting p
                WHERE p.account = {(int)AccountKind.MemberOnCard} AND p.owner = c.number) AS balance,
            (SELECT t.balance_after FROM card_transaction t
                WHERE t.uid = c.uid AND t.generation = c.generation
                ORDER BY t.counter DESC LIMIT 1) AS balance_on_chip,
            (SELECT COUNT(*) FROM card_transaction t
                WHERE t.uid = c.uid AND t.generation = c.generation) AS transactions,
            (SELECT MAX(t.recorded_us) FROM card_transaction t
                WHERE t.uid = c.uid AND t.generation = c.generation) AS last_us
        FROM card c JOIN member m ON m.id = c.member
        """;

    public CardRow? Find(long number) =>
        database.Read(db => db.Find<CardRow>($"{Rows} WHERE c.number = @number", new { number }));

    /// <summary>The card whose chip has this UID, in its newest generation.</summary>
    /// <param name="uid">14 hex digits, upper case.</param>
    public CardRow? FindByUid(string uid) =>
        database.Read(db => db.Find<CardRow>(
            $"{Rows} WHERE c.uid = @uid ORDER BY c.generation DESC LIMIT 1", new { uid }));

    public IReadOnlyList<CardRow> OfMember(long member) =>
        database.Read(db => db.List<CardRow>(
            $"{Rows} WHERE c.member = @member ORDER BY c.number", new { member }));

    /// <summary>A page of cards by number. Digits begin a card's number; other text finds members.</summary>
    public Page<CardRow> List(string? text, int skip, int take) => database.Read(db =>
    {
        var sought = text?.Trim() ?? "";
        var (where, parameters) =
            sought.Length == 0 ? ("", new DynamicParameters())
            : sought.All(char.IsAsciiDigit) ? BeginningWith(sought)
            : OfMembers(MemberSearch.Find(db, sought));
        var rows = new DynamicParameters(parameters);
        rows.AddDynamicParams(new { skip, take });
        return new Page<CardRow>(
            db.List<CardRow>($"{Rows} {where} ORDER BY c.number LIMIT @take OFFSET @skip", rows),
            Page.Count(db, $"FROM card c {where}", parameters));
    });

    private static (string Where, DynamicParameters Parameters) OfMembers(IReadOnlyList<Member> members)
    {
        var parameters = new DynamicParameters();
        var list = InList.Add(parameters, "member", members.Select(member => member.Id));
        return (members.Count > 0 ? $"WHERE c.member IN {list}" : "WHERE 1 = 0", parameters);
    }

    // A range for each length that a number may have.
    private static (string Where, DynamicParameters Parameters) BeginningWith(string digits)
    {
        var parameters = new DynamicParameters();
        var ranges = new List<string>();
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var first))
        {
            for (var width = 1L; first < NumberMost / width; width *= 10)
            {
                parameters.Add($"from{ranges.Count}", first * width);
                parameters.Add($"to{ranges.Count}", (first * width) + width);
                ranges.Add($"(c.number >= @from{ranges.Count} AND c.number < @to{ranges.Count})");
            }
        }

        return ($"WHERE ({string.Join(" OR ", ranges.DefaultIfEmpty("1 = 0"))})", parameters);
    }
}
