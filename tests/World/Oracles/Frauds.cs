using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.World;

/// <summary>
/// What copies, rolled back and forged cards do must come out (I2, I7, I9). That nothing of a forged card is
/// posted is seen by <see cref="BookWatch"/>: no card of the chain has committed it.
/// </summary>
internal sealed class Frauds(ChainWorld world)
{
    private readonly SortedDictionary<int, (Purchase Purchase, CheckoutResult Result)> _got = [];
    private readonly SortedDictionary<int, Purchase> _suspected = [];
    private readonly Dictionary<(uint Terminal, Uid Uid, uint Counter), Purchase> _done = [];

    /// <summary>Points that a thief has redeemed at honest tills.</summary>
    public long StolenPoints => _got.Values.Sum(got => (long)got.Result.Redeemed);

    /// <summary>The till reads how a purchase stands.</summary>
    public void Heard(TerminalMachine terminal, Purchase purchase, CheckoutState? state)
    {
        var card = purchase.Card;
        if (state is CheckoutState.Declined(Reason: Loyalty.Programme.DeclineReason.CardSuspect)
            && purchase.Told is not CheckoutState.Declined)
        {
            Truth.Demand(
                card.Tampered || card.Imitated || terminal.DiskBetrayed || world.WasRestored, "I4",
                $"{purchase}: card {card.Uid} is suspected at terminal {terminal.Number} without a reason");
            _suspected[purchase.Number] = purchase;
        }

        if (state is not CheckoutState.Completed(var result))
            return;
        if (!purchase.WithoutCard && !purchase.WasInDoubt && !terminal.DiskBetrayed)
            CheckOnce(purchase, result.Counter);
        if (!card.WasMinted)
            return;
        // What is taken back when a sale is undone, or taken off by a supervisor, buys nothing.
        if (!purchase.IsSale)
            return;
        var strangerMost = world.Office.LimitsOf(purchase.Terminal).StrangerMost;
        Truth.Demand(
            result.Redeemed <= strangerMost || world.CommitsOf(card.Uid).Any(), "I9",
            $"{purchase}: card {card.Uid}, which nobody issued, redeemed {result.Redeemed} points, strangers "
                + $"may {strangerMost}");
        _got[purchase.Number] = (purchase, result);
    }

    /// <summary>Looks for everything in the book, when all has come to rest.</summary>
    public void Check(DbSession db)
    {
        var open = db.List<OpenException>(
            """
            SELECT cause, detail, terminal, sequence, uid FROM book_exception WHERE closed_us IS NULL
            """);
        foreach (var card in world.Cards.Where(c => c.Tampered).DistinctBy(c => c.Uid))
            CheckConflicts(open, card.Uid);
        foreach (var purchase in _suspected.Values.Where(p => Reports(p.Terminal)))
            CheckSuspicion(open, purchase);
        foreach (var (purchase, result) in _got.Values.Where(g => Reports(g.Purchase.Terminal)))
            CheckSpent(open, purchase, result);
    }

    // A terminal knows how it left a card, heard of by headquarters or not: it takes no copy of what the card
    // was before.
    private void CheckOnce(Purchase purchase, uint counter)
    {
        var (terminal, uid) = (purchase.Terminal, purchase.Card.Uid);
        if (_done.TryAdd((terminal, uid, counter), purchase))
            return;
        var before = _done[(terminal, uid, counter)];
        Truth.Demand(
            before.Number == purchase.Number, "I9",
            $"{purchase}: terminal {terminal} takes card {uid} with n {counter}, as it had for {before}");
    }

    /// <summary>What a terminal saw of a copy, and refused, headquarters has read.</summary>
    public static void CheckSuspicion(IReadOnlyList<OpenException> open, Purchase purchase) =>
        Truth.Demand(
            open.Any(e => e.Cause == "copy-or-rollback" && e.Terminal == purchase.Terminal
                && e.Uid == purchase.Card.Uid.ToString()),
            "I7",
            $"{purchase}: terminal {purchase.Terminal} suspects card {purchase.Card.Uid}, the book does not");

    /// <summary>A thief's redeemed points are in an exception that names a terminal: the one that a forged
    /// card cheated, or the one that committed what a real card hides.</summary>
    public static void CheckSpent(
        IReadOnlyList<OpenException> open, Purchase purchase, CheckoutResult result) =>
        Truth.Demand(
            result.Redeemed == 0 || open.Any(e =>
                e.Uid == purchase.Card.Uid.ToString()
                && (e.Terminal == purchase.Terminal || e is { Cause: "gap" or "late", Terminal: not null })),
            "I9",
            $"{purchase}: a thief redeemed {result.Redeemed} points with card {purchase.Card.Uid} at "
                + $"terminal {purchase.Terminal}, and no exception says so");

    // Two chips of one UID with one counter: the book takes one of them, and says that there was another.
    private void CheckConflicts(IReadOnlyList<OpenException> open, Uid uid)
    {
        var reported = world.CommitsOf(uid)
            .Where(c => c.Purchase is { Told: CheckoutState.Completed, WasInDoubt: false } p
                && Reports(p.Terminal))
            .DistinctBy(c => c.Place);
        foreach (var conflict in reported.GroupBy(c => c.Record.Counter).Where(same => same.Count() > 1))
        {
            Truth.Demand(
                IsExposed(open, uid), "I2",
                $"card {uid} has {conflict.Count()} commits with n {conflict.Key}, the book says nothing");
        }
    }

    /// <summary>Whether the book says that there is more than one card with this UID, or that it went
    /// back.</summary>
    public static bool IsExposed(IReadOnlyList<OpenException> open, Uid uid) =>
        open.Any(e => e.Uid == uid.ToString() && e.Cause is ("conflicting-duplicate" or "copy-or-rollback"));

    // A terminal that was lost, or lies, takes what it saw with it.
    private bool Reports(uint terminal) =>
        world.Places.Exists(p => p.Terminal.Number == terminal && !p.Terminal.DiskBetrayed);
}

/// <summary>An exception that headquarters has not closed.</summary>
internal sealed record OpenException
{
    public string Cause { get; init; } = "";
    public string Detail { get; init; } = "";
    public long? Terminal { get; init; }
    public long? Sequence { get; init; }

    /// <summary>14 hex digits.</summary>
    public string? Uid { get; init; }
}
