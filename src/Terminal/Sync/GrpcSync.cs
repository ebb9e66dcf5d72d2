using System.Threading.Channels;
using Grpc.Core;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>What sync reads and changes on this terminal.</summary>
internal sealed record SyncRooms(
    Till Till, CardKeyDelivery Keys, CertificateRenewal Certificate, SyncLine Line, ClockWatch Clock,
    TerminalEnd End);

/// <summary>Carries a <see cref="SyncConversation"/>'s messages over gRPC, and begins another for as long as
/// it may.</summary>
internal sealed class GrpcSync(
    TerminalSync.TerminalSyncClient server, SyncRooms rooms, TimeProvider clock, FillRandom random,
    ILogger<GrpcSync> log) : BackgroundService
{
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(30);

    private readonly BackOff _backOff = new(random);

    // One thing that happened to a conversation, and what it has to say to that.
    private delegate IReadOnlyList<TerminalMessage> Event(SyncConversation conversation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (rooms.Line.Halted is null)
        {
            var conversation = new SyncConversation(rooms.Till, rooms.Line, rooms.Keys.Forget, log);
            try
            {
                await Converse(conversation, stoppingToken);
            }
            catch (RpcException failed)
            {
                conversation.Failed(ServerLink.CodeOf(failed));
            }
            catch (FormatException unreadable)
            {
                conversation.Unreadable(unreadable);
            }
            catch (JournalFailedException failed)
            {
                rooms.End.Fail(failed);
                return;
            }

            if (conversation.WentWell)
                _backOff.Reset();
            if (rooms.Line.Halted is null)
                await Task.Delay(_backOff.Next(), clock, stoppingToken);
        }
    }

    private async Task Converse(SyncConversation conversation, CancellationToken stop)
    {
        await FetchKeys(stop);

        var events = Channel.CreateUnbounded<Event>(new UnboundedChannelOptions { SingleReader = true });
        void Grew() => events.Writer.TryWrite(c => c.JournalGrew());
        var keysDue = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void KeysDue() => keysDue.Writer.TryWrite(true);
        rooms.Till.Journal.Grew += Grew;
        rooms.Keys.Due += KeysDue;
        // The stream has no deadline, but its first answer has; pings find a dead line later.
        await using var late = clock.CreateTimer(
            _ => events.Writer.TryWrite(c => c.AnswerDue()), null, ServerLink.AnswerMost,
            Timeout.InfiniteTimeSpan);
        await using var beats = clock.CreateTimer(
            _ => events.Writer.TryWrite(c => c.HeartbeatDue()), null, HeartbeatEvery, HeartbeatEvery);
        using var call = server.Exchange(cancellationToken: stop);
        try
        {
            _ = Listen(call.ResponseStream, events.Writer);
            _ = KeepKeys(keysDue.Reader, events.Writer, stop);
            await Talk(conversation, call.RequestStream, events.Reader, stop);
        }
        finally
        {
            rooms.Till.Journal.Grew -= Grew;
            rooms.Keys.Due -= KeysDue;
            keysDue.Writer.Complete();
        }
    }

    private async Task FetchKeys(CancellationToken stop)
    {
        await rooms.Certificate.RunWhenDue(stop);
        if (!rooms.Keys.MayHave)
            return;
        rooms.Keys.Deliver(await server.FetchCardKeysAsync(
            new CardKeysRequest(), deadline: ServerLink.Deadline(clock), cancellationToken: stop));
    }

    // Ends with the conversation. Keys that do not come end it, and the next one begins with them.
    private async Task KeepKeys(
        ChannelReader<bool> due, ChannelWriter<Event> events, CancellationToken stop)
    {
        try
        {
            await foreach (var _ in due.ReadAllAsync(stop))
                await FetchKeys(stop);
        }
        catch (Exception failed)
        {
            events.TryComplete(failed);
        }
    }

    private static async Task Talk(
        SyncConversation conversation, IClientStreamWriter<TerminalMessage> server,
        ChannelReader<Event> events, CancellationToken stop)
    {
        await Send(conversation.Begin(), server, stop);
        await foreach (var happened in events.ReadAllAsync(stop))
        {
            await Send(happened(conversation), server, stop);
            if (conversation.EndCode is not null)
                return;
        }
    }

    private static async Task Send(
        IReadOnlyList<TerminalMessage> messages, IClientStreamWriter<TerminalMessage> server,
        CancellationToken stop)
    {
        foreach (var message in messages)
            await ServerLink.WriteAsync(server, message, stop);
    }

    // Ends with the call, however that ends.
    private async Task Listen(IAsyncStreamReader<ServerMessage> stream, ChannelWriter<Event> events)
    {
        try
        {
            await foreach (var message in stream.ReadAllAsync())
            {
                rooms.Clock.Heard(message);
                events.TryWrite(c => c.Received(message));
            }

            events.TryComplete(
                new RpcException(new Status(StatusCode.Unavailable, "The server closed the stream.")));
        }
        catch (RpcException failed)
        {
            events.TryComplete(failed);
        }
    }
}
