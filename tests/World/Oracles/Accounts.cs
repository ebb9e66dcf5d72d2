using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.World;

/// <summary>Holds terminals and headquarters to what is done without a card: what a till was told is booked
/// once, to the point (I2, I3), and nothing else is (I4, I9).</summary>
internal sealed class Accounts(ChainWorld world)
{
    private readonly SortedDictionary<int, Purchase> _asked = [];

    /// <summary>The till reads how a purchase without a card stands.</summary>
    public void Heard(Purchase purchase, CheckoutState? state)
    {
        _asked[purchase.Number] = purchase;
        if (state is CheckoutState.Completed(var result))
        {
            Truth.Demand(
                result.OnAccount == Expected(purchase, result.RuleSetVersion)
                    && (result.Earned, result.Redeemed, result.CardNumber) == (0, 0, 0ul),
                "I10", $"{purchase} of {purchase.Amount} without a card puts {result.OnAccount} on account");
            purchase.OnAccount = result.OnAccount;
        }
    }

    /// <summary>Looks for all of it in the book, when all has come to rest.</summary>
    public void Check(DbSession db)
    {
        var booked = db.List<BookedRow>(
            """
            SELECT operation_id AS operation, terminal, earned AS points FROM account_sale
            UNION ALL
            SELECT '', r.terminal, r.on_account FROM sale_return r
            WHERE r.state = 'settled' AND NOT EXISTS (SELECT 1 FROM card_transaction t
                WHERE t.terminal = r.terminal AND t.sequence = r.sequence)
            """);
        foreach (var terminal in _asked.Values.GroupBy(p => p.Terminal))
        {
            if (world.WasBetrayed(terminal.Key) || world.Terminals.Any(
                t => t.Number == terminal.Key && (t.Halted is not null || t.IsGoneForGood)))
            {
                continue;
            }

            var told = terminal.Where(p => p.Told is CheckoutState.Completed).ToList();
            var (sold, back) = (told.Where(p => p.Undoes is null), told.Where(p => p.Undoes is not null));
            foreach (var purchase in sold)
            {
                var rows = booked.Where(
                    b => b.Operation == Convert.ToHexString(purchase.Checkout.ToByteArray(bigEndian: true)))
                    .ToList();
                Truth.Demand(
                    rows is [var row] && row.Points == purchase.OnAccount, "I3",
                    $"{purchase} put {purchase.OnAccount} on account, booked {rows.Count} times");
            }

            var (returned, expected) = (
                booked.Where(b => b.Terminal == terminal.Key && b.Operation.Length == 0).Sum(b => b.Points),
                back.Sum(p => (long)p.OnAccount));
            Truth.Demand(
                returned == expected, "I3",
                $"terminal {terminal.Key}: returns without a card of {expected} points, {returned} booked");
        }
    }

    private int Expected(Purchase purchase, int rules) => purchase.Undoes switch
    {
        null => PlainRules.Sale(
            world.Truth.RulesOf(rules), balance: 0, purchase.Amount, asked: 0, tier: 0).Earned,
        { WithoutCard: true } sale => -sale.OnAccount,
        { Commits: [var sale, ..] } => sale.Record.Redeemed - sale.Record.Earned,
        var sale => throw new InvalidOperationException($"{sale} did not happen."),
    };

    private sealed record BookedRow
    {
        public string Operation { get; init; } = "";
        public long Terminal { get; init; }
        public long Points { get; init; }
    }
}
