using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Summary;

/// <summary>
/// The programme's rules once more, in plain arithmetic and on purpose not shared with terminal and server: a
/// point for each whole dollar paid in money, a point pays one cent.
/// </summary>
/// <param name="Earned">Points put on the card.</param>
/// <param name="Redeemed">Points taken off it.</param>
internal readonly record struct PlainRules(int Earned, int Redeemed)
{
    public static PlainRules Of(long amountMinor, Wish wish, int balance)
    {
        var asked = wish.All ? balance : Math.Min(wish.Points, balance);
        var redeemed = (int)Math.Min(asked, amountMinor);
        return new PlainRules((int)((amountMinor - redeemed) / 100), redeemed);
    }
}
