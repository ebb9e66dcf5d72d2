using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Commands;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Relay;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Pcsc;

/// <summary>A terminal that names no reader, while readers of a real pcscd come and go.</summary>
[Collection(OnePcscd.Name)]
public sealed class PluggingTests : IDisposable
{
    private const string Card = "04112233445566";
    private const string Later = "Virtual Reader 1 00 00";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly VirtualReaders _readers;
    private readonly Shop _shop = new(new Chain());
    private readonly ReaderBoard _board = new();
    private readonly RelayDesk _desk;
    private readonly ConcurrentQueue<RelayAnswer> _answers = [];
    private readonly ConcurrentQueue<Exception> _failures = [];
    private readonly ReaderChoice _choice =
        ReaderChoice.Open([], [], TimeProvider.System, NullLogger.Instance);

    private TapThreads? _threads;
    private ulong _sessions;

    public PluggingTests(VirtualReaders readers)
    {
        _readers = readers;
        _desk = new RelayDesk(_shop.Till.Guests, _board, TimeProvider.System);
    }

    public void Dispose()
    {
        _threads?.Dispose();
        _choice.Dispose();
        _shop.Dispose();
        _readers.Plug(readers: 1);
    }

    [Fact]
    public void Readers_that_are_there_at_the_start_are_known_at_once()
    {
        Start();

        Assert.Equal(_readers.Names, _board.Sights.Select(s => s.Name));
    }

    [Fact]
    public void A_terminal_that_starts_without_a_reader_serves_the_one_that_is_plugged_in()
    {
        _readers.Plug(readers: 0);

        Start();
        Assert.Equal(["no-reader: no card reader is there"], _board.Faults);
        Assert.Equal("reader-unknown", Ask(_readers.Names[0]));
        _readers.Plug(readers: 1);

        Until(() => _board.Sights.Count == 2 && _board.Sights.All(s => s.Available));
        Assert.Empty(_board.Faults);
        Serves(_readers.Names[0], slot: 0);
    }

    [Fact]
    public void A_terminal_that_starts_without_the_service_serves_when_it_comes()
    {
        Assert.Equal(0, _readers.WithoutDaemon(() =>
        {
            Start();
            return _board.Sights.Count;
        }));

        Until(() => _board.Sights.Count == 2);
        Serves(_readers.Names[0], slot: 0);
    }

    [Fact]
    public void A_reader_that_is_plugged_in_again_is_the_same_and_has_one_thread()
    {
        Start();

        for (var time = 0; time < 2; time++)
        {
            _readers.Plug(readers: 2);
            Until(() => _board.Sights.Count == 4 && _board.Sights.All(s => s.Available));
            Serves(Later, slot: 2);

            _readers.Plug(readers: 1);
            Until(() => _board.Sights.Count(s => s.Available) == 2);
            Assert.False(_board.Sights.Single(s => s.Name == Later).Available);
        }

        Assert.Equal(4, _board.Sights.Count);
        Assert.Equal(["tap 01", "tap 02", "tap 03"], TapThreadsNow());
        _threads?.Dispose();
        _threads = null;
        // The system lists a thread for a moment after it was joined.
        Until(() => !TapThreadsNow().Any());
        Assert.Empty(_failures);
    }

    [Fact]
    public void A_wait_for_readers_lasts_while_none_comes_and_ends_with_the_service()
    {
        using var context = new PcscContext();

        var start = TimeProvider.System.GetTimestamp();
        var happened = context.WaitForReaders(known: 2, timeoutMs: 300);
        var lasted = TimeProvider.System.GetElapsedTime(start);
        _readers.KillDaemon();

        Assert.False(happened);
        Assert.True(lasted > TimeSpan.FromMilliseconds(250));
        Assert.Throws<PcscException>(() => context.WaitForReaders(known: 2, timeoutMs: 60_000));
    }

    private void Start() => _threads = new TapThreads(_choice, _board, _shop.Till, _failures.Enqueue);

    // Headquarters asks for a card there, and one is put down.
    private void Serves(string reader, int slot)
    {
        _answers.Clear();
        Assert.Null(Ask(reader));
        _readers.Rack.Do($"insert {slot} {Card}");
        Until(() => _answers.Any(a => a.Opened is not null));
        Assert.Equal(reader, _answers.First(a => a.Opened is not null).Opened.Reader);
        _readers.Rack.Do($"remove {slot}");
        _desk.EndAll();
        Until(() => !_board.Sights.Single(s => s.Name == reader).CardPresent);
    }

    private string? Ask(string reader)
    {
        _desk.Handle(
            new RelayCommand
            {
                Session = ++_sessions,
                Open = new RelayOpen { Reader = reader, CardWaitMs = 20_000, IdleMs = 20_000 },
            },
            _answers.Enqueue);
        return _answers.FirstOrDefault(a => a.Failed is not null)?.Failed.Code;
    }

    // The first is left out: other tests have theirs.
    private static IEnumerable<string> TapThreadsNow() =>
        Directory.GetDirectories("/proc/self/task").Select(NameOf)
            .Where(name => name.StartsWith("tap ", StringComparison.Ordinal) && name != "tap 00")
            .Order(StringComparer.Ordinal);

    // One that has just ended has no name.
    private static string NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static void Until(Func<bool> holds) =>
        Assert.True(SpinWait.SpinUntil(holds, Patience), "It did not happen in time.");
}
