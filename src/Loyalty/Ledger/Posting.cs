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

    /// <summary>The other side of corrections made by card actions.</summary>
    Adjustments = 6,

    /// <summary>Points whose owner is not yet known.</summary>
    Suspense = 7,
}

/// <summary>One side of a posting.</summary>
/// <param name="Account">Which kind of account.</param>
/// <param name="Owner">Card number or member number for member accounts, 0 for the programme's own.</param>
/// <param name="Points">Points that the account gains; negative for a loss.</param>
public readonly record struct Posting(AccountKind Account, long Owner, long Points);

/// <summary>What a proven card transaction posts.</summary>
public static class Postings
{
    /// <summary>The double entry of one transaction; empty where no point moved.</summary>
    /// <param name="cardNumber">The card whose account moves.</param>
    /// <param name="earned">Points given for the sale, not negative.</param>
    /// <param name="redeemed">Points spent, not negative.</param>
    /// <param name="adjusted">What card actions changed, signed.</param>
    public static IReadOnlyList<Posting> ForCardTransaction(
        long cardNumber, int earned, int redeemed, int adjusted)
    {
        var postings = new List<Posting>();
        Move(AccountKind.ProgrammeIssued, earned);
        Move(AccountKind.Redeemed, -redeemed);
        Move(AccountKind.Adjustments, adjusted);
        return postings;

        void Move(AccountKind other, long toCard)
        {
            if (toCard == 0)
                return;
            postings.Add(new Posting(AccountKind.MemberOnCard, cardNumber, toCard));
            postings.Add(new Posting(other, 0, -toCard));
        }
    }
}
