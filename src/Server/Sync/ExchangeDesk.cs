using Grpc.Core;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>Serves the terminals' streams: docs/sync.md, from the server's side.</summary>
internal sealed partial class ExchangeDesk(
    Database database, IntakeQueue intake, FeedBell bell, TerminalWatch watch, AuthorityDesk authorities,
    AuditWitnesses witnesses, TimeProvider clock, ILogger<ExchangeDesk> log)
{
    /// <summary>Serves one stream until an end leaves it.</summary>
    /// <exception cref="RefusedException">The terminal said what it must not.</exception>
    /// <exception cref="OperationCanceledException">The line was cut, or the terminal is gone.</exception>
    public async Task ServeAsync(
        IAsyncStreamReader<TerminalMessage> from, IServerStreamWriter<ServerMessage> to, Line line,
        CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(line.Ended, cancellation);
        var machine = new ExchangeMachine(line.Terminal, database, watch, clock)
        {
            Authorities = authorities,
            Witnesses = witnesses,
        };
        using var stream = new ExchangeStream(machine, to, intake, bell);
        try
        {
            await stream.WelcomeAsync(from, ends.Token);
            await RunBoth(stream.ReceiveAsync(from, ends.Token), stream.FeedAsync(ends.Token), ends);
        }
        catch (RefusedException refused)
        {
            LogRefused(log, line.Terminal, refused.Code);
            await stream.RefuseAsync(refused.Code, refused.Message, cancellation);
            throw;
        }
        catch (OperationCanceledException) when (line.End == LineEnd.Revoked)
        {
            await stream.RefuseAsync("terminal-revoked", "This terminal was revoked.", cancellation);
            throw;
        }
    }

    // The first of the two to end, well or not, ends the other.
    private static async Task RunBoth(Task receiving, Task feeding, CancellationTokenSource ends)
    {
        var first = await Task.WhenAny(receiving, feeding);
        await ends.CancelAsync();
        await Task.WhenAll(receiving, feeding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    [LoggerMessage(LogLevel.Warning, "The stream of terminal {Terminal} was refused: {Code}.")]
    private static partial void LogRefused(ILogger log, uint terminal, string code);
}
