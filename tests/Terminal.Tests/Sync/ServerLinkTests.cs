using Grpc.Core;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Tests.Sync;

public sealed class ServerLinkTests
{
    [Fact]
    public void A_refusal_of_the_servers_own_making_has_its_code()
    {
        var refused = new RpcException(
            new Status(StatusCode.PermissionDenied, "terminal-revoked"),
            new Metadata { { "error-text", "This terminal was revoked." } });

        Assert.Equal("terminal-revoked", ServerLink.CodeOf(refused));
        Assert.Equal("This terminal was revoked.", ServerLink.TextOf(refused));
    }

    [Fact]
    public async Task A_connection_that_dies_under_a_write_is_a_failed_call()
    {
        var gone = await Assert.ThrowsAsync<RpcException>(() => ServerLink.WriteAsync(
            new BrokenStream(new IOException("reset by peer")), "hello", CancellationToken.None));
        var over = await Assert.ThrowsAsync<RpcException>(() => ServerLink.WriteAsync(
            new BrokenStream(new InvalidOperationException("the call is complete")), "hello",
            CancellationToken.None));

        Assert.Equal((StatusCode.Unavailable, StatusCode.Unavailable), (gone.StatusCode, over.StatusCode));
    }

    [Fact]
    public void A_call_that_broke_is_not_taken_for_a_refusal()
    {
        var broken = new RpcException(new Status(StatusCode.Unavailable, "terminal-revoked"));

        Assert.Equal("Unavailable", ServerLink.CodeOf(broken));
    }

    private sealed class BrokenStream(Exception broken) : IClientStreamWriter<string>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message) => throw broken;

        public Task WriteAsync(string message, CancellationToken cancellationToken) => throw broken;

        public Task CompleteAsync() => Task.CompletedTask;
    }
}
