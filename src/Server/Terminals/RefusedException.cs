using Grpc.Core;
using Grpc.Core.Interceptors;

namespace SmartCardCrm.Server.Terminals;

/// <summary>A call that is not served, and why, as the caller is told.</summary>
/// <param name="status">What kind of no.</param>
/// <param name="code">Stable: the detail of the gRPC status.</param>
/// <param name="text">For people: the trailer <c>error-text</c>.</param>
internal sealed class RefusedException(StatusCode status, string code, string text) : Exception(text)
{
    public StatusCode Status => status;

    public string Code => code;

    public static RefusedException BadRequest(string code, string text) =>
        new(StatusCode.InvalidArgument, code, text);
}

/// <summary>The one place where a refusal becomes a gRPC status.</summary>
internal sealed partial class RefusalInterceptor(TimeProvider clock, ILogger<RefusalInterceptor> log)
    : Interceptor
{
    private static readonly TimeSpan CancelledMost = TimeSpan.FromSeconds(1);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Mapped(() => continuation(request, context), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Mapped(
            async () =>
            {
                await continuation(requestStream, responseStream, context);
                return true;
            },
            context);

    private async Task<T> Mapped<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            return await call();
        }
        catch (RefusedException refused)
        {
            LogRefused(log, context.Method, refused.Code);
            throw new RpcException(
                new Status(refused.Status, refused.Code), new Metadata { { "error-text", refused.Message } });
        }
        catch (Exception met) when (met is IOException or InvalidOperationException)
        {
            if (await IsCallerGoneAsync(context.CancellationToken))
                throw new RpcException(new Status(StatusCode.Cancelled, "caller-gone", met));
            throw;
        }
    }

    // A stream that the other end has left fails, which is no fault of ours; but so does a disk. Only in the
    // first case is the call cancelled too, by another thread and perhaps a moment later.
    private async Task<bool> IsCallerGoneAsync(CancellationToken call)
    {
        await Task.Delay(CancelledMost, clock, call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return call.IsCancellationRequested;
    }

    [LoggerMessage(LogLevel.Information, "{Method} was refused: {Code}.")]
    private static partial void LogRefused(ILogger log, string method, string code);
}
