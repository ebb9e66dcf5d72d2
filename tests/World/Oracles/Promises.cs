
namespace SmartCardCrm.World;

/// <summary>Holds the terminals to what they told the tills: what happened is never lost (I3), what did not
/// happen never takes or gives points (I4).</summary>
internal sealed class Promises(ChainWorld world)
{
    private const int KeptMost = 12;

    private readonly Spending _spending = new(world);

    /// <inheritdoc cref="Spending.Loss"/>
    public Loss Loss => _spending.Loss;
    private readonly Dictionary<uint, Queue<Purchase>> _ended = [];
    private readonly Dictionary<uint, int> _traced = [];

    /// <summary>The till reads how a purchase stands.</summary>
    /// <param name="state">Null where the terminal knows nothing of it (any more).</param>
    public void Heard(TerminalMachine terminal, Purchase purchase, CheckoutState? state)
    {
        if (purchase.WithoutCard)
            world.Accounts.Heard(purchase, state);
        if (!terminal.DiskBetrayed && !purchase.Card.Tampered)
            Judge(terminal, purchase, state);
        world.Frauds.Heard(terminal, purchase, state);
        if (purchase.Told?.GetType() != state?.GetType())
        {
            world.Story.Note(
                Column.Terminal, "terminal {0}: {1} is {2}", terminal.Number, purchase,
                state?.GetType().Name ?? "unknown");
        }

        if (state is { IsOver: true } && purchase.Told is not { IsOver: true })
        {
            Keep(terminal, purchase);
            if (state is CheckoutState.Completed(var result))
                _spending.Told(purchase, result);
        }

        if (state is CheckoutState.InDoubt)
            purchase.WasInDoubt = true;
        purchase.Told = state;
    }

    /// <summary>A process has started again: it must know what the one before said and did.</summary>
    public void Restarted(TerminalMachine terminal)
    {
        if (terminal.DiskBetrayed || terminal.Till is not { } till)
            return;
        foreach (var purchase in _ended.GetValueOrDefault(terminal.Number) ?? [])
            Heard(terminal, purchase, till.Desk.Get(purchase.Checkout)?.State);

        var made = world.Truth.MadeBy(terminal.Number);
        for (var i = _traced.GetValueOrDefault(terminal.Number); i < made.Count; i++)
        {
            var (sequence, purchase) = made[i];
            Truth.Demand(
                till.Journal.Trace(purchase.Checkout) is { } trace && trace.Sequence >= sequence
                    || purchase.Card.Tampered,
                "I3",
                $"{purchase}: the card committed entry {terminal.Number}:{sequence}, the journal lacks it");
        }

        _traced[terminal.Number] = made.Count;
    }

    private static void Judge(TerminalMachine terminal, Purchase purchase, CheckoutState? state)
    {
        switch (state)
        {
            case CheckoutState.Completed when purchase.WithoutCard:
                Truth.Demand(
                    purchase.Commits.Count == 0, "I4",
                    $"{purchase} needs no card; a card made {Made(purchase)}");
                break;
            case CheckoutState.Completed(var result):
                Truth.Demand(
                    purchase.Commits is [var commit] && Says(result, commit), "I3",
                    $"{purchase} is completed with n {result.Counter}, +{result.Earned} "
                        + $"−{result.Redeemed} = {result.BalanceAfter}; the card made {Made(purchase)}");
                break;
            case null or CheckoutState.Waiting or CheckoutState.PresentAgain or CheckoutState.Declined
                or CheckoutState.Cancelled or CheckoutState.TimedOut:
                Truth.Demand(
                    purchase.Commits.Count == 0, "I4",
                    $"{purchase} at terminal {terminal.Number} is {state?.GetType().Name ?? "unknown"}; "
                        + $"the card made {Made(purchase)}");
                break;
        }

        Truth.Demand(
            purchase.Told is not { IsOver: true } told
                || state is not null && told.GetType() == state.GetType(),
            "I3",
            $"{purchase} was {purchase.Told?.GetType().Name} and is {state?.GetType().Name ?? "unknown"}");
    }

    private static bool Says(CheckoutResult result, TrueCommit commit) =>
        (result.Earned, result.Redeemed, result.BalanceAfter, result.Counter)
        == (commit.Record.Earned, commit.Record.Redeemed, commit.Points, commit.Record.Counter);

    private static string Made(Purchase purchase) => purchase.Commits.Count == 0
        ? "no commit"
        : string.Join(", ", purchase.Commits.Select(
            c => $"n {c.Record.Counter} +{c.Record.Earned} −{c.Record.Redeemed} = {c.Points}"));

    private void Keep(TerminalMachine terminal, Purchase purchase)
    {
        if (!_ended.TryGetValue(terminal.Number, out var kept))
            _ended[terminal.Number] = kept = [];
        kept.Enqueue(purchase);
        if (kept.Count > KeptMost)
            kept.Dequeue();
    }
}
