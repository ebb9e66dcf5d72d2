using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Tests.Console;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Relay;

/// <summary>A batch at a counter of the chain's own: card after card is prepared, and then given
/// away.</summary>
public sealed class BenchTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private InProcessServer? _server;
    private TestTerminal? _terminal;
    private RelayEnd? _relay;
    private long _first;

    private InProcessServer Server => _server!;

    private RelayEnd Relay => _relay!;

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
            await _relay.DisposeAsync();
        _terminal?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_is_prepared_card_after_card_and_what_is_missing_is_told()
    {
        await BeginAsync(size: 3);
        var (first, torn, last) = (Factory(1), Factory(2), Factory(3));
        torn.Tear(20, TearMoment.After);
        Lay(first);
        var job = await StartAsync("Prepare");

        await TurnAsync(job, $"{first.Uid} {_first} done");
        Lay(torn);
        await TurnAsync(job, $"{torn.Uid}  card-lost");
        await TurnAsync(job, $"{torn.Uid} {_first + 1} done");
        Lay(Factory(4, "ev1-4k"));
        await TurnAsync(job, "04580000000004  card-unsuitable");
        var ended = await Server.CallAsync(HttpMethod.Delete, job);
        var again = await StartAsync("Prepare");
        Lay(first);
        await TurnAsync(again, $"{first.Uid} {_first} known");
        Lay(last);
        var done = await OverAsync(again);

        Assert.Equal(("Ended", 2, 3), Stands(ended));
        Assert.Equal(
            $$"""[{"first":{{_first + 2}},"last":{{_first + 2}}}]""",
            ended.GetProperty("missing").GetRawText());
        Assert.Equal(("Done", 3, 3), Stands(done));
        Assert.Equal("[]", done.GetProperty("missing").GetRawText());
        Assert.Equal(
            ["card-bench-ended", "card-bench-begun", "card-bench-ended", "card-bench-begun"],
            (await Server.GetAsync("/api/audit?subject=batch:1")).EnumerateArray()
                .Select(line => line.GetProperty("action").GetString()).Take(4));
    }

    [Fact]
    public async Task Prepared_cards_are_bound_one_after_another_and_sell()
    {
        await BeginAsync(size: 2);
        var cards = new[] { Factory(1), Factory(2) };
        Lay(cards[0]);
        var preparing = await StartAsync("Prepare");
        await TurnAsync(preparing, $"{cards[0].Uid} {_first} done");
        Lay(cards[1]);
        await OverAsync(preparing);

        Lay(Factory(3));
        var binding = await StartAsync("Bind");
        await TurnAsync(binding, "04580000000003  card-other-batch");
        cards[0].Remove();
        cards[0].Tear(12, TearMoment.Before);
        Lay(cards[0]);
        await TurnAsync(binding, $"{cards[0].Uid}  card-lost");
        await TurnAsync(binding, $"{cards[0].Uid} {_first} done");
        Lay(cards[1]);
        var done = await OverAsync(binding);
        var sale = new HandSale(
            await _terminal!.Sync.FetchCardKeysAsync(new CardKeysRequest()), _terminal.Number);
        var journal = new TestJournal();
        sale.Sell(cards[0], journal, dollars: 12);
        using var call = await _terminal.HelloAsync(journal.Entries);
        await call.AcknowledgedAsync(journal.Entries);

        Assert.Equal(("Done", 2, 2), Stands(done));
        var sold = (await Server.GetAsync($"/api/cards/{_first}")).GetProperty("card");
        Assert.Equal(
            ("Active", 12), (sold.GetProperty("status").GetString(), sold.GetProperty("balance").GetInt32()));
        var members = await Server.GetAsync("/api/members");
        Assert.Equal(2, members.GetProperty("total").GetInt32());
        Assert.All((await Server.GetAsync("/api/check")).EnumerateArray(), line =>
            Assert.Equal(0, line.GetProperty("broken").GetInt32()));
    }

    [Fact]
    public async Task Factory_cards_are_prepared_only_where_the_chain_has_said_that_nobody_listens()
    {
        await BeginAsync(size: 1, factoryCards: false);

        Assert.Equal("not-a-bench", await RefusedAsync("Prepare", batch: 1));
        Assert.Equal("batch-unknown", await RefusedAsync("Bind", batch: 2));
    }

    [Fact]
    public async Task A_terminal_works_on_one_batch_at_a_time()
    {
        await BeginAsync(size: 1);
        var job = await StartAsync("Prepare");

        Assert.Equal("bench-busy", await RefusedAsync("Bind", batch: 1));
        await Server.CallAsync(HttpMethod.Delete, job);

        await StartAsync("Bind");
    }

    [Fact]
    public async Task What_lies_on_the_reader_is_told_and_whether_it_may_be_taken_away()
    {
        await BeginAsync(size: 2);
        var (done, hanging) = (Factory(1), Factory(2));
        Lay(done);
        var job = await StartAsync("Prepare");

        var had = await TurnAsync(job, $"{done.Uid} {_first} done");
        Relay.Silent = true;
        Lay(hanging);
        await Relay.SilenceHeard.WaitAsync(Patience);
        var has = await Server.GetAsync(job);
        await Relay.DisposeAsync();
        _relay = null;
        var none = await EventuallyAsync(
            job, progress => OnReader(progress).Waits == "terminal-away", "the terminal is there");

        Assert.Equal((done.Uid, false, null), OnReader(had));
        Assert.Equal((hanging.Uid, true, null), OnReader(has));
        Assert.Equal((null, false, "terminal-away"), OnReader(none));
    }

    [Fact]
    public async Task What_may_be_left_goes_on_while_cards_are_laid_and_else_while_somebody_asks()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        _server = await InProcessServer.StartAsync(clock);
        var desk = Server.Services.GetRequiredService<BenchDesk>();
        Chip[] known = [Chip.FromFactory(1), Chip.FromFactory(2)];
        var batch = Order(9, known);
        var (left, alone, asked) = (Begin(1, mayBeLeft: true), Begin(2), Begin(3));

        await PassAsync(TimeSpan.FromMinutes(20));
        await UntilAsync(() => desk.Find(alone)!.IsOver);
        await LayAsync(known[0]);
        await PassAsync(TimeSpan.FromMinutes(20));
        await LayAsync(known[1]);
        var laid = clock.GetUtcNow();
        await PassAsync(TimeSpan.FromMinutes(20));
        // It has been lying there all the time, and the terminal comes back.
        await LayAsync(known[1]);
        await PassAsync(TimeSpan.FromMinutes(10));
        await UntilAsync(() => desk.Find(left)!.IsOver);

        Assert.InRange(clock.GetUtcNow() - laid, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(45));
        Assert.Equal(BenchState.Ended, desk.Find(left)!.State);
        Assert.Equal([asked], desk.Running.Select(job => job.Id));

        Guid Begin(uint terminal, bool mayBeLeft = false) => desk.Start(
            new BenchRequest(batch, BenchTask.Prepare, terminal, "", "Ada") { MayBeLeft = mayBeLeft })
            .Begun!.Id;

        async Task LayAsync(Chip card)
        {
            await using var reader = new ReaderOnTheLine(Server.Services, terminal: 1);
            reader.Put(card);
            await UntilAsync(() => desk.Find(left)!.OnReader == $"{card.Uid}");
        }

        async Task PassAsync(TimeSpan all)
        {
            for (var end = clock.GetUtcNow() + all; clock.GetUtcNow() < end;)
                await StepAsync(TimeSpan.FromSeconds(10));
        }

        // In small steps, so that little time passes for jobs whose threads get none.
        async Task UntilAsync(Func<bool> isSo)
        {
            for (var begun = TimeProvider.System.GetTimestamp(); !isSo();)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, "It never comes.");
                await StepAsync(TimeSpan.FromMilliseconds(100));
            }
        }

        // Somebody at the third's counter asks all the time; the others are only looked at.
        async Task StepAsync(TimeSpan step)
        {
            desk.Attend(asked);
            _ = (desk.Find(left), desk.Find(alone));
            clock.Advance(step);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    // A batch some of whose cards are in stock.
    private long Order(long size, Chip[] known)
    {
        var stock = Server.Services.GetRequiredService<StockBook>();
        var batch = stock.Order(new NewBatch(1, "Counter", size, "Ada"), TestSecrets.Versions)!;
        stock.Import(
            batch.Number, [.. known.Select((chip, at) => $"{chip.Uid},{batch.FirstNumber + at}")], "Ada");
        return batch.Number;
    }

    private async Task BeginAsync(long size, bool factoryCards = true)
    {
        _server = await InProcessServer.StartAsync(factoryCards: factoryCards);
        _terminal = await TestTerminal.EnrolAsync(Server);
        _relay = await RelayEnd.ConnectAsync(_terminal);
        _first = (await Server.CallAsync(HttpMethod.Post, "/api/batches", new { size, origin = "Counter" }))
            .GetProperty("firstNumber").GetInt64();
    }

    private async Task<string> StartAsync(string task)
    {
        var job = await Server.CallAsync(
            HttpMethod.Post, "/api/batches/1/bench", new { task, terminal = _terminal!.Number });
        return $"/api/bench/{job.GetProperty("id").GetString()}";
    }

    private async Task<string?> RefusedAsync(string task, long batch)
    {
        using var http = Server.People();
        using var answer = await http.PostAsync(
            $"/api/batches/{batch}/bench",
            System.Net.Http.Json.JsonContent.Create(new { task, terminal = _terminal!.Number }));
        var problem = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
        return problem.GetProperty("code").GetString();
    }

    // Whoever lies there is taken away first.
    private void Lay(SimulatedCard card) => Relay.Card = card;

    private Task<JsonElement> TurnAsync(string job, string turn) =>
        EventuallyAsync(job, progress => Turns(progress).Contains(turn), turn);

    private Task<JsonElement> OverAsync(string job) => EventuallyAsync(
        job, progress => progress.GetProperty("state").GetString() != "Running", "it does not end");

    private async Task<JsonElement> EventuallyAsync(
        string job, Func<JsonElement, bool> isSo, string otherwise)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var progress = await Server.GetAsync(job);
            if (isSo(progress))
                return progress;
            Assert.True(
                TimeProvider.System.GetElapsedTime(begun) < Patience,
                $"{otherwise}: {progress.GetRawText()}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private static IEnumerable<string> Turns(JsonElement progress) =>
        progress.GetProperty("turns").EnumerateArray().Select(turn =>
            $"{turn.GetProperty("uid").GetString()} "
            + $"{(turn.GetProperty("number") is { ValueKind: JsonValueKind.Number } number ? number : "")} "
            + turn.GetProperty("code").GetString());

    private static (string? Uid, bool HasTurn, string? Waits) OnReader(JsonElement progress) => (
        progress.GetProperty("onReader").GetString(),
        progress.GetProperty("hasTurn").GetBoolean(),
        progress.GetProperty("waits").GetString());

    private static (string?, int, int) Stands(JsonElement progress) => (
        progress.GetProperty("state").GetString(),
        progress.GetProperty("count").GetProperty("done").GetInt32(),
        progress.GetProperty("count").GetProperty("total").GetInt32());

    private static SimulatedCard Factory(byte at, string profile = "ev3-4k") =>
        SimulatedCard.Factory(profile, [0x04, 0x58, 0, 0, 0, 0, at]);
}
