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
    public void A_call_that_broke_is_not_taken_for_a_refusal()
    {
        var broken = new RpcException(new Status(StatusCode.Unavailable, "terminal-revoked"));

        Assert.Equal("Unavailable", ServerLink.CodeOf(broken));
    }
}
