using System.Diagnostics;
using Grpc.Core;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>Carries one <see cref="ExchangeMachine"/>'s messages over gRPC: entries come in and are
/// acknowledged, the change feed goes out.</summary>
internal sealed class ExchangeStream(
    ExchangeMachine machine, IServerStreamWriter<ServerMessage> to, IntakeQueue intake, FeedBell bell)
    : IDisposable
{
    // What changes within this time after a change is told with it: in a busy chain the book changes with
    // every sale, and each look for what is new costs as much as a sale. So it is looked for a tenth of the
    // time at most, and nobody waits longer than a second.
    private static readonly TimeSpan GatheringLeast = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan GatheringMost = TimeSpan.FromSeconds(1);
    private const int WaitedForEachLook = 10;

    // As many as a terminal sends before it waits itself: what is not committed yet is read meanwhile.
    private const int UnderWayMost = 4;

    // A gRPC stream takes one write at a time.
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Answers the first message.</summary>
    public async Task WelcomeAsync(IAsyncStreamReader<TerminalMessage> from, CancellationToken cancellation)
    {
        var first = await from.MoveNext(cancellation) ? from.Current : null;
        await WriteAsync(machine.Begin(first), cancellation);
    }

    /// <summary>Takes what the terminal sends until it sends no more. While deliveries are written, the next
    /// one is read.</summary>
    public async Task ReceiveAsync(IAsyncStreamReader<TerminalMessage> from, CancellationToken cancellation)
    {
        var underWay = new Queue<Task>();
        var newest = Task.CompletedTask;
        try
        {
            while (await NextAsync(from, newest, cancellation))
            {
                if (machine.Received(from.Current) is { } delivery)
                {
                    var entries = intake.Read(delivery);
                    if (underWay.Count == UnderWayMost)
                        await underWay.Dequeue();
                    newest = TakeAsync(delivery, entries, newest, cancellation);
                    underWay.Enqueue(newest);
                }
                else
                {
                    await WriteAsync(machine.StillAll, cancellation);
                }
            }
        }
        finally
        {
            await newest;
        }
    }

    // A delivery that cannot be stored ends the stream at once: its terminal may have nothing more to say.
    private static async Task<bool> NextAsync(
        IAsyncStreamReader<TerminalMessage> from, Task taking, CancellationToken cancellation)
    {
        var next = from.MoveNext(cancellation);
        if (await Task.WhenAny(taking, next) == taking)
            await taking;
        return await next;
    }

    // Acknowledged in order, and where those before are lost not at all.
    private async Task TakeAsync(
        Delivery delivery, IReadOnlyList<ReadEntry> entries, Task before, CancellationToken cancellation)
    {
        var taking = intake.TakeAsync(entries, cancellation);
        await before;
        await taking;
        await WriteAsync(ExchangeMachine.Acknowledgement(delivery), cancellation);
    }

    /// <summary>Sends the change feed, or says that there is no more of it, and on as it grows.</summary>
    public async Task FeedAsync(CancellationToken cancellation)
    {
        var looking = TimeSpan.Zero;
        while (true)
        {
            var (rung, hadAll, began) = (bell.Next, machine.HasAllOfFeed, Stopwatch.GetTimestamp());
            await WriteAsync(() => machine.NextFeed() ?? (hadAll ? null : machine.StillAll()), cancellation);
            looking += Stopwatch.GetElapsedTime(began);
            if (!machine.HasAllOfFeed)
                continue;
            await rung.WaitAsync(cancellation);
            var gathering = TimeSpan.FromTicks(Math.Clamp(
                (looking * WaitedForEachLook).Ticks, GatheringLeast.Ticks, GatheringMost.Ticks));
            await Task.Delay(gathering, TimeProvider.System, cancellation);
            looking = TimeSpan.Zero;
        }
    }

    /// <summary>The last message before the stream ends.</summary>
    public Task RefuseAsync(string code, string text, CancellationToken cancellation) =>
        WriteAsync(ExchangeMachine.Refusal(code, text), cancellation);

    public void Dispose() => _writing.Dispose();

    private Task WriteAsync(ServerMessage message, CancellationToken cancellation) =>
        WriteAsync(() => message, cancellation);

    // The message is made when it is its turn: no word that the feed is complete overtakes a part of it.
    private async Task WriteAsync(Func<ServerMessage?> next, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            if (next() is { } message)
                await to.WriteWholeAsync(message, cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }
}
