using System.Threading.Channels;
using Google.Protobuf;
using SmartCardCrm.Loyalty.Programme;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal;

/// <summary>The answer to a till that posts a checkout.</summary>
internal abstract record CheckoutCreation
{
    private CheckoutCreation() { }

    /// <summary>It waits for a card now.</summary>
    public sealed record Created(Checkout Checkout) : CheckoutCreation;

    /// <summary>The same request had come before under the same key.</summary>
    public sealed record Same(Checkout Checkout) : CheckoutCreation;

    /// <summary>Another request had come before under the same key.</summary>
    public sealed record Conflict : CheckoutCreation;

    /// <summary>It cannot be done.</summary>
    public sealed record Refused(DeclineReason Reason) : CheckoutCreation;
}

/// <summary>The answer to a till that cancels a checkout.</summary>
internal enum CancelAnswer
{
    Unknown,

    /// <summary>Nothing happened, and nothing will.</summary>
    Cancelled,

    /// <summary>It was in doubt; the till goes on without points, and the journal says so.</summary>
    Abandoned,

    /// <summary>A card is being worked on. Within a second the checkout is completed, cancelled or
    /// abandoned.</summary>
    Asked,

    /// <summary>It had ended before, and not by cancelling.</summary>
    AlreadyOver,
}

/// <summary>
/// The checkouts of this terminal: posted by tills, taken by tap loops, kept over restarts. Safe for many
/// threads.
/// </summary>
internal sealed class CheckoutDesk
{
    private readonly Lock _gate = new();
    private readonly CheckoutStore _store;
    private readonly Journal _journal;
    private readonly Replica _replica;
    private readonly TerminalRecords _records;
    private readonly TimeProvider _clock;
    private readonly OperationIds _ids;
    private readonly AccountDesk _account;
    private readonly List<Channel<Checkout>> _watchers = [];
    private readonly SortedDictionary<Guid, Checkout> _open = [];
    private readonly StopReasons _stops = new();

    /// <summary>Finds the checkouts a restart interrupted, and what the journal says became of
    /// them.</summary>
    public CheckoutDesk(
        CheckoutStore store, TerminalRecords records, TimeProvider clock, OperationIds ids,
        AccountDesk account)
    {
        _store = store;
        _records = records;
        (_journal, _replica) = (records.Journal, records.Replica);
        _clock = clock;
        _ids = ids;
        _account = account;
        foreach (var checkout in store.LoadOpen())
        {
            _open[checkout.Id] = checkout;
            var state = CheckoutRecovery.StateOf(
                checkout.State, _journal.Trace(checkout.Id), _replica.Rules);
            if (state != checkout.State)
                Move(checkout, Closing(checkout, state));
        }
    }

    /// <summary>Raised when a checkout has come, a doubt was settled, or the terminal was stopped or may go
    /// on: a loop may have work. Handlers must be quick.</summary>
    public event Action? Changed;

    /// <summary>Why no card is served, a stable code; null while cards are.</summary>
    public string? StoppedBecause => _stops.Newest;

    /// <summary>Serves no card until <see cref="Resume"/>; taps that have begun go on.</summary>
    /// <param name="code">A stable code, as a refusal of sync or <see cref="StopCode"/> names it.</param>
    public void Stop(string code)
    {
        _stops.Add(code);
        Changed?.Invoke();
    }

    /// <summary>This reason is no more; others stay.</summary>
    public void Resume(string code)
    {
        _stops.Remove(code);
        Changed?.Invoke();
    }

    /// <summary>Posts a checkout.</summary>
    /// <param name="request">Its values checked by the caller.</param>
    /// <param name="idempotencyKey">The till's own name for it, not empty.</param>
    /// <param name="told">What headquarters says of the sale that is to be undone; null where it was not
    /// asked.</param>
    public CheckoutCreation Create(
        CheckoutRequest request, string idempotencyKey, FindSaleReply? told = null)
    {
        lock (_gate)
        {
            if (_store.FindByIdempotencyKey(idempotencyKey) is { } before)
                return before.Request == request
                    ? new CheckoutCreation.Same(Begun(_open.GetValueOrDefault(before.Id, before)))
                    : new CheckoutCreation.Conflict();

            if (Refusal(request.Order, told) is { } reason)
                return new CheckoutCreation.Refused(reason);
            var now = _clock.GetUtcNow();
            var checkout = new Checkout(
                _ids.Next(), request, idempotencyKey, now, new CheckoutState.Waiting(),
                Attempts: 0, Doubts: 0, Deadline: now + request.Timeout)
            {
                SaleReply = told is null ? null : Convert.ToBase64String(told.ToByteArray()),
            };
            _store.Insert(checkout);
            _open[checkout.Id] = checkout;
            Tell(checkout);
            Changed?.Invoke();
            return new CheckoutCreation.Created(Begun(checkout));
        }
    }

    /// <summary>A checkout; null where there never was one, or it is older than what is kept.</summary>
    public Checkout? Get(Guid id)
    {
        lock (_gate)
            return _open.TryGetValue(id, out var checkout) ? checkout : _store.Find(id);
    }

    /// <summary>Open and over, newest first.</summary>
    public IReadOnlyList<Checkout> Newest(int most)
    {
        lock (_gate)
            return _store.Newest(most);
    }

    /// <summary>The till does not want it any more.</summary>
    public CancelAnswer Cancel(Guid id)
    {
        lock (_gate)
        {
            var checkout = Get(id);
            switch (checkout?.State)
            {
                case null:
                    return CancelAnswer.Unknown;
                case CheckoutState.Waiting or CheckoutState.PresentAgain:
                    Move(checkout, new CheckoutState.Cancelled());
                    return CancelAnswer.Cancelled;
                case CheckoutState.InDoubt doubt:
                    Move(checkout, Abandon(doubt));
                    return CancelAnswer.Abandoned;
                case CheckoutState.Tapping:
                    Move(checkout, new CheckoutState.Tapping(CancelAsked: true));
                    return CancelAnswer.Asked;
                case CheckoutState.Cancelled:
                    return CancelAnswer.Cancelled;
                case CheckoutState.Abandoned:
                    return CancelAnswer.Abandoned;
                default:
                    return CancelAnswer.AlreadyOver;
            }
        }
    }

    /// <summary>Whether a card on this reader would serve a checkout.</summary>
    /// <param name="mayServe">Which orders can be served now; null for all.</param>
    public bool HasWork(string reader, Func<Order, bool>? mayServe = null)
    {
        lock (_gate)
            return Next(reader, null, mayServe) is not null;
    }

    /// <summary>Gives a checkout to the tap on this reader; null where none waits, or none may be
    /// served.</summary>
    /// <param name="preferred">The one whose doubt was just settled on this reader; else the oldest.</param>
    /// <param name="mayServe">Which orders can be served now; null for all.</param>
    /// <param name="customerLanguage">Of the card's owner, where it is known.</param>
    public Checkout? TryTake(
        string reader, Guid? preferred, Func<Order, bool>? mayServe = null, string? customerLanguage = null)
    {
        lock (_gate)
        {
            return Next(reader, preferred, mayServe) is { } next
                ? Move(
                    next with
                    {
                        Reader = reader,
                        CustomerLanguage = customerLanguage,
                        Attempts = next.Attempts + 1,
                    },
                    new CheckoutState.Tapping(CancelAsked: false))
                : null;
        }
    }

    /// <summary>A tap has ended.</summary>
    /// <param name="result">As <see cref="Tap.Serve"/> returned it.</param>
    public void Finish(Guid id, CheckoutState result)
    {
        lock (_gate)
        {
            var checkout = _open[id];
            if (result is CheckoutState.InDoubt)
            {
                checkout = checkout with { Doubts = checkout.Doubts + 1 };
                // Headquarters may have settled it while the tap was coming to its end.
                result = CheckoutRecovery.StateOf(result, _journal.Trace(id), _replica.Rules);
            }

            Move(checkout, Closing(checkout, result));
        }
    }

    /// <summary>A doubt was settled, by a look at the card or by headquarters.</summary>
    /// <returns>The checkout that waited for it; null where none did (any more).</returns>
    public Checkout? DoubtSettled(OpenDoubt doubt, bool happened)
    {
        lock (_gate)
        {
            var waiting = _open.Values.FirstOrDefault(
                c => c.State is CheckoutState.InDoubt open && open.IntentSequence == doubt.Sequence);
            if (waiting is null)
                return null;

            var moved = Move(waiting, happened
                ? new CheckoutState.Completed(CheckoutResult.Of(doubt.Intent, _replica.Rules(doubt.Intent)))
                : new CheckoutState.PresentAgain(RetryCode.DidNotHappen));
            Changed?.Invoke();
            return moved;
        }
    }

    /// <summary>Ends the checkouts whose time is over; one in doubt is abandoned.</summary>
    public void ExpireOverdue()
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            foreach (var checkout in _open.Values.Where(c => c.Deadline <= now).ToList())
            {
                if (checkout.State is CheckoutState.InDoubt doubt)
                    Move(checkout, Abandon(doubt));
                else if (checkout.State is not CheckoutState.Tapping)
                    Move(checkout, new CheckoutState.TimedOut());
            }
        }
    }

    /// <summary>Every checkout as it changes, from this call on; a slow reader misses the oldest
    /// changes.</summary>
    public IAsyncEnumerable<Checkout> Watch(CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<Checkout>(
            new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
            _watchers.Add(channel);
        cancellation.Register(() =>
        {
            lock (_gate)
                _watchers.Remove(channel);
            channel.Writer.TryComplete();
        });
        return channel.Reader.ReadAllAsync(cancellation);
    }

    // What needs no card is done at once; where a restart came in between, when the till asks again.
    private Checkout Begun(Checkout checkout) =>
        checkout is { State: CheckoutState.Waiting, Request.Order.IsOnAccount: true }
            ? Move(checkout, _account.Perform(checkout))
            : checkout;

    // Two returns of one sale at once could bring back the same piece twice. Those at several terminals the
    // card brings into an order: without it, only the terminal that sold knows all.
    private DeclineReason? Refusal(Order order, FindSaleReply? told)
    {
        if (order.Undoes is not { } sale)
            return null;
        if (_open.Values.Any(open => open.Request.Order.Undoes == sale))
            return DeclineReason.SaleBusy;
        if (_records.FindSale(sale, told) is not { } sold)
        {
            return told is null && _journal.Trace(sale) is null
                ? DeclineReason.HeadquartersAway
                : DeclineReason.SaleUnknown;
        }

        if (order.IsOnAccount ? sold.IsForeign || sold.CameBackElsewhere : sold.CameBackElsewhereWithoutCard)
            return DeclineReason.SaleElsewhere;
        return sold.Undo(order is Order.Return back ? back.Lines : sold.Rest) is null
            ? DeclineReason.ReturnTooMuch
            : null;
    }

    private Checkout? Next(string reader, Guid? preferred, Func<Order, bool>? mayServe)
    {
        var waiting = StoppedBecause is null ? _open.Values.Where(c => IsFor(c, reader)) : [];
        return waiting.Where(c => mayServe?.Invoke(c.Request.Order) ?? true)
            .OrderBy(c => c.Id != preferred).FirstOrDefault();
    }

    private static bool IsFor(Checkout checkout, string reader) =>
        checkout.State is CheckoutState.Waiting or CheckoutState.PresentAgain
        && !checkout.Request.Order.IsOnAccount
        && (checkout.Request.Reader is null || checkout.Request.Reader == reader);

    // A till that asked to cancel while the tap went on gets its answer with the tap's end.
    private CheckoutState Closing(Checkout checkout, CheckoutState result) =>
        (checkout.State, result) switch
        {
            (CheckoutState.Tapping { CancelAsked: true }, CheckoutState.PresentAgain) =>
                new CheckoutState.Cancelled(),
            (CheckoutState.Tapping { CancelAsked: true }, CheckoutState.InDoubt doubt) => Abandon(doubt),
            _ => result,
        };

    private CheckoutState.Abandoned Abandon(CheckoutState.InDoubt doubt)
    {
        _journal.Append(Entries.Abandonment(doubt.IntentSequence));
        return new CheckoutState.Abandoned();
    }

    private Checkout Move(Checkout checkout, CheckoutState state)
    {
        var retries = state is CheckoutState.PresentAgain or CheckoutState.InDoubt;
        var moved = checkout with
        {
            State = state,
            Deadline = retries ? _clock.GetUtcNow() + checkout.Request.Timeout : checkout.Deadline,
        };
        if (state.IsOver)
            _open.Remove(moved.Id);
        else
            _open[moved.Id] = moved;
        _store.Update(moved);
        Trace(moved);
        Tell(moved);
        return moved;
    }

    // From the till's call to its end: it may have waited over a restart.
    private static void Trace(Checkout checkout)
    {
        if (!checkout.State.IsOver)
            return;
        using var span = OperationTrace.Start("checkout", checkout.Id, checkout.CreatedAt);
        span.Ended(checkout.State);
    }

    private void Tell(Checkout checkout)
    {
        foreach (var watcher in _watchers)
            watcher.Writer.TryWrite(checkout);
    }
}
