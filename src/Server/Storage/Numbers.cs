namespace SmartCardCrm.Server.Storage;

/// <summary>
/// Numbers that are given out once and for all: they stand on cards, in journals and in people's heads. A
/// book that was restored from a backup has forgotten those that it gave out since, so it goes on far above
/// them.
/// </summary>
/// <param name="Name">In the table of floors.</param>
/// <param name="Newest">Asks for the highest that the book knows; null or a number.</param>
/// <param name="Gap">How many may have been forgotten.</param>
internal sealed record Numbers(string Name, string Newest, long Gap)
{
    public static readonly Numbers Members = new("member", "SELECT MAX(id) FROM member", 100_000);

    /// <summary>The first card is 1,000,001: all numbers have as many digits.</summary>
    public static readonly Numbers Cards = new(
        "card",
        """
        SELECT COALESCE(MAX(number), 1000000) FROM (
            SELECT MAX(number) AS number FROM card
            UNION ALL SELECT MAX(first_number + size - 1) FROM card_batch) given_out
        """,
        100_000);

    /// <summary>32 bits of a card's identity.</summary>
    public static readonly Numbers Batches = new(
        "card-batch", "SELECT MAX(number) FROM card_batch", 1_000);

    public static readonly Numbers HotlistVersions = new(
        "hotlist", "SELECT MAX(version) FROM hotlist_version", 100_000);

    public static readonly Numbers CardPlans = new("card-plan", "SELECT MAX(plan_id) FROM card", 100_000);

    public static readonly Numbers Terminals = new("terminal", "SELECT MAX(number) FROM terminal", 10_000);

    /// <summary>16 bits of a record on a card.</summary>
    public static readonly Numbers RuleSets = new("rule-set", "SELECT MAX(version) FROM rule_set", 100);

    private static readonly IReadOnlyList<Numbers> All =
    [
        Members, Cards, Batches, HotlistVersions, CardPlans, Terminals, RuleSets,
    ];

    /// <summary>The next one, in the transaction that gives it out.</summary>
    public long Next(DbSession db) => Given(db) + 1;

    /// <summary>Whatever was given out up to now is left behind.</summary>
    public static void LeaveGap(DbSession db)
    {
        foreach (var numbers in All)
        {
            db.Run(
                """
                INSERT INTO number_floor (name, given) VALUES (@Name, @given)
                ON CONFLICT (name) DO UPDATE SET given = excluded.given
                """,
                new { numbers.Name, given = numbers.Given(db) + numbers.Gap });
        }
    }

    private long Given(DbSession db) => db.Value<long>(
        $"""
        SELECT COALESCE(MAX(given), 0) FROM (
            SELECT ({Newest}) AS given UNION ALL SELECT given FROM number_floor WHERE name = @Name) known
        """,
        new { Name });
}
