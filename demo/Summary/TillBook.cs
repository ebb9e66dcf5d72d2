using SmartCardCrm.Demo.Business;
using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Summary;

/// <summary>What a till was told about one checkout when it was over.</summary>
internal abstract record Told(string Uid, string CheckoutKey)
{
    /// <summary>Whether something was bought; else it is a closing visit.</summary>
    public bool IsBasket => !ClosingVisits.IsVisit(CheckoutKey);

    /// <summary>It happened: this is what the customer's receipt says.</summary>
    /// <param name="Uid">The card.</param>
    /// <param name="CheckoutKey">Basket id or, for a closing visit, an id of its own.</param>
    /// <param name="OperationId">The name under which headquarters must know it.</param>
    /// <param name="Earned">Points earned.</param>
    /// <param name="Redeemed">Points redeemed.</param>
    /// <param name="Adjusted">Points that card actions changed, signed.</param>
    /// <param name="BalanceAfter">Points on the card afterwards.</param>
    public sealed record Happened(
        string Uid, string CheckoutKey, string OperationId, int Earned, int Redeemed, int Adjusted,
        int BalanceAfter)
        : Told(Uid, CheckoutKey);

    /// <summary>
    /// The till gave up: sold without points. If the card did commit, headquarters takes it back.
    /// </summary>
    public sealed record GivenUp(string Uid, string CheckoutKey, bool InDoubt) : Told(Uid, CheckoutKey);
}

/// <summary>
/// Everything the tills of one run were told, and what is wrong with it by plain arithmetic.
/// </summary>
internal sealed class TillBook
{
    private readonly Lock _lock = new();
    private readonly List<Told> _told = [];
    private readonly Dictionary<string, int> _balances = new(StringComparer.Ordinal);
    private readonly List<string> _contradictions = [];

    public IReadOnlyList<Told> All
    {
        get
        {
            lock (_lock)
                return [.. _told];
        }
    }

    public IReadOnlyList<Told.Happened> Sales => [.. All.OfType<Told.Happened>()];

    /// <summary>One line for each answer that does not agree with the rules.</summary>
    public IReadOnlyList<string> Contradictions
    {
        get
        {
            lock (_lock)
                return [.. _contradictions];
        }
    }

    /// <summary>What this card holds when this run begins.</summary>
    public void Open(string uid, int balance)
    {
        lock (_lock)
            _balances[uid] = balance;
    }

    /// <summary>Books a sale and compares it with the rules.</summary>
    /// <param name="basket">What was bought.</param>
    /// <param name="wish">What was to be redeemed.</param>
    /// <param name="told">The till's answer.</param>
    /// <param name="isDisturbed">The card's balance may have moved behind the till's back: it is not carried
    /// on.</param>
    public void Happened(Basket basket, Wish wish, Told.Happened told, bool isDisturbed)
    {
        lock (_lock)
        {
            var held = !isDisturbed && _balances.TryGetValue(told.Uid, out var known)
                ? known + told.Adjusted : told.BalanceAfter - told.Earned + told.Redeemed;
            var byTheRules = PlainRules.Of(basket.AmountMinor, wish, held);
            if (byTheRules != new PlainRules(told.Earned, told.Redeemed))
                _contradictions.Add(
                    $"{basket.Id}: earned {told.Earned} redeemed {told.Redeemed}, by the rules {byTheRules}");
            if (held + told.Earned - told.Redeemed != told.BalanceAfter)
                _contradictions.Add(
                    $"{basket.Id}: {told.BalanceAfter} points after a sale that began with {held}");
            Remember(told.Uid, isDisturbed ? null : told.BalanceAfter);
            _told.Add(told);
        }
    }

    /// <summary>
    /// Books a sale without points. From a doubt on only the end can tell what this card holds.
    /// </summary>
    public void GivenUp(Told.GivenUp told)
    {
        lock (_lock)
        {
            _told.Add(told);
            Remember(told.Uid, null);
        }
    }

    /// <summary>The card may hold something else now than the last receipt says.</summary>
    public void Forget(string uid)
    {
        lock (_lock)
            Remember(uid, null);
    }

    private void Remember(string uid, int? balance)
    {
        if (balance is { } known)
            _balances[uid] = known;
        else
            _balances.Remove(uid);
    }
}
