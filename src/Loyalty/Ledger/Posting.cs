namespace SmartCardCrm.Loyalty.Ledger;

/// <summary>
/// The accounts of one programme and currency. The sum over all of them is zero at every moment.
/// </summary>
public enum AccountKind
{
    /// <summary>Points on one card's chip; the account's number is the card's.</summary>
    MemberOnCard = 1,

    /// <summary>Points kept for a member at headquarters.</summary>
    MemberOnAccount = 2,

    /// <summary>The source of points given for sales.</summary>
    ProgrammeIssued = 3,

    /// <summary>Where redeemed points go.</summary>
    Redeemed = 4,

    /// <summary>Where expired points go.</summary>
    Expired = 5,

    /// <summary>The other side of corrections made by card actions and by supervisors.</summary>
    Adjustments = 6,

    /// <summary>Points whose owner is not yet known.</summary>
    Suspense = 7,

    /// <summary>Points given to a member for later.</summary>
    Pending = 8,

    /// <summary>The source of points that members bring from another programme.</summary>
    Opening = 9,
}

/// <summary>One side of a posting.</summary>
/// <param name="Account">Which kind of account.</param>
/// <param name="Owner">Card number or member number for member accounts, 0 for the programme's own.</param>
/// <param name="Points">Points that the account gains; negative for a loss.</param>
public readonly record struct Posting(AccountKind Account, long Owner, long Points);

/// <summary>What a proven card transaction posts. Every list sums to zero; it is empty where no point
/// moved.</summary>
public static class Postings
{
    /// <summary>The double entry of a sale, or of card actions alone.</summary>
    /// <param name="cardNumber">The card whose account moves.</param>
    /// <param name="earned">Points given for the sale, not negative.</param>
    /// <param name="redeemed">Points spent, not negative.</param>
    /// <param name="adjusted">What card actions changed, signed.</param>
    public static IReadOnlyList<Posting> ForSale(long cardNumber, int earned, int redeemed, int adjusted) =>
        OnCard(
            cardNumber, (AccountKind.ProgrammeIssued, earned), (AccountKind.Redeemed, -redeemed),
            (AccountKind.Adjustments, adjusted));

    /// <summary>The double entry of a return or reversal: what was spent comes back from there, what was
    /// given goes back there.</summary>
    /// <param name="cardNumber">The card whose account moves.</param>
    /// <param name="given">Points put back on the card, not negative.</param>
    /// <param name="taken">Points taken back off it, not negative.</param>
    /// <param name="adjusted">What card actions changed, signed.</param>
    public static IReadOnlyList<Posting> ForReturn(long cardNumber, int given, int taken, int adjusted) =>
        OnCard(
            cardNumber, (AccountKind.Redeemed, given), (AccountKind.ProgrammeIssued, -taken),
            (AccountKind.Adjustments, adjusted));

    /// <summary>The double entry of an adjustment.</summary>
    /// <param name="cardNumber">The card whose account moves.</param>
    /// <param name="points">What the card gains, card actions included, signed.</param>
    public static IReadOnlyList<Posting> ForAdjustment(long cardNumber, int points) =>
        OnCard(cardNumber, (AccountKind.Adjustments, points));

    /// <summary>The part of a return that its card could not take, or did not hold.</summary>
    /// <param name="member">Whose account moves.</param>
    /// <param name="points">Above zero spent points that come back; below zero given points that are
    /// owed.</param>
    public static IReadOnlyList<Posting> OnAccount(long member, int points) => Between(
        AccountKind.MemberOnAccount, member,
        points > 0 ? AccountKind.Redeemed : AccountKind.ProgrammeIssued, 0, points);

    /// <summary>Points that a return's card did not hold and that are not owed after all.</summary>
    public static IReadOnlyList<Posting> Waived(long member, long points) =>
        Between(AccountKind.MemberOnAccount, member, AccountKind.Adjustments, 0, points);

    /// <summary>Points given for later, or below zero taken back before.</summary>
    public static IReadOnlyList<Posting> ForLater(long member, int points) =>
        Between(AccountKind.Pending, member, AccountKind.ProgrammeIssued, 0, points);

    /// <summary>Points that waited may be spent from now on; below zero, it was too soon.</summary>
    public static IReadOnlyList<Posting> Activated(long member, long points) =>
        Between(AccountKind.MemberOnAccount, member, AccountKind.Pending, member, points);

    /// <summary>A member's points have expired; below zero, they had not.</summary>
    public static IReadOnlyList<Posting> HaveExpired(long member, long points) =>
        Between(AccountKind.Expired, 0, AccountKind.MemberOnAccount, member, points);

    /// <summary>Points that a member brings from another programme; below zero, he does not after
    /// all.</summary>
    public static IReadOnlyList<Posting> Opened(long member, long points) =>
        Between(AccountKind.MemberOnAccount, member, AccountKind.Opening, 0, points);

    /// <summary>Points given for a sale without a card.</summary>
    /// <param name="earned">Not negative.</param>
    public static IReadOnlyList<Posting> EarnedOnAccount(long member, int earned) =>
        Between(AccountKind.MemberOnAccount, member, AccountKind.ProgrammeIssued, 0, earned);

    /// <summary>What a card action brings from the member's account to the card, or fetches from the card for
    /// a debt there.</summary>
    /// <param name="points">What the card gains, signed.</param>
    public static IReadOnlyList<Posting> Delivered(long cardNumber, long member, int points) =>
        Between(AccountKind.MemberOnCard, cardNumber, AccountKind.MemberOnAccount, member, points);

    /// <summary>What headquarters puts right on a member's account, signed.</summary>
    public static IReadOnlyList<Posting> CorrectedOnAccount(long member, long points) =>
        Between(AccountKind.MemberOnAccount, member, AccountKind.Adjustments, 0, points);

    /// <summary>What is on one member's account is another's.</summary>
    public static IReadOnlyList<Posting> MovedOnAccount(long from, long to, long points) =>
        Between(AccountKind.MemberOnAccount, to, AccountKind.MemberOnAccount, from, points);

    /// <summary>What was given to one member for later is another's.</summary>
    public static IReadOnlyList<Posting> MovedForLater(long from, long to, long points) =>
        Between(AccountKind.Pending, to, AccountKind.Pending, from, points);

    private static IReadOnlyList<Posting> Between(
        AccountKind to, long owner, AccountKind from, long fromOwner, long points) => points == 0
        ? []
        : [new Posting(to, owner, points), new Posting(from, fromOwner, -points)];

    private static List<Posting> OnCard(
        long cardNumber, params ReadOnlySpan<(AccountKind Other, int ToCard)> moves)
    {
        var postings = new List<Posting>();
        foreach (var (other, toCard) in moves)
        {
            if (toCard == 0)
                continue;
            postings.Add(new Posting(AccountKind.MemberOnCard, cardNumber, toCard));
            postings.Add(new Posting(other, 0, -toCard));
        }

        return postings;
    }
}
