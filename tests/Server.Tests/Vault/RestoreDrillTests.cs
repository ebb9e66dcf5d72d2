using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Server.Tests.Relay;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Vault;

/// <summary>The vault is lost, three of five people come with their shares, and the chain goes on.</summary>
public sealed class RestoreDrillTests
{
    [Fact]
    public async Task Out_of_three_shares_of_five_the_cards_and_terminals_of_before_are_served()
    {
        var content = VaultContent.Create(
            RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow().AddYears(-1));
        var shares = VaultShare.Split(content, 5, 3, RandomNumberGenerator.Fill)
            .Select(share => share.ToText()).ToList();
        var lost = KeyVault.Holding(content);
        await using var server = await InProcessServer.StartAsync(vault: lost);
        using var terminal = await TestTerminal.EnrolAsync(server);
        var card = SimulatedCard.Factory("ev3-4k", [0x04, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60]);
        await IssueAsync(server, terminal, card);
        var journal = new TestJournal();
        var keys = await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest());
        new HandSale(keys, terminal.Number).Sell(card, journal, dollars: 12);
        using (var before = await terminal.HelloAsync(journal.Entries))
            await before.AcknowledgedAsync(journal.Entries);

        var pinned = lost.AuthorityCertificate;
        string[] brought = [shares[4], shares[0], shares[2]];
        using var restored = KeyVault.Holding(
            VaultShare.Combine([.. brought.Select(VaultShare.FromText)]));
        await server.RestartAsync(vault: restored);
        lost.Dispose();

        using var again = terminal.At(server, ByteString.CopyFrom(pinned.Span));
        var keysAgain = await again.Sync.FetchCardKeysAsync(new CardKeysRequest());
        new HandSale(keysAgain, terminal.Number).Sell(card, journal, dollars: 30);
        using var call = await again.HelloAsync(journal.Entries);
        await call.AcknowledgedAsync(journal.Entries.Skip(2));
        var booked = (await server.GetAsync($"/api/cards/{card.Uid}")).GetProperty("card");
        Assert.Equal(42, booked.GetProperty("balance").GetInt32());
        Assert.Equal(3, booked.GetProperty("transactions").GetInt32());
        Assert.All((await server.GetAsync("/api/check")).EnumerateArray(), line =>
            Assert.Equal(0, line.GetProperty("broken").GetInt32()));
        var book = server.Services.GetRequiredService<Database>();
        Assert.Empty(new BookVerification(book, restored).Run(_ => { }).Faults);
    }

    private static async Task IssueAsync(InProcessServer server, TestTerminal terminal, SimulatedCard card)
    {
        await using var relay = await RelayEnd.ConnectAsync(terminal);
        relay.Card = card;
        var job = await IssueTests.OverAsync(server, await IssueTests.StartAsync(server, terminal));
        Assert.Equal("Done", job.GetProperty("state").GetString());
    }
}
