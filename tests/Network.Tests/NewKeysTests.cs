using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.Simulator.Reader;

namespace SmartCardCrm.Network.Tests;

/// <summary>A card that was issued before the vault got newer keys is given them at a whole terminal, by a
/// whole server, while it still lies there after a sale.</summary>
public sealed class NewKeysTests : IAsyncDisposable
{
    private readonly RunningChain _chain = new();
    private readonly SimulatedCard _card = SimulatedCard.Factory("ev3-4k", [0x04, 0x59, 0, 0, 0, 0, 1]);

    public ValueTask DisposeAsync() => _chain.DisposeAsync();

    [Fact]
    public async Task A_card_left_on_the_reader_after_its_sale_has_the_new_keys_and_sells_on()
    {
        await _chain.StartServerAsync();
        var till = await _chain.EnrolAsync("till");
        await RunningChain.EventuallyAsync(() => _chain.Connected(till));
        await RunningChain.EventuallyAsync(() => till.HasRules);
        using var reader = new VpcdSlot(till.ReaderPort, (_, _) => { });
        await IssueAsync(reader, till);
        await SellAsync(reader, till);
        var before = Keys();

        await _chain.StopServerAsync();
        _chain.Content.AddMaster(CardKeyNumber.Issuer, RandomNumberGenerator.Fill);
        _chain.Content.AddMaster(CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        await _chain.StartServerAsync();
        await RunningChain.EventuallyAsync(() => _chain.Lends(till));
        await SellAsync(reader, till, until: () => Keys() == "2.1.2.1");
        await SellAsync(reader, till);

        Assert.Equal("1.1.1.1", before);
        Assert.Equal((3, 4u), (_card.Look().Points, _card.Look().Tmc));
    }

    private string Keys() => _chain.Services.GetRequiredService<Database>().Read(
        db => Card.Find(db, _card.Uid, generation: 0))!.KeyVersions.Text;

    private async Task IssueAsync(VpcdSlot reader, RunningTerminal till)
    {
        var member = _chain.Services.GetRequiredService<MemberBook>()
            .Add(1, new NewMember("Ada", null, "en"), "test");
        var desk = _chain.Services.GetRequiredService<IssueDesk>();
        Assert.True(reader.TryInsert(_card));
        var job = desk.Start(new IssueRequest(member.Id, till.Number, "", "test"));
        await RunningChain.EventuallyAsync(() => desk.Find(job.Id)!.IsOver);
        Assert.Equal(IssueState.Done, desk.Find(job.Id)!.State);
        reader.Remove();
    }

    // A dollar; the card stays until it is so.
    private async Task SellAsync(VpcdSlot reader, RunningTerminal till, Func<bool>? until = null)
    {
        using var http = new HttpClient { BaseAddress = till.TillApi };
        http.DefaultRequestHeaders.Add("X-Api-Key", till.TillApiKey);
        http.DefaultRequestHeaders.Add("Idempotency-Key", $"sale-at-counter-{_card.Look().Tmc}");
        using var posted = await http.PostAsJsonAsync(
            "v1/checkouts", new { currency = "USD", amountMinor = 100 },
            TestContext.Current.CancellationToken);
        var id = (await posted.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("id").GetString();
        Assert.True(reader.TryInsert(_card));
        await RunningChain.EventuallyAsync(async () =>
            (await http.GetFromJsonAsync<JsonElement>(
                $"v1/checkouts/{id}", TestContext.Current.CancellationToken))
            .GetProperty("state").GetString() == "completed");
        if (until is not null)
            await RunningChain.EventuallyAsync(until);
        reader.Remove();
        await Task.Delay(
            TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
