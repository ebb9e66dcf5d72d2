using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Sync;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Sync;

/// <summary>When headquarters is asked for a sale, and what its silence means.</summary>
public sealed class SaleLookupTests
{
    private static readonly Guid Sale = Guid.Parse("0192f0c1-2a3b-7c4d-8e5f-60718293a4b5");

    private readonly SyncLine _line = new() { Connected = true };

    [Fact]
    public async Task It_is_asked_by_the_operation_id_as_the_journal_writes_it()
    {
        FindSaleRequest? asked = null;
        var server = new UnaryServer(request =>
        {
            asked = (FindSaleRequest)request;
            return new FindSaleReply { Terminal = 7 };
        });

        Assert.Equal(7u, (await Ask(server))!.Terminal);
        Assert.Equal(Entries.ToBytes(Sale), asked!.OperationId);
    }

    [Fact]
    public async Task Without_a_line_it_is_not_asked()
    {
        _line.Connected = false;
        var server = new UnaryServer(_ => new FindSaleReply());

        Assert.Null(await Ask(server));
        Assert.Equal(0, server.Asked);
    }

    [Theory]
    [InlineData(StatusCode.DeadlineExceeded)]
    [InlineData(StatusCode.Unimplemented)]
    [InlineData(StatusCode.PermissionDenied)]
    public async Task No_answer_is_as_if_it_had_not_been_asked(StatusCode failure) =>
        Assert.Null(await Ask(new UnaryServer(_ => throw new RpcException(new Status(failure, "")))));

    private Task<FindSaleReply?> Ask(UnaryServer server) =>
        new SaleLookup(
            new TerminalSync.TerminalSyncClient(server), _line, TimeProvider.System,
            NullLogger<SaleLookup>.Instance).Ask(Sale, CancellationToken.None);
}
