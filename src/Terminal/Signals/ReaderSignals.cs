namespace SmartCardCrm.Terminal.Signals;

/// <summary>What stands around one reader at a moment.</summary>
/// <param name="Available">The reader is there.</param>
/// <param name="CardPresent">Something lies on it.</param>
/// <param name="Wanted">A checkout waits for a card here.</param>
/// <param name="NotServing">Why no card is served, a stable code; null while cards are.</param>
internal readonly record struct ReaderScene(
    bool Available, bool CardPresent, bool Wanted, string? NotServing);

/// <summary>Decides what one reader shows, from what is said to the till and what lies on the reader. Safe
/// for many threads.</summary>
/// <remarks>Whatever is told here was told to the till, and so is on disk: green shows no earlier.</remarks>
internal sealed class ReaderSignals : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SignalPatterns _patterns;
    private readonly SignalPlayer _player;
    private readonly Dictionary<Guid, Sign> _unfinished = [];
    private ReaderScene _scene;
    private Sign? _moment;
    private Sign? _shown;
    private bool _mustLift;

    /// <param name="reader">Its name; null for whichever there is.</param>
    /// <param name="parts">What is wired for it.</param>
    public ReaderSignals(
        string? reader, IReadOnlyList<SignalWire> parts, SignalPatterns patterns, CarefulWires wires,
        TimeProvider clock)
    {
        (Reader, _patterns) = (reader, patterns);
        _player = new SignalPlayer(parts, wires, clock, _gate) { Ended = MomentIsOver };
        lock (_gate)
            Show();
    }

    /// <summary>Null for whichever there is.</summary>
    public string? Reader { get; }

    /// <summary>What is shown now.</summary>
    public Sign Shown
    {
        get
        {
            lock (_gate)
                return _shown ?? Sign.OutOfService;
        }
    }

    /// <summary>Something around the reader may have changed.</summary>
    public void See(ReaderScene scene)
    {
        lock (_gate)
        {
            _scene = scene;
            _mustLift &= !scene.Available || scene.CardPresent;
            Show();
        }
    }

    /// <summary>The till was told that a checkout has changed; others than this reader's are passed
    /// over.</summary>
    public void Tell(Checkout checkout)
    {
        if (checkout.Reader is null || (Reader is not null && checkout.Reader != Reader))
            return;
        lock (_gate)
        {
            _unfinished.Remove(checkout.Id);
            _moment = null;
            switch (checkout.State)
            {
                case CheckoutState.Tapping:
                    _moment = Sign.Reading;
                    break;
                case CheckoutState.Completed:
                    Finish(Sign.Done);
                    break;
                case CheckoutState.Declined:
                    Finish(Sign.Declined);
                    break;
                case CheckoutState.PresentAgain:
                    _unfinished[checkout.Id] = Sign.Again;
                    break;
                case CheckoutState.InDoubt:
                    _unfinished[checkout.Id] = Sign.Doubt;
                    break;
            }

            Show();
        }
    }

    public void Dispose() => _player.Dispose();

    private void Finish(Sign outcome)
    {
        _moment = outcome;
        _mustLift = true;
        _shown = null;                                        // a second sale's green begins anew
    }

    private void MomentIsOver()
    {
        _moment = null;
        Show();
    }

    private void Show()
    {
        var sign = Now();
        if (sign == _shown)
            return;
        _shown = sign;
        _player.Play(_patterns[sign]);
    }

    // What has happened is shown to its end, even where the terminal was stopped meanwhile.
    private Sign Now()
    {
        if (_moment is Sign.Done or Sign.Declined)
            return _moment.Value;
        if (_scene.NotServing == StopCode.Tamper)
            return Sign.Tamper;
        if (_moment is { } moment)
            return moment;
        if (!_scene.Available || _scene.NotServing is not null)
            return Sign.OutOfService;
        if (_unfinished.Count > 0)
            return _unfinished.ContainsValue(Sign.Doubt) ? Sign.Doubt : Sign.Again;
        return _mustLift ? Sign.TakeCard : _scene.Wanted ? Sign.Waiting : Sign.Ready;
    }
}
