using SmartCardCrm.Crash.Blows;
using SmartCardCrm.Crash.Chain;
using SmartCardCrm.Crash.Judge;
using SmartCardCrm.Crash.Till;
using SmartCardCrm.Demo;

namespace SmartCardCrm.Crash.Day;

/// <summary>What became of a case.</summary>
internal enum CaseEnd
{
    /// <summary>The blow fell, the terminal ended, and all was well after its next start.</summary>
    Survived,

    /// <summary>The error was put into its call, and the terminal went on, rightly.</summary>
    Borne,

    /// <summary>There was no such call this time.</summary>
    NotReached,

    Violated,
}

/// <summary>An act as a day plays it.</summary>
/// <param name="Number">Of the act, from 1.</param>
/// <param name="IsFirst">The day has not played this act before.</param>
/// <param name="Blow">Null where none falls in it.</param>
internal sealed record Turn(int Number, Act Act, bool IsFirst, Blow? Blow);

/// <summary>One case, played.</summary>
/// <param name="Turn">How many acts the day had played then, this one included.</param>
/// <param name="Blow">Null where a day went wrong before any blow fell.</param>
/// <param name="End">What became of it.</param>
/// <param name="Breach">What was violated; else null.</param>
internal sealed record PlayedCase(int Turn, Blow? Blow, CaseEnd End, Exception? Breach = null);

/// <summary>
/// A day on a chain of its own: in each act at most one blow falls, and all is judged after it.
/// </summary>
/// <param name="turns">The day.</param>
/// <param name="folder">Of the chain.</param>
/// <param name="ports">Of the lane.</param>
internal sealed class DayRun(IReadOnlyList<Turn> turns, ChainFolder folder, LanePorts ports)
{
    private static readonly TimeSpan ActMost = TimeSpan.FromMinutes(2);

    // What headquarters says to what it was sent is still written down.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(60);

    /// <summary>Counts the calls of each act.</summary>
    public async Task<IReadOnlyList<(Place Place, int Calls)>> CountAsync(CancellationToken cancellation)
    {
        var places = new List<(Place, int)>();
        await using var chain = await ChainAtWork.StartAsync(folder, ports, cancellation);
        await PlayAsync(chain, async (_, turn, shop) =>
        {
            var act = turn.Act;
            await shop.Terminal.BeginCountAsync(act.IsStart, shop.Limit);
            await LetHappenAsync(act, shop, isWatched: true);
            foreach (var ((thread, call), calls) in await shop.Terminal.EndCountAsync(
                act.Struck, shop.Limit))
                places.Add((new Place(turn.Number, act.Name, thread, call), calls));
        }, cancellation);
        return places;
    }

    /// <summary>Plays the day under these blows.</summary>
    /// <param name="isOver">No blow falls any more.</param>
    /// <param name="played">Told of each case as it ends.</param>
    /// <param name="cancellation">Ends the day.</param>
    /// <returns>False when it ended early, because of a violation.</returns>
    public async Task<bool> StrikeAsync(
        Func<bool> isOver, Action<PlayedCase> played, CancellationToken cancellation)
    {
        var last = (Turn: 0, Blow: (Blow?)null);
        try
        {
            await using var chain = await ChainAtWork.StartAsync(folder, ports, cancellation);
            await PlayAsync(chain, async (number, turn, shop) =>
            {
                var (act, blow) = (turn.Act, isOver() ? null : turn.Blow);
                if (blow is not null)
                {
                    last = (number, blow);
                    await shop.Terminal.DealAsync(blow, shop.Limit);
                }
                else if (act.IsLong)
                {
                    return;
                }

                await LetHappenAsync(act, shop, isWatched: blow is not null);
                if (blow is not null)
                    await shop.Terminal.SpareAsync(shop.Limit);
                var end = EndOf(shop.Terminal);
                await JudgeAsync(act, number == turns.Count, shop);
                if (blow is not null)
                    played(new PlayedCase(number, blow, end));
            }, cancellation);
            return true;
        }
        catch (Exception breach) when (!cancellation.IsCancellationRequested)
        {
            played(new PlayedCase(last.Turn, last.Blow, CaseEnd.Violated, breach));
            return false;
        }
    }

    private async Task PlayAsync(
        ChainAtWork chain, Func<int, Turn, Shop, Task> play, CancellationToken cancellation)
    {
        using var line = new TillLine(chain.Terminals[0]);
        using var otherLine = new TillLine(chain.Terminals[1]);
        var shop = new Shop(
            chain, new Clerk(line, chain.Rack, slot: 0), new Clerk(otherLine, chain.Rack, slot: 1));
        await chain.Terminals[1].StartAsync(cancellation);
        foreach (var (number, turn) in turns.Index())
        {
            using var most = new CancellationTokenSource(ActMost, FairClock.Shared);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, most.Token);
            shop.Limit = limit.Token;
            try
            {
                if (turn.Act.BeginsClosed)
                    await shop.Terminal.StopAsync();
                await play(number + 1, turn, shop);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new Violation("liveness", $"{turn.Act.Name} did not end within {ActMost}");
            }
        }
    }

    private static async Task LetHappenAsync(Act act, Shop shop, bool isWatched)
    {
        await act.Play(shop);
        if (shop.Terminal.IsAtWork && !act.LeavesLineCut)
            await shop.SyncedAsync();
        if (isWatched)
            await Task.Delay(Rest, TimeProvider.System, shop.Limit);
    }

    // The next morning everything is as it was.
    private static async Task JudgeAsync(Act act, bool isLast, Shop shop)
    {
        await new Bench(shop).JudgeAsync(act.LeavesLineCut, shop.Limit);
        if (!isLast)
            return;
        await shop.Till.RecallAsync(shop.Limit);
        await shop.Terminal.StopAsync();
        var check = await shop.Chain.Operator.CheckAsync(shop.Limit);
        if (check.FirstOrDefault(line => line.Broken > 0) is { } broken)
            throw new Violation(broken.Invariant, $"headquarters' own check: {broken}");
    }

    private static CaseEnd EndOf(StruckTerminal terminal) =>
        !terminal.IsStruck ? CaseEnd.NotReached : terminal.HasBorneIt ? CaseEnd.Borne : CaseEnd.Survived;
}
