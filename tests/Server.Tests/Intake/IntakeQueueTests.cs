using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Telemetry;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Storage;

namespace SmartCardCrm.Server.Tests.Intake;

/// <summary>Which deliveries are committed together.</summary>
public sealed class IntakeQueueTests : IDisposable
{
    // Longer than a journal that is behind is waited for.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly SqliteEngine _engine = new();
    private readonly Headquarters _hq;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IntakeQueue _queue;

    public IntakeQueueTests()
    {
        _hq = new Headquarters(_engine.OpenBook());
        var metrics = ActivatorUtilities.CreateInstance<ServerMetrics>(
            _services, _hq.Database, new OpenLines(), new TerminalWatch(_hq.Clock));
        _queue = new IntakeQueue(
            _hq.Intake, new FeedBell(), metrics, new IntakeTrace(_hq.Database, _hq.Clock), _hq.Clock,
            NullLogger<IntakeQueue>.Instance);
    }

    public void Dispose()
    {
        _queue.Dispose();
        _services.Dispose();
        _hq.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public async Task Journals_that_are_behind_leave_no_gaps_although_one_comes_a_little_later()
    {
        var (first, second) = (_hq.NewTill(), _hq.NewTill());
        SellInTurn([first, second], sales: 80);
        await _queue.StartAsync(CancellationToken.None);

        var earlier = TakeAsync(first);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        await AfterAWhile(earlier, TakeAsync(second));

        Assert.Empty(_hq.Open());
        Assert.Empty(_hq.Healed());
    }

    [Fact]
    public async Task What_a_terminal_sends_that_is_not_behind_waits_for_nobody()
    {
        var till = _hq.NewTill();
        SellInTurn([till], sales: 2);
        await _queue.StartAsync(CancellationToken.None);

        await TakeAsync(till).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    [Fact]
    public async Task Of_one_terminal_two_deliveries_go_together_so_that_more_is_there_when_it_goes_on()
    {
        var till = _hq.NewTill();
        SellInTurn([till], sales: 160);
        var before = _hq.Database.Commits;
        await _queue.StartAsync(CancellationToken.None);

        await AfterAWhile(
            [.. till.Journal.Entries.Chunk(80).Select(part => _queue.TakeAsync(
                _queue.Read(new Delivery(till.Number, part)), CancellationToken.None))]);

        Assert.Equal(2, _hq.Database.Commits - before);
    }

    private Task TakeAsync(Till till) => _queue.TakeAsync(
        _queue.Read(new Delivery(till.Number, till.Journal.Entries)), CancellationToken.None);

    // A card that goes from one till to the next with every sale.
    private void SellInTurn(IReadOnlyList<Till> tills, int sales)
    {
        var chip = _hq.Issue(1);
        for (var sale = 0; sale < sales; sale++)
        {
            _hq.Clock.Advance(TimeSpan.FromMinutes(1));
            tills[sale % tills.Count].Sell(chip, new TestSale(1000));
        }
    }

    private async Task AfterAWhile(params Task[] taking)
    {
        var all = Task.WhenAll(taking);
        for (var look = 0; look < 1000 && !all.IsCompleted; look++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            _hq.Clock.Advance(Moment);
        }

        await all;
    }
}
