using Grpc.Core;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Relay;

/// <summary>Lends cards to headquarters over gRPC: a call for each.</summary>
internal sealed class GrpcHeadquarters(
    TerminalSync.TerminalSyncClient server, SyncLine line, Till till, TerminalProfile profile) : IHeadquarters
{
    public bool IsReachable => line.Connected;

    public ITapSession Open(ICardConnection card) =>
        IsReachable
            ? CentralTap.Open(new GrpcTapLine(server), card, till, profile)
            : throw new HeadquartersAwayException("Headquarters is not there.");

    /// <summary>One call, used by a thread that may block.</summary>
    private sealed class GrpcTapLine : ITapLine
    {
        // A customer who holds a card waits no longer.
        private static readonly TimeSpan AnswerMost = TimeSpan.FromSeconds(4);

        private readonly CancellationTokenSource _over = new();
        private readonly AsyncDuplexStreamingCall<TapReport, TapCommand> _call;

        public GrpcTapLine(TerminalSync.TerminalSyncClient server) =>
            _call = server.Tap(cancellationToken: _over.Token);

        public void Send(TapReport report) => Wait(ServerLink.WriteAsync(
            _call.RequestStream, report, CancellationToken.None));

        public TapCommand Receive()
        {
            var next = _call.ResponseStream.MoveNext(CancellationToken.None);
            Wait(next);
            return next.Result
                ? _call.ResponseStream.Current
                : throw new HeadquartersAwayException("Headquarters has ended the call.");
        }

        public void Dispose()
        {
            _over.Cancel();
            _call.Dispose();
            _over.Dispose();
        }

        private static void Wait(Task task)
        {
            try
            {
                if (!task.Wait(AnswerMost))
                    throw new HeadquartersAwayException("Headquarters does not answer.");
            }
            catch (AggregateException failed) when (failed.InnerException is RpcException broken)
            {
                throw new HeadquartersAwayException(ServerLink.CodeOf(broken), broken);
            }
        }
    }
}
