using System.Globalization;
using SmartCardCrm.Crash.Chain;
using SmartCardCrm.Crash.Judge;
using SmartCardCrm.Crash.Till;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Summary;
using Told = SmartCardCrm.Crash.Till.Told;

namespace SmartCardCrm.Crash.Day;

/// <summary>What can happen in a shop, as its people do it and know it.</summary>
internal sealed class Shop(ChainAtWork chain, Clerk till, Clerk otherTill)
{
    /// <summary>Redeem as many points as fit.</summary>
    public const int All = -1;

    private const int IdleLogBytes = 1_300_000;

    // The last of nine.
    private const int CommitExchange = 9;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SyncedWithin = TimeSpan.FromSeconds(30);

    // Intent, outcome, and what was read. A terminal that was struck in between carries nothing.
    private const int EntriesOfCarrying = 3;
    private static readonly TimeSpan CarriedWithin = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Told> _named = new(StringComparer.Ordinal);
    private readonly Reckoning _reckoning = new();
    private int _asked;

    public ChainAtWork Chain => chain;

    public StruckTerminal Terminal => chain.Terminals[0];

    public Clerk Till => till;

    public Clerk OtherTill => otherTill;

    public Reckoning Reckoning => _reckoning;

    /// <summary>How often the till was told that a card is blocked.</summary>
    public Dictionary<string, int> Refusals { get; } = new(StringComparer.Ordinal);

    /// <summary>Days that were closed at the first terminal.</summary>
    public int DaysClosed { get; private set; }

    /// <summary>Ends the act under way.</summary>
    public CancellationToken Limit { get; set; }

    public Task OpenAsync() => Terminal.StartAsync(Limit);

    public Task CloseAsync() => Terminal.StopAsync();

    public async Task SellAsync(
        string card, long amountMinor, int redeem = 0, string? name = null,
        (long Amount, int Quantity, long OtherAmount, int OtherQuantity)? lines = null)
    {
        var told = Expecting(card, amountMinor, redeem);
        var body = lines is not { } basket
            ? Sale(amountMinor, redeem)
            : FormattableString.Invariant(
                $$"""
                {"currency":"USD","lines":[
                {"sku":"one","quantity":{{basket.Quantity}},"amountMinor":{{basket.Amount}}},
                {"sku":"two","quantity":{{basket.OtherQuantity}},"amountMinor":{{basket.OtherAmount}}}]}
                """);
        await till.AskAsync("v1/checkouts", told, body, Limit);
        await till.ServeAsync(told, Limit);
        if (name is not null)
            _named[name] = told;
    }

    /// <summary>Buys nothing: settles doubts, and takes what headquarters has for the card.</summary>
    public async Task VisitAsync(string card)
    {
        var told = Expecting(card, 0, 0);
        await till.AskAsync("v1/checkouts", told, Sale(0, 0), Limit);
        await till.ServeAsync(told, Limit);
    }

    /// <summary>The same, with a card that headquarters may have blocked.</summary>
    public async Task<bool> IsRefusedAsync(string card)
    {
        var told = Expecting(card, 0, 0);
        await till.AskAsync("v1/checkouts", told, Sale(0, 0), Limit);
        await till.ServeAsync(told, Limit);
        if (told.Happened)
            return false;
        if (told.Answer?["declineReason"]?.GetValue<string>() != "card-blocked")
            throw new Violation("I3", $"card {card} is blocked or not, and yet {told.Answer}");
        Refusals[card] = Refusals.GetValueOrDefault(card) + 1;
        return true;
    }

    public async Task EnquireAsync(string card, string body)
    {
        var told = new Told(NextKey(), card);
        await till.AskAsync("v1/enquiries", told, body, Limit);
        await till.ServeAsync(told, Limit);
        var said = told.Answer?["card"]?["balance"]?.GetValue<int>();
        if (told.State != "answered" || said != _reckoning.BalanceOf(card))
            throw new Violation("I4", $"asked card {card}: {told.Answer}, not {_reckoning.BalanceOf(card)}");
    }

    public async Task CancelAsync(string card, long amountMinor)
    {
        var told = new Told(NextKey(), card);
        await till.AskAsync("v1/checkouts", told, Sale(amountMinor, 0), Limit);
        await till.GiveUpAsync(told, Limit);
        if (told.State != "cancelled")
            throw new Violation("I4", $"no card was presented, and yet {told.Answer}");
        await VisitAsync(card);
    }

    public async Task TimeOutAsync(string card, long amountMinor)
    {
        var told = new Told(NextKey(), card);
        await till.AskAsync("v1/checkouts", told, Sale(amountMinor, 0, timeoutMs: 1_000), Limit);
        await till.UntilAsync(told, [], Limit);
        if (told.State != "timed_out")
            throw new Violation("I4", $"no card was presented, and yet {told.Answer}");
        await VisitAsync(card);
    }

    public async Task ReturnAsync(string sale, string lines, int taken)
    {
        var told = _reckoning.Expect(new Told(NextKey(), _named[sale].Card), earned: 0, redeemed: taken);
        var body = $$"""{"sale":"{{_named[sale].Id}}","lines":{{lines}}}""";
        await till.AskAsync("v1/returns", told, body, Limit);
        await till.ServeAsync(told, Limit);
    }

    public async Task ReverseAsync(string sale, int taken, int? tearAt = null)
    {
        var told = _reckoning.Expect(new Told(NextKey(), _named[sale].Card), earned: 0, redeemed: taken);
        if (tearAt is { } exchange)
            await till.PutDownToTearAsync(told.Card!, exchange, before: false, Limit);
        await till.AskAsync("v1/reversals", told, $$"""{"sale":"{{_named[sale].Id}}"}""", Limit);
        if (tearAt is null)
            await till.PutDownAsync(told.Card, Limit);
        await till.FinishAsync(told, Limit);
    }

    /// <summary>The customer has left the card at home; headquarters sends the points to it.</summary>
    public async Task SellWithoutCardAsync(string card, long amountMinor, string name)
    {
        var earned = PlainRules.Of(amountMinor, new Wish(0, false), 0).Earned;
        var told = _reckoning.Expect(
            new Told(NextKey(), card) { IsOnAccount = true }, earned, redeemed: 0);
        var body = FormattableString.Invariant(
            $$"""{"currency":"USD","amountMinor":{{amountMinor}},"member":"{{Founding.PhoneOf(card)}}"}""");
        await till.AskAsync("v1/checkouts", told, body, Limit);
        _named[name] = told;
    }

    /// <summary>Goods come back without a card.</summary>
    public async Task ReturnWithoutCardAsync(string sale, string lines, int taken)
    {
        var told = _reckoning.Expect(
            new Told(NextKey(), _named[sale].Card) { IsOnAccount = true }, earned: 0, redeemed: taken);
        var body = $$"""{"sale":"{{_named[sale].Id}}","lines":{{lines}},"withoutCard":true}""";
        await till.AskAsync("v1/returns", told, body, Limit);
    }

    /// <summary>Sold at the other till, and brought back to this one.</summary>
    public async Task ReturnElsewhereAsync(string card, long amountMinor)
    {
        var sold = Expecting(card, amountMinor, redeem: 0);
        await otherTill.AskAsync("v1/checkouts", sold, Sale(amountMinor, 0), Limit);
        await otherTill.ServeAsync(sold, Limit);
        await SyncedAsync(otherTill);

        var told = _reckoning.Expect(new Told(NextKey(), card), earned: 0, redeemed: sold.Earned);
        await till.AskAsync("v1/reversals", told, $$"""{"sale":"{{sold.Id}}"}""", Limit);
        await till.ServeAsync(told, Limit);
    }

    /// <summary>A supervisor puts points on the card, or takes some off.</summary>
    public async Task AdjustAsync(string card, int points)
    {
        var told = _reckoning.Expect(
            new Told(NextKey(), card), Math.Max(points, 0), Math.Max(-points, 0));
        var body = FormattableString.Invariant(
            $$"""{"points":{{points}},"reason":"goodwill","supervisor":"Vera"}""");
        await till.AskAsync("v1/adjustments", told, body, Limit);
        await till.ServeAsync(told, Limit);
    }

    public async Task CloseDayAsync()
    {
        var number = await till.CloseDayAsync(NextKey(), Limit);
        if (number != ++DaysClosed)
            throw new Violation("I2", $"day {number} is closed, and it is day {DaysClosed}");
    }

    /// <summary>The card leaves at an exchange, and comes back.</summary>
    public async Task TearAsync(string card, long amountMinor, int exchange, bool before)
    {
        var told = Expecting(card, amountMinor, 0);
        await till.PutDownToTearAsync(card, exchange, before, Limit);
        await till.AskAsync("v1/checkouts", told, Sale(amountMinor, 0), Limit);
        await till.FinishAsync(told, Limit);
    }

    /// <summary>The card leaves at the commit, the till goes on without points, and the card comes
    /// twice more.</summary>
    public async Task GiveUpAsync(string card, long amountMinor, bool before)
    {
        var told = Expecting(card, amountMinor, 0);
        await till.PutDownToTearAsync(card, CommitExchange, before, Limit);
        await till.AskAsync("v1/checkouts", told, Sale(amountMinor, 0), Limit);
        await till.UntilTornAsync(told, CommitExchange, before, Limit);
        await till.GiveUpAsync(told, Limit);
        await till.TakeAwayAsync(Limit);
        await VisitAsync(card);
        await SyncedAsync();
        await VisitAsync(card);
    }

    /// <summary>The card leaves at the commit, and goes to the other till.</summary>
    public async Task SettleElsewhereAsync(string card, long amountMinor, bool before)
    {
        var told = Expecting(card, amountMinor, 0);
        await till.PutDownToTearAsync(card, CommitExchange, before, Limit);
        await till.AskAsync("v1/checkouts", told, Sale(amountMinor, 0), Limit);
        await till.UntilTornAsync(told, CommitExchange, before, Limit);
        await till.TakeAwayAsync(Limit);

        var visit = _reckoning.Expect(new Told(NextKey(), card), earned: 0, redeemed: 0);
        await otherTill.AskAsync("v1/checkouts", visit, Sale(0, 0), Limit);
        await otherTill.ServeAsync(visit, Limit);
        await till.UntilAsync(told, ["present_again"], Limit);
        if (!told.IsOver)
            await till.ServeAsync(told, Limit);
    }

    public async Task SellOfflineAsync(string card, long amountMinor, int redeem)
    {
        chain.Line.Cut();
        await SellAsync(card, amountMinor, redeem);
    }

    /// <summary>Sold twice at the other till, of which headquarters does not know; then sold here, and the
    /// card lies until the terminal has written down what it read in the card's log.</summary>
    public async Task CarryAsync(string card, long amountMinor)
    {
        for (var sale = 0; sale < 2; sale++)
        {
            var elsewhere = Expecting(card, amountMinor, redeem: 0);
            await otherTill.AskAsync("v1/checkouts", elsewhere, Sale(amountMinor, 0), Limit);
            await otherTill.ServeAsync(elsewhere, Limit);
        }

        var told = Expecting(card, amountMinor, redeem: 0);
        var unsent = await UnsentAsync(till);
        await till.AskAsync("v1/checkouts", told, Sale(amountMinor, 0), Limit);
        await till.PutDownAsync(card, Limit);
        await till.UntilAsync(told, ["present_again", "in_doubt"], Limit);
        await WaitAsync(CarriedWithin, async () => await UnsentAsync(till) < unsent + EntriesOfCarrying);
        await till.FinishAsync(told, Limit);
    }

    public Task MendAsync()
    {
        chain.Line.Mend();
        return SyncedAsync();
    }

    /// <summary>The terminal is killed when the card has committed and nothing says so; then it is
    /// started.</summary>
    public async Task KillInSaleAsync(string card, long amountMinor)
    {
        var told = Expecting(card, amountMinor, 0);
        await till.AskAsync("v1/checkouts", told, Sale(amountMinor, 0), Limit);
        await Terminal.KillAtAsync("tap 00", "fsync", 2, () => till.PutDownAsync(card, Limit), Limit);
        await Terminal.StartAsync(Limit);
        await till.FinishAsync(told, Limit);
    }

    /// <summary>Nobody comes until the terminal has tidied up.</summary>
    public async Task IdleAsync(string card)
    {
        while (Terminal.Folder.LogBytes < IdleLogBytes)
            await VisitAsync(card);
        await SyncedAsync();
        while (Terminal.Folder.LogBytes >= IdleLogBytes)
        {
            await Task.Delay(LookAgain, TimeProvider.System, Limit);
            await till.HealthAsync(Limit);
        }
    }

    /// <summary>Waits until headquarters has everything, or should have.</summary>
    public Task SyncedAsync() => SyncedAsync(till);

    private Task SyncedAsync(Clerk clerk) =>
        WaitAsync(SyncedWithin, async () => await UnsentAsync(clerk) > 0);

    private async Task<int> UnsentAsync(Clerk clerk) =>
        (await clerk.HealthAsync(Limit))["entriesUnsent"]!.GetValue<int>();

    private async Task WaitAsync(TimeSpan most, Func<Task<bool>> isToWait)
    {
        var began = FairClock.Shared.GetTimestamp();
        while (await isToWait() && FairClock.Shared.GetElapsedTime(began) < most)
            await Task.Delay(LookAgain, TimeProvider.System, Limit);
    }

    private static string Sale(long amountMinor, int redeem, int timeoutMs = 120_000) =>
        FormattableString.Invariant(
            $$"""
            {"currency":"USD","amountMinor":{{amountMinor}},"redeemPoints":{{Math.Max(redeem, 0)}},
            "redeemAll":{{(redeem == All ? "true" : "false")}},"timeoutMs":{{timeoutMs}}}
            """);

    private Told Expecting(string card, long amountMinor, int redeem)
    {
        var wish = new Wish(Math.Max(redeem, 0), redeem == All);
        var plain = PlainRules.Of(amountMinor, wish, (int)_reckoning.BalanceOf(card));
        return _reckoning.Expect(new Told(NextKey(), card), plain.Earned, plain.Redeemed);
    }

    private string NextKey() => string.Create(CultureInfo.InvariantCulture, $"order-{++_asked}");
}
