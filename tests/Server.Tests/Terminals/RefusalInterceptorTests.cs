using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Terminals;

namespace SmartCardCrm.Server.Tests.Terminals;

public sealed class RefusalInterceptorTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _gone = new();

    public void Dispose() => _gone.Dispose();

    [Fact]
    public async Task A_stream_that_broke_because_the_caller_left_is_no_error_of_ours()
    {
        var answer = Serve(new IOException("The client reset the request stream."));
        await _gone.CancelAsync();

        var told = await Assert.ThrowsAsync<RpcException>(() => answer);

        Assert.Equal(StatusCode.Cancelled, told.StatusCode);
    }

    [Fact]
    public async Task A_disk_that_failed_while_the_caller_waits_is_an_error_of_ours()
    {
        var answer = Serve(new IOException("The delivery could not be stored."));
        _clock.Advance(TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<IOException>(() => answer);
    }

    private Task<string> Serve(Exception failure) =>
        new RefusalInterceptor(_clock, NullLogger<RefusalInterceptor>.Instance).UnaryServerHandler(
            "asked", new Call(_gone.Token), (_, _) => Task.FromException<string>(failure));

    private sealed class Call(CancellationToken gone) : ServerCallContext
    {
        protected override CancellationToken CancellationTokenCore => gone;

        protected override string MethodCore => "method";

        protected override string HostCore => "host";

        protected override string PeerCore => "peer";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore { get; } = new(null, []);

        protected override ContextPropagationToken CreatePropagationTokenCore(
            ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
