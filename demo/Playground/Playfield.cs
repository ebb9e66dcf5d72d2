using SmartCardCrm.Demo.HeadOffice;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Playground;

/// <summary>The visitor's counter and all that it is connected to: what can be switched, and how it all
/// looks.</summary>
internal sealed class Playfield(ChainInABox chain, VisitorCounter counter, Lights lights, int terminal)
    : IDisposable
{
    private const string Currency = "USD";
    private const int PatienceMs = 600_000;
    private const int RowsMost = 12;
    private const int ExceptionsMost = 100;

    private readonly JournalWindow _journal = new(Path.Combine(counter.Terminal.DataFolder, "journal.db"));
    private readonly SemaphoreSlim _serverTurn = new(1);
    private readonly Lock _journalLock = new();
    private volatile bool _isCut;
    private volatile string _server = "on";

    public VisitorCounter Counter => counter;

    public string TillKey => File.ReadAllText(counter.Terminal.KeyFile).Trim();

    /// <summary>Lights and cards change by themselves.</summary>
    public void Follow(Action lightsChanged, Action cardsChanged)
    {
        lights.Changed += lightsChanged;
        counter.Changed += cardsChanged;
    }

    public void Unfollow(Action lightsChanged, Action cardsChanged)
    {
        lights.Changed -= lightsChanged;
        counter.Changed -= cardsChanged;
    }

    /// <summary>Starts a sale to whichever of the visitor's cards comes.</summary>
    public Task SellAsync(Sell sale, CancellationToken cancellation)
    {
        counter.ListenAnew();
        return counter.Terminal.Till.StartAsync(
            new PlainOrder(sale.AmountMinor, Currency, sale.RedeemAll, PatienceMs), sale.Key, cancellation);
    }

    /// <summary>Gives up on the sale that waits.</summary>
    public async Task CancelAsync(CancellationToken cancellation)
    {
        foreach (var open in (await counter.Terminal.Till.NewestAsync("en", cancellation)).Where(IsOpen))
            await counter.Terminal.Till.CancelAsync(open.Id, cancellation);
    }

    public void SetNetwork(bool on)
    {
        _isCut = !on;
        if (on)
            chain.Line.Mend();
        else
            chain.Line.Cut();
    }

    /// <summary>Takes headquarters' power away, or gives it back.</summary>
    public async Task SetServerAsync(bool on, CancellationToken cancellation)
    {
        await _serverTurn.WaitAsync(cancellation);
        try
        {
            if (on == (_server == "on"))
                return;
            _server = on ? "starting" : "off";
            if (on)
                await chain.RestartServerAsync(CancellationToken.None);
            else
                await chain.Server.KillAsync();
            _server = on ? "on" : "off";
        }
        finally
        {
            _serverTurn.Release();
        }
    }

    public Task KillPcscdAsync(CancellationToken cancellation) => chain.Readers.HasPcscd
        ? chain.Readers.KillPcscdAsync(cancellation)
        : throw new RefusedException("no-pcscd");

    /// <param name="language">Two letters: what till and display speak.</param>
    public async Task<Scene> LookAsync(string language, CancellationToken cancellation)
    {
        var till = LookAtTillAsync(language, cancellation);
        var headquarters = LookAtHeadquartersAsync(cancellation);
        var readers = await ReadersAsync(cancellation);
        var ledger = (await headquarters)?.Ledger ?? [];
        var wallet = new List<CardSight>();
        foreach (var card in counter.Wallet.Cards)
        {
            var look = await counter.LookAsync(card.Name, cancellation);
            wallet.Add(new CardSight(
                card.Name, card.Owner, card.Copy, card.Uid[^4..], counter.IsDamaged(card.Name), look.Points,
                look.Counter,
                ledger.FirstOrDefault(l => l.Uid.Equals(card.Uid, StringComparison.OrdinalIgnoreCase))));
        }

        return new Scene(
            Links(), new Switches(!_isCut, _server, chain.Readers.HasPcscd), readers, wallet, await till,
            Journal(), counter.Tap, (await headquarters)?.Sight);
    }

    /// <summary>What changes many times a second.</summary>
    public IReadOnlyList<IReadOnlyList<string>> LookAtLights() =>
        [.. counter.Terminal.Readers.Select(reader => lights.On(reader.Name))];

    public void Dispose()
    {
        _journal.Dispose();
        _serverTurn.Dispose();
        counter.Dispose();
    }

    private static bool IsOpen(ShownCheckout checkout) =>
        checkout.State is "waiting" or "tapping" or "present_again" or "in_doubt";

    private Links Links()
    {
        var till = counter.Terminal.Address;
        return new Links(
            new Uri(till, "counter"), new Uri(till, "counter/display"), chain.Server.Console,
            chain.Server.FirstLogin);
    }

    private IReadOnlyList<JournalEntry> Journal()
    {
        lock (_journalLock)
            return _journal.Newest(RowsMost);
    }

    private async Task<IReadOnlyList<ReaderSight>> ReadersAsync(CancellationToken cancellation)
    {
        var known = await UnlessAwayAsync(
            async () => (await counter.Terminal.Till.ReadersAsync(cancellation))
                .Where(reader => reader.Available).Select(reader => reader.Name).ToList(), cancellation);
        return
        [
            .. counter.Terminal.Readers.Select((reader, i) => new ReaderSight(
                counter.At(i).Card, counter.At(i).Fault, known?.Contains(reader.Name) == true,
                lights.On(reader.Name))),
        ];
    }

    private async Task<TillSight?> LookAtTillAsync(string language, CancellationToken cancellation) =>
        await counter.Terminal.Till.HealthAsync(cancellation) is { } health
            && await UnlessAwayAsync(
                () => counter.Terminal.Till.NewestAsync(language, cancellation), cancellation) is { } newest
            ? new TillSight(health, [.. newest.Take(RowsMost)])
            : null;

    private async Task<(HeadquartersSight Sight, IReadOnlyList<LedgerCard> Ledger)?> LookAtHeadquartersAsync(
        CancellationToken cancellation)
    {
        if (_server != "on")
            return null;
        return await UnlessAwayAsync<(HeadquartersSight, IReadOnlyList<LedgerCard>)?>(
            async () =>
            {
                var ours = counter.Wallet.Cards.Select(card => card.Uid[^4..]).ToHashSet();
                var exceptions = await chain.Operator.ExceptionsAsync(ExceptionsMost, cancellation);
                return (
                    new HeadquartersSight(
                        await chain.Operator.NewestAsync(terminal, RowsMost, cancellation),
                        [.. exceptions.Where(one =>
                            one.Terminal == terminal || ours.Contains(one.UidEnd ?? "")).Take(RowsMost)],
                        await chain.Operator.OverviewAsync(cancellation)),
                    await chain.Operator.LedgerCardsAsync(cancellation));
            },
            cancellation);
    }

    // A program that is being killed or started answers nothing, or half.
    private static async Task<T?> UnlessAwayAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask();
        }
        catch (Exception away) when (CheckoutWatch.IsAway(away, cancellation))
        {
            return default;
        }
    }
}
