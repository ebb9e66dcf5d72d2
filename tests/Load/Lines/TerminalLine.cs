using System.Threading.Channels;
using Grpc.Core;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Load.Lines;

/// <summary>
/// A terminal's end of the stream, with the real terminal's own state machine: calls, sends what it has, and
/// calls again whenever the line breaks.
/// </summary>
internal sealed class TerminalLine(LoadTerminal terminal, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    private volatile uint _acknowledged;
    private volatile string? _wrong;

    /// <summary>The server has said that it has everything up to here.</summary>
    public uint Acknowledged => _acknowledged;

    /// <summary>What the server must never have said; null while it has not.</summary>
    public string? Wrong => _wrong;

    /// <summary>The server has acknowledged more.</summary>
    public event Action? Moved;

    /// <summary>The server comes back from a backup, and may have less.</summary>
    public void Forget() => _acknowledged = 0;

    /// <summary>Talks until it is told to stop, or the server says what it must not.</summary>
    public async Task RunAsync(Uri server, CancellationToken stop)
    {
        using var channel = terminal.Connect(server);
        while (!stop.IsCancellationRequested && _wrong is null)
        {
            try
            {
                await TalkAsync(new TerminalSync.TerminalSyncClient(channel), stop);
            }
            catch (RpcException failed) when (failed.StatusCode is StatusCode.Unavailable
                or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown)
            {
                // The server is away.
            }
            catch (RpcException refused)
            {
                _wrong = $"refused: {refused.Status.Detail}";
                Moved?.Invoke();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception unforeseen)
            {
                _wrong = unforeseen.ToString();
                Moved?.Invoke();
            }

            await Task.Delay(Pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TalkAsync(TerminalSync.TerminalSyncClient server, CancellationToken stop)
    {
        var machine = new SyncMachine(terminal, SyncLimits.Default);
        var events = Channel.CreateUnbounded<ServerMessage?>();
        void Grew() => events.Writer.TryWrite(null);
        using var call = server.Exchange(cancellationToken: stop);
        terminal.Grew += Grew;
        try
        {
            var listening = ListenAsync(call.ResponseStream, events.Writer);
            await PerformAsync(machine.Connected(0, 0, "load"), call.RequestStream);
            await foreach (var message in events.Reader.ReadAllAsync(stop))
            {
                var acts = message is null ? machine.JournalGrew() : machine.Received(message);
                if (!await PerformAsync(acts, call.RequestStream))
                    return;
            }

            await listening;
        }
        finally
        {
            terminal.Grew -= Grew;
        }
    }

    // False where the stream is over.
    private async Task<bool> PerformAsync(
        IReadOnlyList<SyncAct> acts, IClientStreamWriter<TerminalMessage> to)
    {
        foreach (var act in acts)
        {
            switch (act)
            {
                case SyncAct.Send(var message):
                    await ServerLink.WriteAsync(to, message, CancellationToken.None);
                    break;
                case SyncAct.Acknowledge(var through):
                    Heard(through);
                    break;
                case SyncAct.End(var code):
                    _wrong = code;
                    Moved?.Invoke();
                    return false;
            }
        }

        return true;
    }

    private void Heard(uint through)
    {
        if (through < _acknowledged && _wrong is null)
            _wrong = $"acknowledged {_acknowledged} before, and {through} now";
        _acknowledged = through;
        Moved?.Invoke();
    }

    private static async Task ListenAsync(
        IAsyncStreamReader<ServerMessage> from, ChannelWriter<ServerMessage?> events)
    {
        try
        {
            await foreach (var message in from.ReadAllAsync())
                events.TryWrite(message);
            events.TryComplete(
                new RpcException(new Status(StatusCode.Unavailable, "The server closed the stream.")));
        }
        catch (RpcException failed)
        {
            events.TryComplete(failed);
        }
    }
}
