using System.Text.RegularExpressions;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.Demo.Playground;

/// <summary>The counter cannot do that now.</summary>
/// <param name="code">Stable; the page has words for it.</param>
internal sealed class RefusedException(string code) : Exception(code);

/// <summary>
/// One terminal's readers and the cards on them, in the visitor's hands. One thing after another; what cards
/// do by themselves comes between.
/// </summary>
internal sealed partial class VisitorCounter : IDisposable
{
    private const string Damage = "flip@4+:20";
    private const int ExchangesMost = 60;

    // PC/SC looks for cards every 400 ms: what is exchanged faster looks like the same card.
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(600);

    private readonly CardRack _rack;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _lock = new();
    private readonly Place[] _places;
    private readonly HashSet<string> _damaged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ChipLook> _looks = new(StringComparer.Ordinal);
    private long _exchanges;
    private LastTap _tap = new(0, null, false, []);

    private VisitorCounter(CardRack rack, ShopTerminal terminal, VisitorWallet wallet, TimeProvider clock)
    {
        (_rack, Terminal, Wallet, _clock) = (rack, terminal, wallet, clock);
        _places = [.. terminal.Readers.Select(reader => new Place(reader))];
        rack.Exchanged = OnExchange;
        rack.Torn = OnTorn;
    }

    /// <summary>Told of what cards do, on a pool thread.</summary>
    public event Action? Changed;

    public ShopTerminal Terminal { get; }

    public VisitorWallet Wallet { get; }

    /// <summary>What was said with the card that was put down last.</summary>
    public LastTap Tap
    {
        get
        {
            lock (_lock)
                return _tap with { Exchanges = [.. _tap.Exchanges] };
        }
    }

    public static async Task<VisitorCounter> OpenAsync(
        CardRack rack, ShopTerminal terminal, VisitorWallet wallet, TimeProvider clock,
        CancellationToken cancellation)
    {
        var counter = new VisitorCounter(rack, terminal, wallet, clock);
        foreach (var reader in terminal.Readers)
            await rack.ListenAsync(reader.Slot, cancellation);
        return counter;
    }

    /// <summary>What lies on a reader, and what will happen to it.</summary>
    /// <param name="reader">0, 1 …</param>
    public (string? Card, string? Fault) At(int reader)
    {
        lock (_lock)
            return (_places[reader].Card, _places[reader].Fault);
    }

    public bool IsDamaged(string card)
    {
        lock (_lock)
            return _damaged.Contains(card);
    }

    /// <summary>What the chip holds, past all keys; looked at anew once something was said with
    /// it.</summary>
    public async Task<ChipLook> LookAsync(string card, CancellationToken cancellation)
    {
        long exchanges;
        lock (_lock)
        {
            if (_looks.TryGetValue(card, out var known))
                return known;
            exchanges = _exchanges;
        }

        var look = await _rack.LookAsync(card, cancellation);
        lock (_lock)
        {
            // What was said meanwhile may have changed it.
            if (exchanges == _exchanges)
                _looks[card] = look;
        }

        return look;
    }

    /// <summary>Puts a card on a reader, from wherever it is.</summary>
    public Task PutAsync(string card, int reader, CancellationToken cancellation) => InTurnAsync(async () =>
    {
        var place = PlaceOf(reader);
        if (Wallet.Find(card) is null)
            throw new RefusedException("card-unknown");
        if (At(reader).Card is { } there)
        {
            if (there == card)
                return;
            throw new RefusedException("reader-occupied");
        }

        if (Array.Find(_places, other => other.Card == card) is { } elsewhere)
            await LiftAsync(elsewhere, cancellation);
        var since = _clock.GetElapsedTime(place.LeftAt);
        if (place.LeftAt != 0 && since < Gap)
            await Task.Delay(Gap - since, _clock, cancellation);
        lock (_lock)
        {
            place.Card = card;
            _tap = new LastTap(reader, card, false, []);
        }

        string?[] faults = [place.Fault, IsDamaged(card) ? Damage : null];
        try
        {
            await _rack.InsertAsync(place.Reader.Slot, card, [.. faults.OfType<string>()], cancellation);
        }
        catch (RackException)
        {
            Left(place, torn: false);
            throw;
        }
    }, cancellation);

    /// <summary>Lifts the card off a reader, if one is there.</summary>
    public Task TakeAsync(int reader, CancellationToken cancellation) =>
        InTurnAsync(() => LiftAsync(PlaceOf(reader), cancellation), cancellation);

    /// <summary>Has the next tap at a reader go wrong: of the card that lies there, or else of the
    /// next.</summary>
    /// <param name="fault">As the simulator writes tears; null for none after all.</param>
    public Task ArmAsync(int reader, string? fault, CancellationToken cancellation) => InTurnAsync(async () =>
    {
        var place = PlaceOf(reader);
        if (fault is not null && !Tear().IsMatch(fault))
            throw new RefusedException("fault-unknown");
        if (place.Card is not null && fault is not null)
            await _rack.ArmAsync(place.Reader.Slot, fault, cancellation);
        else if (place.Card is not null)
            throw new RefusedException("armed");
        lock (_lock)
            place.Fault = fault;
    }, cancellation);

    public Task CopyAsync(string card, CancellationToken cancellation) => InTurnAsync(async () =>
    {
        var original = Wallet.Find(card) ?? throw new RefusedException("card-unknown");
        _ = await Wallet.CopyAsync(original, cancellation) ?? throw new RefusedException("copies-enough");
    }, cancellation);

    /// <summary>From its next time on a reader on, each of its answers arrives with a bit turned
    /// round.</summary>
    public void SetDamaged(string card, bool damaged)
    {
        if (Wallet.Find(card) is null)
            throw new RefusedException("card-unknown");
        lock (_lock)
            _ = damaged ? _damaged.Add(card) : _damaged.Remove(card);
    }

    /// <summary>A card that lies there already is listened to from the beginning of the next sale.</summary>
    public void ListenAnew()
    {
        lock (_lock)
            _tap = _tap with { Exchanges = [] };
    }

    public void Dispose() => _turn.Dispose();

    private async Task LiftAsync(Place place, CancellationToken cancellation)
    {
        if (place.Card is null)
            return;
        await _rack.RemoveAsync(place.Reader.Slot, cancellation);
        Left(place, torn: false);
    }

    private void OnTorn(int slot)
    {
        if (Array.Find(_places, place => place.Reader.Slot == slot) is { } place)
            Left(place, torn: true);
    }

    private void Left(Place place, bool torn)
    {
        lock (_lock)
        {
            if (place.Card is { } card)
                _looks.Remove(card);
            (place.Card, place.LeftAt) = (null, _clock.GetTimestamp());
            place.Fault = torn ? null : place.Fault;
            _tap = torn ? _tap with { IsTorn = true } : _tap;
        }

        Changed?.Invoke();
    }

    private void OnExchange(int slot, RackExchange heard)
    {
        lock (_lock)
        {
            _exchanges++;
            if (Array.Find(_places, place => place.Reader.Slot == slot)?.Card is { } spoken)
                _looks.Remove(spoken);
            if (_places[_tap.Reader].Reader.Slot != slot || _tap.Card is null)
                return;
            var exchange = Exchange.Of(heard, _tap.Exchanges is [.., var last] ? last : null);
            _tap = _tap with { Exchanges = [.. _tap.Exchanges.TakeLast(ExchangesMost - 1), exchange] };
        }

        Changed?.Invoke();
    }

    private Place PlaceOf(int reader) =>
        reader >= 0 && reader < _places.Length
            ? _places[reader] : throw new RefusedException("reader-unknown");

    private async Task InTurnAsync(Func<Task> act, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await act();
        }
        finally
        {
            _turn.Release();
        }
    }

    [GeneratedRegex(@"^tear-(before|after)@(commit|[1-9]\d?)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tear();

    private sealed class Place(ShopReader reader)
    {
        public ShopReader Reader => reader;

        public string? Card { get; set; }

        public string? Fault { get; set; }

        /// <summary>By the clock's timestamps; 0 before anything lay there.</summary>
        public long LeftAt { get; set; }
    }
}

/// <summary>What was said with a card while it lay on a reader.</summary>
/// <param name="Reader">0, 1 …</param>
/// <param name="Card">Null before the first.</param>
/// <param name="IsTorn">It left by itself, in the middle of the last exchange.</param>
internal sealed record LastTap(int Reader, string? Card, bool IsTorn, IReadOnlyList<Exchange> Exchanges);
