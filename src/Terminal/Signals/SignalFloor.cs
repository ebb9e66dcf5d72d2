using System.Threading.Channels;
using SmartCardCrm.Terminal.Pcsc;

namespace SmartCardCrm.Terminal.Signals;

/// <summary>What signals look at.</summary>
internal sealed record SignalRooms(Till Till, ReaderBoard Board)
{
    /// <summary>A card that came now would not be served although nothing has stopped the terminal: keys or
    /// rules are not there yet.</summary>
    public const string NotReady = "not-ready";

    /// <param name="reader">Null for whichever there is.</param>
    public ReaderScene SceneOf(string? reader)
    {
        var sights = Board.Sights.Where(s => reader is null || s.Name == reader).ToList();
        return new ReaderScene(
            sights.Exists(s => s.Available), sights.Exists(s => s.CardPresent),
            sights.Exists(s => Till.Desk.HasWork(s.Name)),
            Till.Desk.StoppedBecause ?? (Till.IsReady ? null : NotReady));
    }
}

/// <summary>Lets every reader's lights say what is going on, on threads of its own: a tap never waits for a
/// pin.</summary>
internal sealed class SignalFloor(
    SignalsPlan plan, CarefulWires wires, SignalRooms rooms, TimeProvider clock) : BackgroundService
{
    // What nobody tells: keys and rules that have come.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _looks = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _ended = new();
    private IAsyncEnumerable<Checkout>? _told;

    /// <summary>From its return on nothing that happens to a checkout is missed.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (plan.Sets.Count > 0)
            _told = rooms.Till.Desk.Watch(_ended.Token);
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _ended.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_told is not { } told)
            return;
        await using var end = stoppingToken.Register(_ended.Cancel);
        var readers = plan.Sets
            .Select(s => new ReaderSignals(s.Reader, s.Wires, plan.Patterns, wires, clock)).ToList();
        rooms.Board.Changed += Look;
        rooms.Till.Desk.Changed += Look;
        await using var timer = clock.CreateTimer(_ => Look(), null, TimeSpan.Zero, LookEvery);
        try
        {
            await Task.WhenAll(Listen(told, readers), Watch(readers, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The terminal stops: that is how a watch ends.
        }
        finally
        {
            rooms.Board.Changed -= Look;
            rooms.Till.Desk.Changed -= Look;
            readers.ForEach(r => r.Dispose());
        }
    }

    private void Look() => _looks.Writer.TryWrite(true);

    private async Task Listen(IAsyncEnumerable<Checkout> told, List<ReaderSignals> readers)
    {
        await foreach (var checkout in told)
        {
            readers.ForEach(r => r.Tell(checkout));
            Look();
        }
    }

    private async Task Watch(List<ReaderSignals> readers, CancellationToken stop)
    {
        await foreach (var _ in _looks.Reader.ReadAllAsync(stop))
            readers.ForEach(r => r.See(rooms.SceneOf(r.Reader)));
    }
}
