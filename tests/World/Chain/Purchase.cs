using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.World;

/// <summary>One checkout as the till and the customer live it.</summary>
/// <param name="Number">Counted over the world.</param>
/// <param name="Card">The customer's.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Asked">Points to redeem.</param>
internal sealed record Purchase(int Number, PhysicalCard Card, long Amount, int Asked)
{
    private const int PresentationsMost = 6;

    /// <summary>How long the till waits for a card.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>What the till posts.</summary>
    public CheckoutRequest Request => new(
        Undoes is not null ? new Order.Reversal(Undoes.Checkout, WithoutCard)
            : Adjusts != 0 ? new Order.Adjustment(Adjusts, "goodwill", "supervisor")
            : WithoutCard ? new Order.SaleOnAccount(Basket.Of(new Money(Amount, "USD")), SealedContact)
            : new Order.Sale(Basket.Of(new Money(Amount, "USD")), Asked),
        Store: null, SoldAt: null, BusinessDate: null, Reader: null, Patience);

    /// <summary>The sale that the customer wants undone; null where it is a sale itself.</summary>
    public Purchase? Undoes { get; init; }

    /// <summary>Points that a supervisor puts on the card, or takes off; 0 where it is no
    /// adjustment.</summary>
    public int Adjusts { get; init; }

    /// <summary>What a card's record says that it is.</summary>
    public LogKind Kind => Undoes is not null ? LogKind.Reversal
        : Adjusts != 0 ? LogKind.Adjustment
        : LogKind.Sale;

    public bool IsSale => Kind == LogKind.Sale;

    /// <summary>What headquarters says of that sale; null where the till has it in its own
    /// journal.</summary>
    public FindSaleReply? SaleTold { get; init; }

    /// <summary>The customer has left the card at home.</summary>
    public bool WithoutCard { get; init; }

    /// <summary>The member's phone number, as the till seals it.</summary>
    public string SealedContact { get; init; } = "";

    /// <summary>Points that it put on the member's account without a card, as the till was told.</summary>
    public int OnAccount { get; set; }

    public Guid Checkout { get; set; }

    /// <summary>The terminal's incarnation that has it.</summary>
    public required uint Terminal { get; init; }

    /// <summary>What chips really committed for it; more than one is a violation.</summary>
    public List<TrueCommit> Commits { get; } = [];

    /// <summary>The last word the till had on it; null before the first.</summary>
    public CheckoutState? Told { get; set; }

    /// <summary>How often a card was presented for it.</summary>
    public int Presentations { get; set; }

    /// <summary>Whether the customer has patience for another presentation.</summary>
    public bool MayTryAgain => Presentations < PresentationsMost;

    /// <summary>How often the card may have committed without the terminal knowing.</summary>
    public bool WasInDoubt { get; set; }

    public override string ToString() =>
        Undoes is not null ? $"purchase {Number}, which undoes {Undoes.Number},"
        : Adjusts != 0 ? FormattableString.Invariant($"purchase {Number}, which adjusts by {Adjusts},")
        : $"purchase {Number}";
}
