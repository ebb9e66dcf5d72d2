using SmartCardCrm.Demo.Purchases;

namespace SmartCardCrm.Demo.Business;

/// <summary>Somebody on the way to a checkout.</summary>
/// <param name="Customer">Who; has one card, and so is in one place at a time.</param>
/// <param name="Basket">With what.</param>
internal sealed record Errand(Customer Customer, Basket Basket);

/// <summary>A member with a card.</summary>
/// <param name="Household">Number in the file of purchases.</param>
/// <param name="Member">Number at headquarters.</param>
/// <param name="Uid">The card's, 14 hex digits.</param>
internal sealed record Customer(int Household, int Member, string Uid);

/// <summary>
/// Sends customers to readers: each customer's baskets in file order, each to the terminal of its store, and
/// of those who could come now the one whose basket is first in the file. Safe for many readers at once.
/// </summary>
internal sealed class ShopFloor
{
    private readonly Lock _lock = new();
    private readonly List<Queue> _queues;
    private readonly Func<int, int> _terminalOf;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Everybody is at home.</summary>
    /// <param name="errands">In file order.</param>
    /// <param name="terminalOf">Store → terminal.</param>
    public ShopFloor(IEnumerable<Errand> errands, Func<int, int> terminalOf)
    {
        _terminalOf = terminalOf;
        _queues = [.. errands.Index()
            .GroupBy(e => e.Item.Customer)
            .Select(g => new Queue(g.Key,
                new Queue<(int, Basket)>(g.Select(e => (e.Index, e.Item.Basket)))))];
    }

    /// <summary>The next customer of a terminal; waits while somebody may still come.</summary>
    /// <returns>null when all baskets are sold or on their way.</returns>
    public async Task<Errand?> NextAsync(int terminal, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (Take(terminal) is { } errand)
                    return errand;
                if (_queues.TrueForAll(queue => queue.Left.Count == 0))
                    return null;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>The customer has left the checkout.</summary>
    public void Done(Customer customer)
    {
        lock (_lock)
        {
            var queue = _queues.Single(q => q.Customer == customer);
            queue.IsOut = queue.Back is not null;           // back to the first checkout, not home
            queue.Avoided = null;
            queue.Back?.SetResult();
            queue.Back = null;
            Changed();
        }
    }

    /// <summary>
    /// A customer leaves a checkout undone and does the next errand at some other terminal first.
    /// </summary>
    /// <param name="customer">Who stands at a checkout of <paramref name="terminal"/>.</param>
    /// <param name="terminal">Where not to go.</param>
    /// <returns>Ends when that errand is done and the customer is back; at once when there is none.</returns>
    public Task GoElsewhere(Customer customer, int terminal)
    {
        lock (_lock)
        {
            var queue = _queues.Single(q => q.Customer == customer);
            if (queue.Left.Count == 0 || queue.Avoided is not null)
                return Task.CompletedTask;
            queue.IsOut = false;
            queue.Avoided = terminal;
            queue.Back = NewSignal();
            Changed();
            return queue.Back.Task;
        }
    }

    private Errand? Take(int terminal)
    {
        var ready = _queues
            .Where(q => !q.IsOut && q.Left.Count > 0)
            .Where(q => q.Avoided is { } avoided
                ? avoided != terminal : _terminalOf(q.Left.Peek().Basket.Store) == terminal)
            .MinBy(q => q.Left.Peek().Place);
        if (ready is null)
            return null;
        ready.IsOut = true;
        return new Errand(ready.Customer, ready.Left.Dequeue().Basket);
    }

    private void Changed()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private static TaskCompletionSource NewSignal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Queue(Customer customer, Queue<(int Place, Basket Basket)> left)
    {
        public Customer Customer { get; } = customer;

        public Queue<(int Place, Basket Basket)> Left { get; } = left;

        public bool IsOut { get; set; }

        public int? Avoided { get; set; }

        public TaskCompletionSource? Back { get; set; }
    }
}
