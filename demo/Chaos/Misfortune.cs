using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Chaos;

/// <summary>What a customer does whose card was torn away.</summary>
internal enum AfterTear
{
    /// <summary>Puts it down again.</summary>
    ComeBack,

    /// <summary>Buys something at another terminal first, then comes back.</summary>
    ElsewhereThenBack,

    /// <summary>Buys something at another terminal, and the first till gives up waiting.</summary>
    Elsewhere,

    /// <summary>The till gives up: the sale goes on without points.</summary>
    GiveUp,
}

/// <summary>What goes wrong at one checkout.</summary>
/// <param name="Exchange">The card is torn away at this exchange, 1 …; one that the tap does not reach does
/// no harm.</param>
/// <param name="Before">Before the chip hears the command; else before the reader hears the answer.</param>
/// <param name="Then">What the customer does.</param>
internal sealed record Misfortune(int Exchange, bool Before, AfterTear Then)
{
    private const double ShareTorn = 0.15;
    private const double ShareTornAtTheEnd = 0.5;
    private const int LongestSale = 10;

    // CommitTransaction is the last of 8, 9 or 10, mostly of 9.
    private static readonly int[] LastExchanges = [8, 9, 9, 9, 10];

    /// <summary>
    /// Most customers have none. Depends on seed and basket alone. The last exchanges, where doubt is made,
    /// more often.
    /// </summary>
    public static Misfortune? For(ulong seed, Basket basket)
    {
        var dice = Dice.For(seed, $"misfortune {basket.Id}");
        if (!dice.Chance(ShareTorn))
            return null;
        var exchange = dice.Chance(ShareTornAtTheEnd)
            ? dice.Pick(LastExchanges) : 1 + dice.Below(LongestSale);
        return new Misfortune(exchange, dice.Chance(0.5), Reaction(dice.Share()));
    }

    private static AfterTear Reaction(double share) => share switch
    {
        < 0.55 => AfterTear.ComeBack,
        < 0.70 => AfterTear.ElsewhereThenBack,
        < 0.85 => AfterTear.Elsewhere,
        _ => AfterTear.GiveUp,
    };
}
