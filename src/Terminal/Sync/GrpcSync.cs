using System.Diagnostics;
using System.Threading.Channels;
using Grpc.Core;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>What sync reads and changes on this terminal.</summary>
internal sealed record SyncRooms(Till Till, CardKeyDelivery Keys, SyncLine Line, TerminalEnd End);

/// <summary>Carries the <see cref="SyncMachine"/>'s messages over gRPC, and tries again for as long as it
/// may.</summary>
internal sealed partial class GrpcSync(
    TerminalSync.TerminalSyncClient server, SyncRooms rooms, TimeProvider clock, FillRandom random,
    ILogger<GrpcSync> log) : BackgroundService
{
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(30);

    private readonly BackOff _backOff = new(random);

    /// <summary>One thing that happened to the conversation.</summary>
    private abstract record Event
    {
        public sealed record Said(ServerMessage Message) : Event;

        public sealed record Grew : Event;

        public sealed record AnswerDue : Event;

        public sealed record Beat : Event;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (rooms.Line.Halted is null)
        {
            try
            {
                await Converse(stoppingToken);
            }
            catch (RpcException failed)
            {
                Ended(ServerLink.CodeOf(failed));
            }
            catch (FormatException unreadable)
            {
                LogUnreadable(unreadable.Message);
            }
            catch (JournalFailedException failed)
            {
                rooms.End.Fail(failed);
                return;
            }

            rooms.Line.Connected = false;
            if (rooms.Line.Halted is null)
                await Task.Delay(_backOff.Next(), clock, stoppingToken);
        }
    }

    private async Task Converse(CancellationToken stop)
    {
        rooms.Keys.Deliver(await server.FetchCardKeysAsync(
            new CardKeysRequest(), deadline: ServerLink.Deadline(clock), cancellationToken: stop));

        var events = Channel.CreateUnbounded<Event>(new UnboundedChannelOptions { SingleReader = true });
        void Grew() => events.Writer.TryWrite(new Event.Grew());
        rooms.Till.Journal.Grew += Grew;
        // The stream has no deadline, but its first answer has; pings find a dead line later.
        await using var late = clock.CreateTimer(
            _ => events.Writer.TryWrite(new Event.AnswerDue()), null, ServerLink.AnswerMost,
            Timeout.InfiniteTimeSpan);
        await using var beats = clock.CreateTimer(
            _ => events.Writer.TryWrite(new Event.Beat()), null, HeartbeatEvery, HeartbeatEvery);
        using var call = server.Exchange(cancellationToken: stop);
        try
        {
            _ = Listen(call.ResponseStream, events.Writer);
            await Talk(call.RequestStream, events.Reader, stop);
        }
        finally
        {
            rooms.Till.Journal.Grew -= Grew;
        }
    }

    private async Task Talk(
        IClientStreamWriter<TerminalMessage> server, ChannelReader<Event> events, CancellationToken stop)
    {
        var machine = new SyncMachine(new JournalOutbox(rooms.Till.Journal), SyncLimits.Default);
        var goesOn = await Perform(
            machine.Connected(rooms.Till.Replica.Cursor, SoftwareVersion.Text), server, stop);
        while (goesOn && await events.WaitToReadAsync(stop))
        {
            while (goesOn && events.TryRead(out var happened))
                goesOn = await Perform(Answer(machine, happened), server, stop);
        }
    }

    private IReadOnlyList<SyncAct> Answer(SyncMachine machine, Event happened) => happened switch
    {
        Event.Said(var message) => machine.Received(message),
        Event.Grew => machine.JournalGrew(),
        Event.AnswerDue => machine.AnswerDue(),
        Event.Beat => machine.HeartbeatDue(Heartbeat()),
        _ => throw new UnreachableException(),
    };

    // False when the conversation is over.
    private async Task<bool> Perform(
        IReadOnlyList<SyncAct> acts, IClientStreamWriter<TerminalMessage> server, CancellationToken stop)
    {
        foreach (var act in acts)
        {
            switch (act)
            {
                case SyncAct.Send(var message):
                    await ServerLink.WriteAsync(server, message, stop);
                    break;
                case SyncAct.Acknowledge(var through):
                    Acknowledged(through);
                    break;
                case SyncAct.Apply(var feed):
                    rooms.Till.Take(feed);
                    break;
                case SyncAct.End(var code):
                    Ended(code);
                    return false;
            }
        }

        return true;
    }

    private void Acknowledged(uint through)
    {
        if (!rooms.Line.Connected)
            LogConnected(through);
        rooms.Line.Connected = true;
        _backOff.Reset();
        rooms.Till.Journal.AcknowledgeThrough(through);
    }

    private void Ended(string code)
    {
        if (!SyncCode.StopsSelling(code))
        {
            LogEnded(code);
            return;
        }

        LogHalted(code);
        rooms.Line.Halt(code);
        rooms.Till.Desk.Stop(code);
        rooms.Keys.Forget();
    }

    private Heartbeat Heartbeat() => new()
    {
        OpenDoubts = (uint)rooms.Till.Journal.OpenDoubts().Count,
        RuleSetVersion = (uint)(rooms.Till.Replica.Current?.Version ?? 0),
        FeedCursor = rooms.Till.Replica.Cursor,
    };

    // Ends with the call, however that ends.
    private static async Task Listen(IAsyncStreamReader<ServerMessage> stream, ChannelWriter<Event> events)
    {
        try
        {
            await foreach (var message in stream.ReadAllAsync())
                events.TryWrite(new Event.Said(message));
            events.Complete(
                new RpcException(new Status(StatusCode.Unavailable, "The server closed the stream.")));
        }
        catch (RpcException failed)
        {
            events.Complete(failed);
        }
    }

    [LoggerMessage(
        LogLevel.Information, "sync-connected durable-through={Through}", EventName = "sync-connected")]
    private partial void LogConnected(uint through);

    [LoggerMessage(LogLevel.Information, "sync-ended code={Code}", EventName = "sync-ended")]
    private partial void LogEnded(string code);

    [LoggerMessage(LogLevel.Error, "sync-halted code={Code}", EventName = "sync-halted")]
    private partial void LogHalted(string code);

    [LoggerMessage(LogLevel.Error, "feed-unreadable reason={Reason}", EventName = "feed-unreadable")]
    private partial void LogUnreadable(string reason);
}
