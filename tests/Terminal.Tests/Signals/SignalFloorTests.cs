using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Signals;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Signals;

/// <summary>Lights beside a terminal that sells.</summary>
public sealed class SignalFloorTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Chain _chain = new();
    private readonly Shop _shop;
    private readonly MemoryWires _pins = new();
    private readonly ReaderBoard _board = new();
    private readonly CarefulWires _wires;
    private readonly SignalFloor _floor;

    public SignalFloorTests()
    {
        _shop = new Shop(_chain);
        _wires = new CarefulWires(_pins, new FaultBook(), NullLogger.Instance);
        var file = new SignalsFile(SignalsPlan.ConsoleLines)
        {
            Sets = [new SignalsFile.SetEntry { Green = 1, Red = 2, Yellow = 3, Buzzer = 4 }],
        };
        _floor = new SignalFloor(
            SignalsPlan.Of(file, [MemoryWires.Counter]), _wires, new SignalRooms(_shop.Till, _board),
            _chain.Clock);
        _board.Post(_shop.Reader).Look();
    }

    public async ValueTask InitializeAsync() => await _floor.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _floor.StopAsync(CancellationToken.None);
        _floor.Dispose();
        _wires.Dispose();
        _shop.Dispose();
    }

    [Fact]
    public async Task Green_shows_only_when_the_outcome_is_on_disk()
    {
        var story = new TaskCompletionSource<IReadOnlyList<EntryBody.ContentOneofCase>>();
        _pins.Switching = (wire, on) =>
        {
            if (wire.Part == Parts.Green && on)
                story.TrySetResult(_shop.Story);
        };

        _shop.Sell(_chain.Issue(), 100);

        Assert.Equal(
            [EntryBody.ContentOneofCase.Intent, EntryBody.ContentOneofCase.Outcome],
            await story.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_tap_in_doubt_never_shows_green()
    {
        var insists = new TaskCompletionSource();
        var green = false;
        _pins.Switching = (wire, on) =>
        {
            green |= wire.Part == Parts.Green && on;
            if (wire.Part == Parts.Buzzer && on)
                insists.TrySetResult();
        };
        var card = _chain.Issue();
        card.Tear(9, Simulator.Faults.TearMoment.After);

        _shop.Sell(card, 100);
        await insists.Task.WaitAsync(Patience);

        Assert.False(green);
    }

    [Fact]
    public async Task A_pin_that_hangs_keeps_no_customer_waiting()
    {
        using var stuck = new ManualResetEventSlim();
        var reached = new TaskCompletionSource();
        _pins.Switching = (_, on) =>
        {
            if (!on)
                return;
            reached.TrySetResult();
            stuck.Wait();
        };
        var card = _chain.Issue();

        var first = _shop.Sell(card, 100);
        await reached.Task.WaitAsync(Patience);
        var second = _shop.Sell(card, 100);
        stuck.Set();

        Assert.IsType<CheckoutState.Completed>(first);
        Assert.IsType<CheckoutState.Completed>(second);
    }

    [Fact]
    public async Task A_checkout_that_waits_and_a_terminal_that_is_stopped_show_at_the_reader()
    {
        var yellow = On(Parts.Yellow);
        _shop.Post(100);
        await yellow.WaitAsync(Patience);

        var red = On(Parts.Red);
        _shop.Till.Desk.Stop("terminal-revoked");
        await red.WaitAsync(Patience);
    }

    private Task On(Parts part)
    {
        var lit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pins.Switching = (wire, on) =>
        {
            if (wire.Part == part && on)
                lit.TrySetResult();
        };
        return lit.Task;
    }
}
