using SmartCardCrm.Demo.Chaos;
using SmartCardCrm.Demo.Measuring;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Summary;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Business;

/// <summary>
/// Serves customers at one reader, one after another, as a till and a customer do: from outside.
/// </summary>
internal sealed class Cashier(ShopTerminal terminal, ShopReader reader, Shop shop, ShopFloor floor)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ServeMost = TimeSpan.FromMinutes(5);

    private readonly Hand _hand = new(terminal, reader, shop.Rack, shop.Clock);

    /// <summary>Serves until nobody comes any more.</summary>
    public async Task WorkAsync(CancellationToken cancellation)
    {
        while (await floor.NextAsync(terminal.Index, cancellation) is { } errand)
        {
            await ServeInTimeAsync(errand, cancellation);
            floor.Done(errand.Customer);
        }
    }

    private async Task ServeInTimeAsync(Errand errand, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ServeMost);
        try
        {
            await ServeAsync(errand, patience.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Basket {errand.Basket.Id} took over {ServeMost} on {reader.Name} of {terminal.Name}.",
                late);
        }
    }

    private async Task ServeAsync(Errand errand, CancellationToken cancellation)
    {
        var (customer, basket) = errand;
        var misfortune = shop.HasMisfortunes ? Misfortune.For(shop.Seed, basket) : null;
        var wasMarked = shop.Disturbances.TakeMark(customer.Uid, reader.Index.Terminal);
        var wish = Wish.For(shop.Seed, basket);
        var from = shop.Clock.GetUtcNow();

        var checkout =
            await StartAsync(CheckoutOrder.For(basket, wish, reader.Name), basket.Id, cancellation);
        if (checkout is null or { IsOver: true })
        {
            shop.NoteSoldBefore(basket.Id);
            return;
        }

        var visit = new Visit(errand, checkout, misfortune) { IsDisturbed = wasMarked };
        await AttendAsync(visit, cancellation);
        var apdus = await _hand.TakeAwayAsync(cancellation);
        var until = shop.Clock.GetUtcNow();

        if (shop.Disturbances.Touched(reader.Index.Terminal, from, until))
            Disturb(visit);
        Book(visit, wish, new Tap(reader.Index, from, until, visit.IsDisturbed, apdus ?? 0));
    }

    private async Task AttendAsync(Visit visit, CancellationToken cancellation)
    {
        terminal.Watch.Watch(visit.Checkout.Id);
        try
        {
            await _hand.PutDownAsync(visit.Errand.Customer.Uid, cancellation);
            if (visit.Misfortune is { } misfortune)
                await shop.Rack.TearAsync(reader.Slot, misfortune.Exchange, misfortune.Before, cancellation);
            await UntilOverAsync(visit, cancellation);
        }
        catch (OperationCanceledException)
        {
            await AbandonAsync(visit.Checkout.Id);
            throw;
        }
        finally
        {
            terminal.Watch.Forget(visit.Checkout.Id);
        }
    }

    // Closing time: nobody else's card shall pay for this.
    private async Task AbandonAsync(string id)
    {
        try
        {
            await terminal.Till.CancelAsync(id, CancellationToken.None);
        }
        catch (Exception away) when (CheckoutWatch.IsAway(away, CancellationToken.None))
        {
            // The terminal is gone as well; its checkout times out by itself.
        }
    }

    private async Task UntilOverAsync(Visit visit, CancellationToken cancellation)
    {
        var presented = shop.Clock.GetTimestamp();
        while (!visit.Checkout.IsOver)
        {
            visit.Checkout = await terminal.Watch.NextAsync(visit.Checkout.Id, LookEvery, cancellation)
                ?? visit.Checkout;
            if (visit.Checkout.IsOver)
                return;
            if (_hand.IsTorn)
                await AfterTearAsync(visit, cancellation);
            else if (shop.Clock.GetElapsedTime(presented) > Hand.Patience)
                await _hand.PutDownAgainAsync(visit.Errand.Customer.Uid, cancellation);
            else
                continue;
            presented = shop.Clock.GetTimestamp();
        }
    }

    private async Task AfterTearAsync(Visit visit, CancellationToken cancellation)
    {
        Disturb(visit);
        var then = visit.Misfortune?.Then ?? AfterTear.ComeBack;
        if (then is AfterTear.Elsewhere or AfterTear.ElsewhereThenBack)
            await floor.GoElsewhere(visit.Errand.Customer, reader.Index.Terminal).WaitAsync(cancellation);
        if (then is AfterTear.ComeBack or AfterTear.ElsewhereThenBack)
            await _hand.PutDownAgainAsync(visit.Errand.Customer.Uid, cancellation);
        else
            visit.Checkout = await GiveUpAsync(visit.Checkout.Id, cancellation);
    }

    private Task<Checkout?> StartAsync(CheckoutOrder order, string key, CancellationToken cancellation) =>
        UntilAnsweredAsync(() => terminal.Till.StartAsync(order, key, cancellation), cancellation);

    // While a tap is under way the terminal only notes the wish.
    private async Task<Checkout> GiveUpAsync(string id, CancellationToken cancellation)
    {
        while (true)
        {
            var checkout = await UntilAnsweredAsync(
                () => terminal.Till.CancelAsync(id, cancellation), cancellation);
            if (checkout.IsOver)
                return checkout;
            await Task.Delay(LookEvery, shop.Clock, cancellation);
        }
    }

    // A till tries again while its terminal is away; the idempotency key makes that safe.
    private async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception away) when (CheckoutWatch.IsAway(away, cancellation))
            {
                await Task.Delay(LookEvery, shop.Clock, cancellation);
            }
        }
    }

    private void Disturb(Visit visit)
    {
        visit.IsDisturbed = true;
        shop.Disturbances.Mark(visit.Errand.Customer.Uid, reader.Index.Terminal);
        shop.Book.Forget(visit.Errand.Customer.Uid);
    }

    private void Book(Visit visit, Wish wish, Tap tap)
    {
        var (customer, basket) = visit.Errand;
        shop.NoteSold(basket.Id);
        switch (visit.Checkout)
        {
            case { State: "completed", Result: { } sale }:
                shop.Book.Happened(basket, wish, ToldOf(visit, sale), tap.IsDisturbed);
                shop.Taps.Enqueue(Count(tap, sale));
                break;
            case { State: "cancelled" or "abandoned" } over:
                shop.Book.GivenUp(
                    new Told.GivenUp(customer.Uid, basket.Id, InDoubt: over.State == "abandoned"));
                shop.Taps.Enqueue(tap with { IsDisturbed = true });
                break;
            case var other:
                shop.Problems.Enqueue(
                    $"basket {basket.Id} ended as {other.State} {other.DeclineReason}".TrimEnd());
                break;
        }
    }

    private static Told.Happened ToldOf(Visit visit, SaleResult sale) => new(
        visit.Errand.Customer.Uid, visit.Errand.Basket.Id, sale.OperationId.ToString("N"), sale.Earned,
        sale.Redeemed, sale.CardActionPoints, sale.BalanceAfter ?? 0);

    // Of several card actions at once the answer does not say which changed anything: such a tap is not
    // counted.
    private Tap Count(Tap tap, SaleResult sale)
    {
        var counted = tap with
        {
            ApdusLeast = Tap.Least(sale.Earned, sale.Redeemed, sale.CardActionPoints == 0 ? 0 : 1),
            IsDisturbed = tap.IsDisturbed || sale.CardActions.Count > 1,
        };
        return shop.HasMisfortunes ? counted.WithoutLog() : counted;
    }

    private sealed class Visit(Errand errand, Checkout checkout, Misfortune? misfortune)
    {
        public Errand Errand => errand;

        public Misfortune? Misfortune => misfortune;

        public Checkout Checkout { get; set; } = checkout;

        public bool IsDisturbed { get; set; }
    }
}
