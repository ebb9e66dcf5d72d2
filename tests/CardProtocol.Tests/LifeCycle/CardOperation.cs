namespace SmartCardCrm.CardProtocol.Tests;

/// <summary>What a till has read of a card before it decides.</summary>
internal sealed record Reading(LogRecord Newest, int Balance, MemberProfile? Profile);

/// <summary>Something that a till does to a card in one transaction.</summary>
/// <param name="Name">As the trade calls it.</param>
/// <param name="Decide">What changes; the till adds who, when and the card actions that wait.</param>
internal sealed record CardOperation(string Name, Func<Reading, CardChange, CardChange> Decide)
{
    /// <summary>What becomes of the member file; null where it is neither read nor written.</summary>
    public Func<MemberProfile, MemberProfile>? Rewrite { get; init; }

    /// <summary>Goes through on a card that is blocked too.</summary>
    public bool ServesBlocked { get; init; }

    public override string ToString() => Name;

    public static CardOperation Earn { get; } = Sale("earn", earned: 57, redeemed: 0);

    public static CardOperation Retire { get; } = new("retire", (reading, change) => change with
    {
        Kind = LogKind.Retirement,
        Redeemed = reading.Balance + change.CardActionPoints.Sum(),
        Blocked = true,
    })
    {
        Rewrite = _ => MemberProfile.Erased,
        ServesBlocked = true,
    };

    /// <summary>Every operation of a card's life that is one transaction at a till.</summary>
    public static IReadOnlyList<CardOperation> All { get; } =
    [
        Sale("visit", earned: 0, redeemed: 0),
        Earn,
        Sale("redeem", earned: 0, redeemed: 20),
        Sale("earn and redeem", earned: 57, redeemed: 20),
        Sale("redeem an offer", earned: 57, redeemed: 0) with
        {
            Rewrite = profile => profile with { Offers = [.. profile.Offers.Skip(1)] },
        },
        new("return", (_, change) => change with
        {
            Kind = LogKind.Return,
            Amount = -1000,
            Earned = 20,
            Redeemed = 57,
        }),
        new("return of more than the card holds", (reading, change) => change with
        {
            Kind = LogKind.Return,
            Amount = -9000,
            Redeemed = Math.Min(900, reading.Balance + change.CardActionPoints.Sum()),
        }),
        new("reversal", (_, change) => change with
        {
            Kind = LogKind.Reversal,
            Amount = -1000,
            Redeemed = 57,
        }),
        new("card actions", (_, change) => change with { Kind = LogKind.CardAction }),
        new("tier", (_, change) => change with { Kind = LogKind.CardAction, Tier = 3 }),
        new("next expiry", (_, change) => change with
        {
            Kind = LogKind.CardAction,
            NextExpiry = new NextExpiry(new DateOnly(2027, 3, 31), 25),
        }),
        new("offers", (_, change) => change with { Kind = LogKind.CardAction })
        {
            Rewrite = profile => profile with { Offers = [.. profile.Offers, new Offer(7, null, 1, 1)] },
        },
        new("bind", (_, change) => change with { Kind = LogKind.CardAction })
        {
            Rewrite = _ => new MemberProfile { Language = "en", Alias = "Zoë", Consents = 1 },
        },
        new("block", (_, change) => change with { Kind = LogKind.CardAction, Blocked = true })
        {
            ServesBlocked = true,
        },
        new("erase the member file", (_, change) => change with { Kind = LogKind.CardAction })
        {
            Rewrite = _ => MemberProfile.Erased,
        },
        Retire,
    ];

    private static CardOperation Sale(string name, int earned, int redeemed) => new(
        name,
        (_, change) => change with
        {
            Kind = LogKind.Sale,
            Circumstances = Circumstances.Offline,
            RuleSetVersion = 3,
            Amount = 5799,
            Earned = earned,
            Redeemed = redeemed,
        });
}
