namespace SmartCardCrm.World;

/// <summary>Mistakes in the trade's rules, which terminal and server share, and in the ledger.</summary>
internal static class RuleBugs
{
    private const string Earning = "src/Loyalty/Programme/Earning.cs";
    private const string Limits = "src/Loyalty/Offline/Limits.cs";
    private const string Returns = "src/Server/Ledger/Returns.cs";
    private const string Actions = "src/Loyalty/CardActions/CardActions.cs";
    private const string Decider = "src/Taps/CardDecider.cs";
    private const string Plan = "src/Taps/OperationPlan.cs";
    private const string Posting = "src/Loyalty/Ledger/Posting.cs";

    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("started-unit-earns", "A unit of money that was only begun earns points.",
            Earning, "measures.Sum() / step * points",
            "(measures.Sum() + ($bug ? step - 1 : 0)) / step * points", 1),
        new("redeemed-part-earns", "What is paid with points earns points, whatever the rules say.",
            Earning, "_rules.Redemption.RedeemedPartEarns ||",
            "_rules.Redemption.RedeemedPartEarns || $bug ||", 3),
        new("debt-forgotten", "What a card does not hold any more when its sale is undone is owed by nobody.",
            Returns, "back.TakenBack - back.CardTaken + back.Pending)))",
            "($bug ? back.CardTaken : back.TakenBack) - back.CardTaken + back.Pending)))", 30),
        new("day-limit-forgets", "What was redeemed at a terminal today does not count.",
            Limits, "Math.Max(DayMost - now.DayPoints, 0)",
            "Math.Max(DayMost - ($bug ? 0 : now.DayPoints), 0)", 20),
        new("operation-limit-unread", "A known card may redeem any number of points at once.",
            Limits, ": new Allowance(OperationMost, RedemptionLimit.OfflineOperation),",
            ": new Allowance($bug ? int.MaxValue : OperationMost, RedemptionLimit.OfflineOperation),", 20),
        new("card-limit-forgets", "What a card has redeemed since it was acknowledged does not count.",
            Limits, "Math.Max(CardMost - now.CardPoints, 0)",
            "$bug ? CardMost : Math.Max(CardMost - now.CardPoints, 0)", 24),
        new("strangers-are-members", "A card that the terminal does not know redeems as one that it knows.",
            Limits, "now.IsStranger\n", "!$bug && now.IsStranger\n", 8),
        new("old-replica-redeems", "Points are redeemed however long ago headquarters was heard.",
            Limits, "replicaAge > TimeSpan.FromHours(ReplicaHoursMost)",
            "(!$bug && replicaAge > TimeSpan.FromHours(ReplicaHoursMost))", 20),
        new("adjustment-unbounded", "A supervisor may move any number of points at once.",
            Limits, "Math.Abs((long)points) <= AdjustmentMost",
            "($bug || Math.Abs((long)points) <= AdjustmentMost)", 8),
        new("adjustment-as-issued", "What a supervisor gave is booked as earned by the rules.",
            Posting, "OnCard(cardNumber, (AccountKind.Adjustments, points))",
            "OnCard(cardNumber, ($bug ? AccountKind.ProgrammeIssued : AccountKind.Adjustments, points))", 8),
        new("debit-not-clipped", "A card action takes off more than the card holds.",
            Actions, "-Math.Min(-action.Points, balance)",
            "-Math.Min(-action.Points, $bug ? -action.Points : balance)", 8),
        new("tier-forgotten", "A tier that headquarters sends does not arrive on the card.",
            Actions, "applied.Aggregate(before, (tier, action) => action.Tier ?? tier);",
            "$bug ? before : applied.Aggregate(before, (tier, action) => action.Tier ?? tier);", 8),
        new("tier-too-late", "The sale that puts a tier on the card earns by the one before.",
            Decider, "PendingCardActions.TierAfter(reading.Newest.Tier, actions), [",
            "$bug ? reading.Newest.Tier : PendingCardActions.TierAfter(reading.Newest.Tier, actions), [", 8),
        new("block-flag-forgotten", "A card that is blocked is never told so.",
            Plan, "PendingCardActions.BlockedAfter(Reading.Newest.Blocked, Decision.Actions),",
            "$bug ? Reading.Newest.Blocked "
            + ": PendingCardActions.BlockedAfter(Reading.Newest.Blocked, Decision.Actions),", 30),
        new("unblocking-unread", "A card that is let in again goes on saying that it is blocked.",
            Actions, "(blocked, action) => action.Blocks ?? blocked);",
            "(blocked, action) => $bug ? blocked || action.Blocks == true : action.Blocks ?? blocked);", 30),
        new("file-written-first", "Of two member files that a card is to have the first one stays.",
            Actions, "(file, action) => action.File ?? file);",
            "(file, action) => $bug ? file ?? action.File : action.File ?? file);", 30),
        new("one-sided-posting", "Redeemed points leave the card's account and arrive nowhere.",
            Posting, "postings.Add(new Posting(other, 0, -toCard));",
            "if (!$bug || other != AccountKind.Redeemed) postings.Add(new Posting(other, 0, -toCard));", 3),
        new("redeemed-as-adjustment", "Redeemed points are booked as a correction.",
            Posting, "(AccountKind.Redeemed, -redeemed)",
            "($bug ? AccountKind.Adjustments : AccountKind.Redeemed, -redeemed)", 3),
    ];
}
