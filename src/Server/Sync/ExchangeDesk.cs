using Grpc.Core;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Sync;

/// <summary>Serves the terminals' streams: docs/sync.md, from the server's side.</summary>
internal sealed partial class ExchangeDesk(
    Database database, IntakeQueue intake, FeedBell bell, TerminalWatch watch, TimeProvider clock,
    ILogger<ExchangeDesk> log)
{
    private const uint ProtocolVersion = 1;

    /// <summary>Serves one stream until an end leaves it.</summary>
    /// <exception cref="RefusedException">The terminal said what it must not.</exception>
    /// <exception cref="OperationCanceledException">The line was cut, or the terminal is gone.</exception>
    public async Task ServeAsync(
        IAsyncStreamReader<TerminalMessage> from, IServerStreamWriter<ServerMessage> to, Line line,
        CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(line.Ended, cancellation);
        using var stream = new ExchangeStream(line.Terminal, to, database, intake, bell, watch);
        try
        {
            var hello = await HelloAsync(from, ends.Token);
            await stream.WelcomeAsync(hello, clock.Microseconds(), ends.Token);
            await RunBoth(
                stream.ReceiveAsync(from, ends.Token), stream.FeedAsync(hello.FeedCursor, ends.Token), ends);
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

    private static async Task<Hello> HelloAsync(
        IAsyncStreamReader<TerminalMessage> from, CancellationToken cancellation)
    {
        if (!await from.MoveNext(cancellation) || from.Current.Hello is not { } hello)
            throw RefusedException.BadRequest("hello-first", "The first message is a hello.");
        return hello.ProtocolVersion == ProtocolVersion
            ? hello
            : throw new RefusedException(
                StatusCode.FailedPrecondition, "protocol-version",
                $"This server speaks version {ProtocolVersion}.");
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
