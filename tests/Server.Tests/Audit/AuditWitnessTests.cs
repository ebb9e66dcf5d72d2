using System.Text.Json;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Audit;

/// <summary>A terminal as a witness, at the real door.</summary>
public sealed class AuditWitnessTests
{
    [Fact]
    public async Task A_terminal_is_told_where_the_log_ends_and_finds_out_that_it_was_cut()
    {
        await using var server = await InProcessServer.StartAsync();
        server.AnnounceError("the audit log: it was cut or rewritten");
        using var terminal = await TestTerminal.EnrolAsync(server);
        AuditHead told;
        using (var call = await HelloAsync(terminal, null))
            told = (await call.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed.AuditHead;

        using (var again = await HelloAsync(terminal, told))
            Assert.Equal(told, (await again.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed.AuditHead);
        Assert.True(Holds(await server.GetAsync("/api/audit/verify")));
        server.Services.GetRequiredService<Database>().Write(db => db.Run(
            "DELETE FROM audit_entry WHERE number = @number", new { number = (long)told.Number }));

        using var witness = await HelloAsync(terminal, told);
        Assert.Null((await witness.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed.AuditHead);
        Assert.False(Holds(await server.GetAsync("/api/audit/verify")));
        await witness.SendAsync(new TerminalMessage { Heartbeat = new Heartbeat { AuditHead = told } });
        Assert.Null((await witness.NextAsync(ServerMessage.ContentOneofCase.Feed)).Feed.AuditHead);
    }

    private static bool Holds(JsonElement report) => report.GetProperty("holds").GetBoolean();

    private static async Task<ExchangeCall> HelloAsync(TestTerminal terminal, AuditHead? told)
    {
        var call = new ExchangeCall(terminal.Sync.Exchange());
        await call.SendAsync(new TerminalMessage
        {
            Hello = new Hello
            {
                ProtocolVersion = 1,
                HeadHash = ByteString.CopyFrom(new byte[32]),
                AuditHead = told,
            },
        });
        return call;
    }
}
