using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>A terminal as it runs in production, its tap thread included, selling to one card.</summary>
internal sealed class Day : IDisposable
{
    private readonly CancellationTokenSource _failed = new();
    private readonly TerminalKeys _keys = new();
    private readonly SimulatedReader _reader = new("counter");
    private readonly SimulatedCard _card;
    private readonly TapThread _thread;
    private int _posted;

    /// <param name="database">The database file.</param>
    public Day(Chain chain, string database)
    {
        _keys.Replace([chain.Master(CardKeyNumber.Sale)], chain.ReaderIdKey(1));
        Till = Till.Open(
            Seals.At(database), new TerminalProfile(1, 7, 42, TimeZoneInfo.Utc), _keys,
            Chain.Trust, new TapSurroundings(chain.Clock, chain.Random, NullLogger.Instance));
        Till.Take(new FeedBatch { Items = { Chain.RulesItem(position: 1) } });
        _card = chain.Issue();
        _thread = new TapThread(_reader, Till, index: 0, _ => _failed.Cancel());
    }

    public Till Till { get; }

    /// <param name="told">Called each time the till is told that a sale is complete.</param>
    /// <param name="whileWaiting">Called each time a checkout waits for the card.</param>
    /// <exception cref="OperationCanceledException">The tap thread has ended.</exception>
    public async Task SellAsync(int sales, Action told, Action? whileWaiting = null)
    {
        for (var i = 0; i < sales; i++)
        {
            var changes = Till.Desk.Watch(_failed.Token);
            Till.Desk.Create(Shop.Basket(100), (_posted++).ToString(CultureInfo.InvariantCulture));
            whileWaiting?.Invoke();
            _reader.Put(_card);
            await foreach (var checkout in changes)
            {
                if (checkout.State is CheckoutState.Completed)
                    break;
            }

            told();
            _reader.Take();
        }
    }

    public void Dispose()
    {
        _thread.Dispose();
        Till.Dispose();
        _keys.Dispose();
        _reader.Dispose();
        _failed.Dispose();
    }
}
