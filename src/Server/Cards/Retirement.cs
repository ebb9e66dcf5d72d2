using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Cards;

/// <summary>Why a card is taken out of use: stable codes.</summary>
internal static class RetirementReason
{
    public const string Lost = "lost";
    public const string Stolen = "stolen";

    /// <summary>The member gets another card.</summary>
    public static readonly IReadOnlyList<string> OfReplacing =
        [Lost, Stolen, "damaged", "upgraded", "misprinted"];

    /// <summary>Nobody gets another card in its place.</summary>
    public static readonly IReadOnlyList<string> OfRetiring = ["member-left", "worn-out", "returned"];

    /// <summary>Whether the card is in hands unknown, so that its points wait.</summary>
    public static bool IsOutThere(string reason) => reason is Lost or Stolen;
}

/// <summary>How far a card's retirement has come: stable codes.</summary>
internal static class RetirementState
{
    public const string Waiting = "waiting";
    public const string Done = "done";
    public const string Cancelled = "cancelled";
}

/// <summary>One time that a card was to be taken out of use.</summary>
internal sealed record Retirement
{
    private const string Columns =
        "number, reason, state, asked_by, asked_us, due_us, ended_us, points, successor";

    /// <summary>1, 2, 3 … for each card.</summary>
    public long Number { get; init; }

    /// <summary>One of <see cref="RetirementReason"/>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>One of <see cref="RetirementState"/>.</summary>
    public string State { get; init; } = "";
    public string AskedBy { get; init; } = "";
    public long AskedUs { get; init; }

    /// <summary>When the card's points go to its member's account.</summary>
    public long DueUs { get; init; }
    public long? EndedUs { get; init; }

    /// <summary>What went from card to account when it ended; what was reported after that is not in
    /// it.</summary>
    public long Points { get; init; }

    /// <summary>The number of the card that the member got in its place; null for none yet.</summary>
    public long? Successor { get; init; }

    /// <summary>Of a card, newest first.</summary>
    public static IReadOnlyList<Retirement> Of(DbSession db, Card card) => db.List<Retirement>(
        $"""
        SELECT {Columns} FROM card_retirement WHERE uid = @Uid AND generation = @Generation
        ORDER BY number DESC
        """,
        new { card.Uid, card.Generation });

    /// <summary>The one that waits; null for none.</summary>
    public static Retirement? WaitingOf(DbSession db, Card card) => db.Find<Retirement>(
        $"""
        SELECT {Columns} FROM card_retirement
        WHERE uid = @Uid AND generation = @Generation AND state = '{RetirementState.Waiting}'
        """,
        new { card.Uid, card.Generation });

    /// <summary>Writes down that a card is to be taken out of use.</summary>
    public static Retirement Insert(
        DbSession db, Card card, string reason, string by, (long AskedUs, long DueUs) when) =>
        db.Find<Retirement>(
            $"""
            INSERT INTO card_retirement
                (uid, generation, number, reason, state, asked_by, asked_us, due_us)
            SELECT @Uid, @Generation, COALESCE(MAX(number), 0) + 1, @reason, '{RetirementState.Waiting}', @by,
                @AskedUs, @DueUs
            FROM card_retirement WHERE uid = @Uid AND generation = @Generation
            RETURNING {Columns}
            """,
            new { card.Uid, card.Generation, reason, by, when.AskedUs, when.DueUs })!;

    /// <summary>Writes down how it ended.</summary>
    public void End(DbSession db, Card card, string state, long endedUs, long points = 0) => db.Run(
        """
        UPDATE card_retirement SET state = @state, ended_us = @endedUs, points = @points
        WHERE uid = @Uid AND generation = @Generation AND number = @Number
        """,
        new { card.Uid, card.Generation, Number, state, endedUs, points });

    /// <summary>The card is found, or was never lost: its points stay on it.</summary>
    public static void Cancel(DbSession db, Card card, string by, long nowUs)
    {
        if (WaitingOf(db, card) is not { } waiting)
            return;
        waiting.End(db, card, RetirementState.Cancelled, nowUs);
        AuditLog.Write(db, nowUs, by, AuditAction.RetirementCancelled, $"card:{card.Number}");
    }

    /// <summary>A member has got a card: it takes the place of those that were to be replaced.</summary>
    public static void Succeeded(DbSession db, Card successor) => db.Run(
        $"""
        UPDATE card_retirement SET successor = @Number
        WHERE successor IS NULL AND state <> '{RetirementState.Cancelled}'
            AND reason IN ('{string.Join("', '", RetirementReason.OfReplacing)}')
            AND EXISTS (SELECT 1 FROM card c WHERE c.uid = card_retirement.uid
                AND c.generation = card_retirement.generation AND c.member = @Member
                AND c.number <> @Number)
        """,
        new { successor.Number, successor.Member });
}
