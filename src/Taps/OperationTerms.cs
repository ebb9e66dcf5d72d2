using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Taps;

/// <summary>What an operation does to the card and to the bill.</summary>
/// <param name="Kind">As the card's log has it.</param>
/// <param name="Earned">Points that it puts on the card.</param>
/// <param name="Redeemed">Points that it takes off.</param>
/// <param name="Amount">What is sold; below zero what comes back.</param>
/// <param name="DueMinor">Left to pay in money; below zero what is given back.</param>
/// <param name="RuleSetVersion">The rules it was decided under.</param>
internal sealed record OperationTerms(
    LogKind Kind, int Earned, int Redeemed, Money Amount, long DueMinor, int RuleSetVersion)
{
    public int PointsAsked { get; init; }

    public IReadOnlyList<RuleGain> Gains { get; init; } = [];

    public RedemptionLimit? RedemptionLimit { get; init; }

    /// <summary>Points for the member's account, signed.</summary>
    public int OnAccount { get; init; }

    /// <summary>Points that a card did not hold and that the customer pays out of his refund.</summary>
    public int FromRefund { get; init; }

    /// <summary>Points that a sale gives later; they wait at headquarters.</summary>
    public int Pending { get; init; }

    public int PendingDays { get; init; }

    /// <summary>Points that the customer spends, or a supervisor takes off: those that expire first. What a
    /// return takes back are those of its sale.</summary>
    public int Spent => Kind is LogKind.Sale or LogKind.Adjustment ? Redeemed : 0;

    /// <summary>The same where no card takes it: what it earns is for the account.</summary>
    public OperationTerms ToAccount() => this with { Earned = 0, OnAccount = Earned };

    public static OperationTerms Of(SaleTerms terms, SaleRequest request) => new(
        LogKind.Sale, terms.Earned, terms.Redeemed, request.Basket.Total, terms.Due.Minor,
        terms.RuleSetVersion)
    {
        PointsAsked = request.PointsAsked,
        Pending = terms.Pending,
        PendingDays = terms.PendingDays,
        Gains = terms.Gains,
        RedemptionLimit = terms.RedemptionLimit,
    };
}
