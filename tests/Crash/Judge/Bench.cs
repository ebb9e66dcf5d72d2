using SmartCardCrm.Crash.Chain;
using SmartCardCrm.Crash.Day;
using SmartCardCrm.Crash.Till;
using SmartCardCrm.Demo.HeadOffice;

namespace SmartCardCrm.Crash.Judge;

/// <summary>Compares, from outside, what tills were told with chips and headquarters.</summary>
internal sealed class Bench(Shop shop)
{
    // docs/card.md: kind of a log record.
    private const int CardAction = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan VisitAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until everything agrees.</summary>
    /// <param name="isLineCut">Headquarters knows nothing yet.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Violation">It does not come to agree.</exception>
    public async Task JudgeAsync(bool isLineCut, CancellationToken cancellation)
    {
        var began = FairClock.Shared.GetTimestamp();
        var visited = TimeProvider.System.GetTimestamp();
        while (await FindAsync(isLineCut, cancellation) is { } breach)
        {
            if (FairClock.Shared.GetElapsedTime(began) > Patience)
                throw breach;
            if (TimeProvider.System.GetElapsedTime(visited) > VisitAfter)
            {
                foreach (var card in Founding.Cards.Where(shop.Reckoning.MustCome))
                    await shop.VisitAsync(card);
                visited = TimeProvider.System.GetTimestamp();
            }

            await Task.Delay(LookAgain, TimeProvider.System, cancellation);
        }
    }

    private async Task<Violation?> FindAsync(bool isLineCut, CancellationToken cancellation)
    {
        if (shop.Reckoning.All.FirstOrDefault(told => !told.IsOver) is { } open)
            return new Violation("liveness", $"{open} does not end");
        if (shop.Reckoning.Misreckoned() is { } wrong)
            return wrong;
        if (await FindInDaysAsync(cancellation) is { } day)
            return day;
        foreach (var card in Founding.Cards)
        {
            var chip = await shop.Chain.Rack.LookAsync(card, cancellation);
            var due = shop.Reckoning.BalanceOf(card);
            if (chip.Points != due)
                return new Violation("I4", $"card {card} holds {chip.Points}, and tills were told {due}");
        }

        return isLineCut ? null : FindInFolder() ?? await FindAtHeadquartersAsync(cancellation)
            ?? await FindInRefusalsAsync(cancellation);
    }

    private Violation? FindInFolder()
    {
        var folder = shop.Terminal.Folder;
        return folder.HoldsOldCertificate ? new Violation("liveness", "its certificate is not renewed")
            : !File.Exists(folder.SealedKeys) ? new Violation("liveness", "its card keys are not sealed")
            : null;
    }

    // Headquarters lists a hundred, the newest.
    private async Task<Violation?> FindInRefusalsAsync(CancellationToken cancellation)
    {
        foreach (var (card, told) in shop.Refusals)
        {
            var known = await shop.Chain.Operator.RefusalsAsync(card, cancellation);
            if (known < Math.Min(told, 100))
            {
                return new Violation(
                    "I3", $"card {card} was refused {told} times, headquarters knows {known}");
            }
        }

        return null;
    }

    // Each thing that happened counts on exactly one day.
    private async Task<Violation?> FindInDaysAsync(CancellationToken cancellation)
    {
        var days = await shop.Till.DaysAsync(cancellation);
        var counted = days.SelectMany(day => day["totals"]!.AsArray()).Sum(t => t!["count"]!.GetValue<int>());
        var told = shop.Till.Told.Count(t => t.Happened);
        return counted == told && days.Count == shop.DaysClosed + 1
            ? null
            : new Violation(
                "I3", $"{days.Count} days count {counted}, the till was told {told} and closed "
                + $"{shop.DaysClosed}");
    }

    private async Task<Violation?> FindAtHeadquartersAsync(CancellationToken cancellation)
    {
        foreach (var clerk in new[] { shop.Till, shop.OtherTill })
        {
            var health = await clerk.HealthAsync(cancellation);
            if (health["entriesUnsent"]!.GetValue<int>() > 0)
                return new Violation("I3", $"entries are not sent: {health}");
            if (health["openDoubts"]!.GetValue<int>() > 0)
                return new Violation("I6", $"a doubt is open: {health}");
        }

        var overview = await shop.Chain.Operator.OverviewAsync(cancellation);
        if (overview.LedgerSum != 0)
            return new Violation("I1", $"the ledger sums to {overview.LedgerSum}");
        if (overview.DoubtsOpened != overview.DoubtsSettled)
            return new Violation("I6", $"headquarters has an open doubt: {overview}");
        return overview.ExceptionsOpen > 0
            ? new Violation("I7", $"exceptions are open: {overview}")
            : FindInCards(
                await shop.Chain.Operator.LedgerCardsAsync(cancellation), await ChipsAsync(cancellation))
                ?? FindInPostings(await shop.Chain.Operator.TransactionsAsync(cancellation));
    }

    private async Task<IReadOnlyDictionary<string, Demo.Rack.ChipLook>> ChipsAsync(
        CancellationToken cancellation)
    {
        var chips = new Dictionary<string, Demo.Rack.ChipLook>(StringComparer.OrdinalIgnoreCase);
        foreach (var card in Founding.Cards)
            chips[card] = await shop.Chain.Rack.LookAsync(card, cancellation);
        return chips;
    }

    private static Violation? FindInCards(
        IReadOnlyList<LedgerCard> ledger, IReadOnlyDictionary<string, Demo.Rack.ChipLook> chips) =>
        ledger.Where(card => chips[card.Uid] != new Demo.Rack.ChipLook((int)card.Balance, card.Counter))
            .Select(card => new Violation("I5", $"{card}, and its chip {chips[card.Uid]}")).FirstOrDefault();

    private Violation? FindInPostings(IReadOnlyList<PostedTransaction> posted)
    {
        var ofOperation = posted.Where(p => !string.IsNullOrEmpty(p.OperationId))
            .ToLookup(p => Guid.Parse(p.OperationId!));
        if (ofOperation.FirstOrDefault(same => same.Count() > 1) is { } twice)
            return new Violation("I2", $"posted twice: {twice.First()}");

        var told = shop.Till.Told.Concat(shop.OtherTill.Told).ToDictionary(t => Guid.Parse(t.Id));
        if (told.Values.FirstOrDefault(t => t is { Happened: true, IsOnAccount: false }
            && !IsPosted(t, ofOperation)) is { } lost)
            return new Violation("I3", $"not posted as told: {lost.Answer}");
        // That a card was told that it is blocked, no till is told.
        var ghost = ofOperation.Where(p => p.First().Kind != CardAction).FirstOrDefault(
            p => !told.TryGetValue(p.Key, out var known) || !(known.Happened || known.IsGivenUp));
        return ghost is null
            ? null
            : new Violation("I4", $"no till was told of {ghost.First()}");
    }

    private static bool IsPosted(Told told, ILookup<Guid, PostedTransaction> posted) =>
        posted[Guid.Parse(told.Id)].SingleOrDefault() is { } transaction
        && (transaction.Earned, transaction.Redeemed) == (told.Earned, told.Redeemed)
        && string.Equals(transaction.Uid, told.Card, StringComparison.OrdinalIgnoreCase);
}
