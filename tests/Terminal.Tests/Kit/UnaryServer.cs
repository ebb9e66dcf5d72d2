using Google.Protobuf;
using Grpc.Core;

namespace SmartCardCrm.Terminal.Tests.Kit;

/// <summary>Headquarters' end of calls with one answer.</summary>
/// <param name="answer">Makes it from the request; may throw.</param>
internal class UnaryServer(Func<IMessage, IMessage> answer) : CallInvoker
{
    /// <summary>How many calls have come.</summary>
    public int Asked { get; private set; }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        Asked++;
        return new AsyncUnaryCall<TResponse>(
            Answer<TResponse>((IMessage)request), Task.FromResult(new Metadata()),
            () => Status.DefaultSuccess, () => [], () => { });
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw new NotSupportedException();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse>
        AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse>
        AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        throw new NotSupportedException();

    private async Task<TResponse> Answer<TResponse>(IMessage request)
    {
        await Task.Yield();
        return (TResponse)(object)answer(request);
    }
}
