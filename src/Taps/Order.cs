using System.Text.Json.Serialization;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;

namespace SmartCardCrm.Taps;

/// <summary>What a till wants done with a card. Two orders are the same when every value is.</summary>
[JsonDerivedType(typeof(Sale), "sale")]
[JsonDerivedType(typeof(Enquiry), "enquiry")]
[JsonDerivedType(typeof(Return), "return")]
[JsonDerivedType(typeof(Reversal), "reversal")]
[JsonDerivedType(typeof(SaleOnAccount), "sale-on-account")]
[JsonDerivedType(typeof(Adjustment), "adjustment")]
internal abstract record Order
{
    private Order() { }

    /// <summary>Sell.</summary>
    /// <param name="Basket">What is bought, within its ranges.</param>
    /// <param name="PointsAsked">Points to redeem; <see cref="CheckoutRequest.AllPoints"/> for as many as
    /// fit.</param>
    public sealed record Sale(Basket Basket, int PointsAsked) : Order;

    /// <summary>Read the card and change nothing: whose it is, what it holds, and what a basket would earn
    /// and could redeem.</summary>
    /// <param name="Basket">Null where nothing is to be bought yet.</param>
    /// <param name="PointsAsked">Points to redeem.</param>
    /// <param name="WithMember">Whether the member file is wanted too: one exchange more.</param>
    public sealed record Enquiry(Basket? Basket, int PointsAsked, bool WithMember) : Order;

    /// <summary>Sell to a member who has no card here: the points go to the account.</summary>
    /// <param name="Basket">What is bought, within its ranges.</param>
    /// <param name="Contact">The member's, as <see cref="SealedContact"/>; sealing it twice gives two texts,
    /// so that it is not compared.</param>
    public sealed record SaleOnAccount(Basket Basket, string Contact) : Order
    {
        public bool Equals(SaleOnAccount? other) => other is not null && Basket == other.Basket;

        public override int GetHashCode() => Basket.GetHashCode();
    }

    /// <summary>Take back goods of an earlier sale, with the card that bought them.</summary>
    /// <param name="SaleId">The sale's operation id.</param>
    /// <param name="Lines">At least one.</param>
    /// <param name="WithoutCard">Whether the points move on the member's account instead.</param>
    public sealed record Return(
        Guid SaleId, IReadOnlyList<ReturnedLine> Lines, bool WithoutCard = false) : Order
    {
        public bool Equals(Return? other) =>
            other is not null && (SaleId, WithoutCard) == (other.SaleId, other.WithoutCard)
            && Lines.SequenceEqual(other.Lines);

        public override int GetHashCode() => HashCode.Combine(SaleId, Lines.Count);
    }

    /// <summary>Undo all of an earlier sale that has not come back yet.</summary>
    /// <param name="SaleId">The sale's operation id.</param>
    /// <param name="WithoutCard">Whether the points move on the member's account instead.</param>
    public sealed record Reversal(Guid SaleId, bool WithoutCard = false) : Order;

    /// <summary>Put points on the card, or take some off, on a supervisor's word.</summary>
    /// <param name="Points">Signed, never 0.</param>
    /// <param name="Reason">A code of the shop's.</param>
    /// <param name="Supervisor">Who answers for it.</param>
    public sealed record Adjustment(int Points, string Reason, string Supervisor) : Order;

    /// <summary>Whether no card is wanted.</summary>
    [JsonIgnore]
    public bool IsOnAccount =>
        this is SaleOnAccount or Return { WithoutCard: true } or Reversal { WithoutCard: true };

    /// <summary>The sale that it undoes; null where it is none of an earlier sale.</summary>
    [JsonIgnore]
    public Guid? Undoes => this switch
    {
        Return back => back.SaleId,
        Reversal reversal => reversal.SaleId,
        _ => null,
    };
}
