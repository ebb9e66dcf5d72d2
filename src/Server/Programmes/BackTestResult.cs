namespace SmartCardCrm.Server.Programmes;

/// <summary>What rules made of the sales.</summary>
/// <param name="Earned">Points given.</param>
/// <param name="CostMinor">What those pay when they are redeemed, minor units.</param>
/// <param name="Redeemed">Points spent.</param>
/// <param name="RedeemedMinor">What they paid.</param>
internal sealed record BackTestSide(long Earned, long CostMinor, long Redeemed, long RedeemedMinor);

/// <summary>What one rule gave, or took where it caps.</summary>
/// <param name="Rule">Its code.</param>
/// <param name="Sales">In how many sales it changed something.</param>
/// <param name="Permille">Its share of the points earned, thousandths, rounded to the nearest.</param>
internal sealed record RuleShare(string Rule, long Points, long Sales, long Permille);

/// <summary>A member's points in the span, then and by the tested rules.</summary>
internal sealed record MemberChange(long Member, long Then, long Now)
{
    public long Change => Now - Then;
}

/// <summary>How many members' points change by as much.</summary>
/// <param name="From">At least; null for any number below.</param>
/// <param name="Through">At most; null for any number above.</param>
internal sealed record ChangeBand(long? From, long? Through, long Members);

/// <summary>A sale that gives many points for its money.</summary>
/// <param name="Now">Points by the tested rules.</param>
internal sealed record SaleExposure(
    long Terminal, long Sequence, long Member, long AmountMinor, long Now, long Then);

/// <summary>A card that earns much in a day.</summary>
/// <param name="Now">Points by the tested rules.</param>
internal sealed record DayExposure(long Card, DateOnly Day, long Sales, long Now, long Then);

/// <summary>Rules tried on the sales of a time span, each with the balance that the card had then.</summary>
internal sealed record BackTestResult
{
    /// <summary>Sales that were decided again; all figures are of these.</summary>
    public long Sales { get; init; }

    /// <summary>What they cost, minor units.</summary>
    public long AmountMinor { get; init; }

    /// <summary>Their basket is not stored, or not as the card signed it.</summary>
    public long LeftOutBasketUnknown { get; init; }

    /// <summary>The rules of then are not in this book.</summary>
    public long LeftOutRulesUnknown { get; init; }

    /// <summary>The tested rules know no such basket.</summary>
    public long LeftOutRefused { get; init; }

    public required BackTestSide Then { get; init; }
    public required BackTestSide Now { get; init; }

    /// <summary>Sales in which an at-most rule took points.</summary>
    public long SalesAtCap { get; init; }

    /// <summary>Sales in which the card had no room for more.</summary>
    public long SalesCardFull { get; init; }

    /// <summary>In the rules' order.</summary>
    public IReadOnlyList<RuleShare> Rules { get; init; } = [];

    public long MembersMore { get; init; }
    public long MembersLess { get; init; }
    public long MembersSame { get; init; }

    /// <summary>Those who gain most, the first the most.</summary>
    public IReadOnlyList<MemberChange> Winners { get; init; } = [];

    /// <summary>Those who lose most, the first the most.</summary>
    public IReadOnlyList<MemberChange> Losers { get; init; } = [];

    /// <summary>How members' changes are spread, from the greatest loss to the greatest gain.</summary>
    public IReadOnlyList<ChangeBand> Spread { get; init; } = [];

    /// <summary>Most points for a unit of money, the first the most.</summary>
    public IReadOnlyList<SaleExposure> MostForMoney { get; init; } = [];

    /// <summary>Sales that cost nothing and give points.</summary>
    public long SalesForNothing { get; init; }

    /// <summary>Most points on a card in a day, the first the most.</summary>
    public IReadOnlyList<DayExposure> MostInADay { get; init; } = [];
}
