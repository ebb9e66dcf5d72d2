using System.Globalization;
using SmartCardCrm.Loyalty.Ledger;
using SmartCardCrm.Server.Ledger;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Members;

/// <summary>Why points are moved by hand: stable codes.</summary>
internal static class AdjustmentReason
{
    /// <summary>Another adjustment is taken back.</summary>
    public const string Undo = "undo";

    public static readonly IReadOnlyList<string> All =
        ["goodwill", "complaint", "points-missing", "our-mistake", "misuse", Undo];
}

/// <summary>How far an adjustment has come: stable codes.</summary>
internal static class AdjustmentState
{
    public const string Waiting = "waiting";
    public const string Done = "done";
    public const string Rejected = "rejected";
}

/// <summary>Points that somebody at headquarters moves for a member, or wants to.</summary>
internal sealed record Adjustment
{
    // No terminal has this number.
    private const long Journal = -2;

    private const string Columns =
        """
        number, request, member, card, points, reason, undoes, state, asked_by, asked_us, decided_by,
        decided_us, card_action, day,
        (SELECT MAX(number) FROM member_adjustment later
            WHERE later.undoes = member_adjustment.number AND later.state <> 'rejected') AS undone_by
        """;

    /// <summary>Those that are done on the account; conditions may follow.</summary>
    public const string OnAccount =
        $"SELECT {Columns} FROM member_adjustment WHERE state = '{AdjustmentState.Done}' AND card IS NULL";

    /// <summary>1, 2, 3 … Who decides on one names it.</summary>
    public long Number { get; init; }

    /// <summary>The asker's own name for it.</summary>
    public string Request { get; init; } = "";
    public long Member { get; init; }

    /// <summary>The number of the card whose points move at its next tap; null for the member's
    /// account.</summary>
    public long? Card { get; init; }

    /// <summary>Signed, never 0.</summary>
    public long Points { get; init; }

    /// <summary>One of <see cref="AdjustmentReason"/>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The adjustment that this one takes back; null for none.</summary>
    public long? Undoes { get; init; }

    /// <summary>The one that takes it back, or is to; null for none.</summary>
    public long? UndoneBy { get; init; }

    /// <summary>One of <see cref="AdjustmentState"/>.</summary>
    public string State { get; init; } = "";
    public string AskedBy { get; init; } = "";
    public long AskedUs { get; init; }

    /// <summary>The second person; null where none was needed, or nobody has decided yet.</summary>
    public string? DecidedBy { get; init; }
    public long? DecidedUs { get; init; }

    /// <summary>The number of the card action that moves the points.</summary>
    public long? CardAction { get; init; }

    /// <summary>When it was done, yyyy-MM-dd; null where it was not.</summary>
    public string? Day { get; init; }

    /// <summary>Where its postings stand.</summary>
    public JournalPlace Place => new(Journal, Number);

    public static Adjustment? Find(DbSession db, long number) => db.Find<Adjustment>(
        $"SELECT {Columns} FROM member_adjustment WHERE number = @number", new { number });

    /// <summary>The one that was asked for under this name.</summary>
    public static Adjustment? Requested(DbSession db, string request) => db.Find<Adjustment>(
        $"SELECT {Columns} FROM member_adjustment WHERE request = @request", new { request });

    /// <summary>A member's, the newest first.</summary>
    public static IReadOnlyList<Adjustment> Of(DbSession db, long member) => db.List<Adjustment>(
        $"SELECT {Columns} FROM member_adjustment WHERE member = @member ORDER BY number DESC",
        new { member });

    /// <summary>What the member's account was given or lost, as his lots see it, with the instant. It was by
    /// no rule set: nothing of it expires.</summary>
    /// <param name="today">No day is later.</param>
    public (PointsMove Move, long AtUs) MoveAt(DateOnly today)
    {
        var done = DateOnly.ParseExact(Day!, "O", CultureInfo.InvariantCulture);
        var day = done < today ? done : today;
        return (
            Points > 0
                ? new PointsMove.Given(day, Place.Number, Points, day, null)
                : new PointsMove.Spent(day, Place.Number, -Points),
            DecidedUs ?? AskedUs);
    }
}
