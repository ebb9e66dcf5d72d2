using Google.Protobuf;
using Grpc.Core;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>Asks headquarters for sales that are to be undone here: another terminal may have made them, or
/// taken back a part.</summary>
internal sealed partial class SaleLookup(
    TerminalSync.TerminalSyncClient server, SyncLine line, TimeProvider clock, ILogger<SaleLookup> log)
{
    // A till waits five seconds for an answer, and its cashier less.
    private static readonly TimeSpan AnswerMost = TimeSpan.FromSeconds(2);

    /// <returns>What it says, which may be that it knows none; null where it cannot be asked.</returns>
    public async Task<FindSaleReply?> Ask(Guid sale, CancellationToken cancellation)
    {
        if (!line.Connected)
            return null;
        try
        {
            return await server.FindSaleAsync(
                new FindSaleRequest { OperationId = ByteString.CopyFrom(sale.ToByteArray(bigEndian: true)) },
                deadline: (clock.GetUtcNow() + AnswerMost).UtcDateTime, cancellationToken: cancellation);
        }
        catch (RpcException failed) when (!cancellation.IsCancellationRequested)
        {
            LogUnanswered(ServerLink.CodeOf(failed));
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "sale-unanswered code={Code}", EventName = "sale-unanswered")]
    private partial void LogUnanswered(string code);
}
