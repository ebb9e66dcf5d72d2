namespace SmartCardCrm.Terminal.Signals;

/// <summary>Watches the switch, and tells the seal when it has been open for longer than a contact
/// bounces.</summary>
/// <remarks>On a terminal without a switch only the seal is watched.</remarks>
internal sealed class TamperSwitch(
    SignalsPlan signals, CarefulWires wires, TamperSeal seal, TimeProvider clock) : IHostedService
{
    private readonly TamperPlan? _plan = signals.Tamper;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LookAtSealEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long? _openSince;

    /// <summary>Before any reader is served, what an earlier start left is heeded.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        seal.Remember();
        var every = _plan is null ? LookAtSealEvery : LookEvery;
        _timer = clock.CreateTimer(_ => Look(), null, TimeSpan.Zero, every);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    // A look that finds another one under way is not missed: the next comes soon.
    private void Look()
    {
        if (!_gate.TryEnter())
            return;
        try
        {
            seal.Look();
            LookAtSwitch();
        }
        finally
        {
            _gate.Exit();
        }
    }

    // An input that cannot be read is a fault, and health says so; it is not taken for an open housing.
    private void LookAtSwitch()
    {
        if (_plan is null || wires.IsHigh(_plan.Pin) is not { } high || high != _plan.OpenIsHigh)
        {
            _openSince = null;
            return;
        }

        _openSince ??= clock.GetTimestamp();
        if (clock.GetElapsedTime(_openSince.Value) >= _plan.Debounce)
            seal.Break();
    }
}
