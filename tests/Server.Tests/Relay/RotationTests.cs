using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Server.Vault;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Relay;

/// <summary>Cards that were issued before the vault got newer keys are given them once they have been
/// served.</summary>
public sealed class RotationTests : IAsyncDisposable
{
    private const int Exchanges = 14;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly KeyVault _before;
    private readonly KeyVault _after;
    private InProcessServer? _server;
    private TestTerminal? _terminal;
    private RelayEnd? _relay;

    public RotationTests()
    {
        var content = VaultContent.Create(
            RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow().AddDays(-1));
        _before = KeyVault.Holding(VaultContent.Decode(content.Encode()));
        content.AddMaster(CardKeyNumber.Issuer, RandomNumberGenerator.Fill);
        content.AddMaster(CardKeyNumber.Enquiry, RandomNumberGenerator.Fill);
        content.AddMaster(CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        content.AddMaster(CardKeyNumber.TransactionMac, RandomNumberGenerator.Fill);
        _after = KeyVault.Holding(content);
    }

    private InProcessServer Server => _server!;

    private RelayEnd Relay => _relay!;

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
            await _relay.DisposeAsync();
        _terminal?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _before.Dispose();
        _after.Dispose();
    }

    [Fact]
    public async Task A_card_that_was_served_gets_the_new_keys_and_all_its_sales_stay_proven()
    {
        var card = (await IssuedAsync(1))[0];
        var journal = new TestJournal();
        await SellAsync(card, journal, dollars: 12, version: 1);
        await NewKeysAsync();

        await Relay.OfferAsync(card);
        await UntilAsync(card, "2.2.2.1");
        await SellAsync(card, journal, dollars: 30, version: 2);

        Assert.Equal(42, card.Look().Points);
        using var call = await _terminal!.HelloAsync(journal.Entries);
        await call.AcknowledgedAsync(journal.Entries);
        var verified = new BookVerification(Database, _after).Run(_ => { });
        Assert.Empty(verified.Faults);
        Assert.Equal(2, verified.Proven);
        Assert.Equal(["card-keys-changed", "card-keys-begun"], await AuditedAsync(card));
        Assert.Equal("2 2 2 1 1", await KeysReportAsync());
    }

    [Fact]
    public async Task A_card_torn_at_any_exchange_is_gone_on_with_when_it_is_served_again()
    {
        var cards = await IssuedAsync(2 * Exchanges + 1);
        await NewKeysAsync();
        await Relay.OfferAsync(cards[0]);
        await UntilAsync(cards[0], "2.2.2.1");
        Assert.Equal(Exchanges, cards[0].Apdus);

        for (var tear = 1; tear <= 2 * Exchanges; tear++)
        {
            var card = cards[tear];
            card.Tear((tear + 1) / 2, tear % 2 == 0 ? TearMoment.After : TearMoment.Before);
            await Relay.OfferAsync(card);
            await EventuallyAsync(() => card.LastTear is not null, $"{tear}: it was not torn");

            Assert.Equal("1.1.1.1", Keys(card));
            await ServedUntilAsync(card, "2.2.2.1");
            Assert.True(Opens(card), $"{tear}: it does not open with the new key");
        }
    }

    [Fact]
    public async Task No_card_gets_keys_that_a_terminal_lacks()
    {
        var card = (await IssuedAsync(1))[0];
        using var other = await TestTerminal.EnrolAsync(Server);
        await NewKeysAsync();

        await Relay.OfferAsync(card);
        await UntilAsync(card, "2.1.1.1");
        await other.At(Server).Sync.FetchCardKeysAsync(new CardKeysRequest());
        await Relay.OfferAsync(card);

        await UntilAsync(card, "2.2.2.1");
    }

    [Fact]
    public async Task An_answer_that_a_terminal_invents_changes_nothing_in_the_book()
    {
        var card = (await IssuedAsync(1))[0];
        await NewKeysAsync();
        // Only what changes the session's own key is answered without a MAC.
        Relay.Forges = command => command is [0x90, 0xC4, 0, 0, _, 0, ..] ? [0x91, 0x00] : null;

        await Relay.OfferAsync(card);
        await FailedAsync(card, "card-keys-unknown");
        var lied = Keys(card);
        Relay.Forges = _ => null;
        await ServedUntilAsync(card, "2.2.2.1");

        Assert.Equal("1.1.1.1", lied);
        Assert.True(Opens(card));
    }

    [Fact]
    public async Task A_chip_that_says_it_is_a_members_card_is_told_nothing_and_the_book_stays()
    {
        var card = (await IssuedAsync(1))[0];
        await NewKeysAsync();
        var imitation = Factory(card.Uid);
        imitation.Insert();
        using (var others = KeyVault.Holding(VaultContent.Create(
            RandomNumberGenerator.Fill, TimeProvider.System.GetUtcNow())))
        using (var keys = others.KeysForNewCard(new Chip(imitation).Uid))
        {
            var plan = new PreparationPlan(new Identity { Programme = 1, CardNumber = 1, Generation = 1 }, 1);
            Personalisation.Prepare(new Chip(imitation), plan, keys, RandomNumberGenerator.Fill);
        }

        await Relay.OfferAsync(imitation);
        await FailedAsync(card, "card-keys-unknown");

        Assert.Equal("1.1.1.1", Keys(card));
    }

    [Fact]
    public async Task A_blocked_card_keeps_its_keys()
    {
        var cards = await IssuedAsync(2);
        await Server.CallAsync(
            HttpMethod.Post, $"/api/cards/{cards[0].Uid}/block", new { reason = "lost", by = "Ada" });
        await NewKeysAsync();

        await Relay.OfferAsync(cards[0]);
        await Relay.OfferAsync(cards[1]);
        await UntilAsync(cards[1], "2.2.2.1");

        Assert.Equal("1.1.1.1", Keys(cards[0]));
    }

    private Database Database => Server.Services.GetRequiredService<Database>();

    // Cards with the old keys.
    private async Task<IReadOnlyList<SimulatedCard>> IssuedAsync(int count)
    {
        _server = await InProcessServer.StartAsync(vault: _before);
        _terminal = await TestTerminal.EnrolAsync(Server);
        _relay = await RelayEnd.ConnectAsync(_terminal);
        var cards = Enumerable.Range(1, count).Select(at => Factory($"0457000000{at:X4}")).ToList();
        foreach (var card in cards)
        {
            Relay.Card = card;
            await IssueAsync();
            card.Remove();
        }

        return cards;
    }

    // The vault has got newer keys, and the terminal has fetched them.
    private async Task NewKeysAsync()
    {
        await Relay.DisposeAsync();
        await Server.RestartAsync(vault: _after);
        var terminal = _terminal!.At(Server);
        _terminal = terminal;
        await terminal.Sync.FetchCardKeysAsync(new CardKeysRequest());
        _relay = await RelayEnd.ConnectAsync(terminal);
    }

    private async Task IssueAsync()
    {
        var member = await Server.CallAsync(HttpMethod.Post, "/api/members", new { name = "Ada" });
        var job = await Server.CallAsync(HttpMethod.Post, "/api/cards/issue", new
        {
            member = member.GetProperty("id").GetInt64(),
            terminal = _terminal!.Number,
        });
        var path = $"/api/jobs/{job.GetProperty("id").GetString()}";
        await EventuallyAsync(async () =>
            (await Server.GetAsync(path)).GetProperty("state").GetString() == "Done", path);
    }

    private async Task SellAsync(SimulatedCard card, TestJournal journal, int dollars, byte version)
    {
        var keys = await _terminal!.Sync.FetchCardKeysAsync(new CardKeysRequest());
        new HandSale(keys, _terminal.Number).Sell(card, journal, dollars, version);
    }

    private async Task<IReadOnlyList<string?>> AuditedAsync(SimulatedCard card) =>
    [
        .. (await Server.GetAsync($"/api/audit?subject=card:{CardOf(card).Number}")).EnumerateArray()
            .Select(line => line.GetProperty("action").GetString())
            .Where(action => action!.StartsWith("card-keys", StringComparison.Ordinal)),
    ];

    private async Task<string> KeysReportAsync()
    {
        var rows = (await Server.GetAsync("/api/reports/card-keys")).GetProperty("rows");
        return string.Join(' ', Assert.Single(rows.EnumerateArray()).EnumerateArray().Take(5)
            .Select(cell => cell.GetRawText()));
    }

    private async Task FailedAsync(SimulatedCard card, string code) => await EventuallyAsync(
        () => Database.Read(db => db.List<string>(
            "SELECT failure FROM key_rotation WHERE uid = @Uid", new { card.Uid })) is [var failure]
            && failure == code,
        code);

    private async Task UntilAsync(SimulatedCard card, string versions) =>
        await EventuallyAsync(() => Keys(card) == versions, $"{card.Uid} has not {versions}");

    // A customer who comes again and again.
    private Task ServedUntilAsync(SimulatedCard card, string versions) => EventuallyAsync(
        async () =>
        {
            await Relay.OfferAsync(card);
            return Keys(card) == versions;
        },
        $"{card.Uid} has not {versions}");

    private string Keys(SimulatedCard card) => CardOf(card).KeyVersions.Text;

    private Card CardOf(SimulatedCard card) =>
        Database.Read(db => Card.Find(db, card.Uid, generation: 0))!;

    private bool Opens(SimulatedCard card)
    {
        card.Insert();
        var chip = new Chip(card);
        using var key = _after.CardKeyOf(CardKeyNumber.Sale, 2, chip.Uid);
        using var opened = MemberCard.Open(chip, key, CardKeyNumber.Sale, RandomNumberGenerator.Fill);
        return opened.ReadNewest().Counter == 1;
    }

    private static SimulatedCard Factory(string uid) =>
        SimulatedCard.Factory("ev3-4k", Convert.FromHexString(uid));

    private static Task EventuallyAsync(Func<bool> isSo, string otherwise) =>
        EventuallyAsync(() => Task.FromResult(isSo()), otherwise);

    private static async Task EventuallyAsync(Func<Task<bool>> isSo, string otherwise)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, otherwise);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
