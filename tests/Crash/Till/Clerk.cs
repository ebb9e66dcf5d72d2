using System.Net;
using System.Text.Json.Nodes;
using SmartCardCrm.Crash.Judge;
using SmartCardCrm.Demo.Rack;

namespace SmartCardCrm.Crash.Till;

/// <summary>
/// A till and whoever stands at it: asks by the Till API alone, presents cards, repeats under the same key
/// what was not answered, and remembers what it was told.
/// </summary>
/// <param name="line">To the terminal.</param>
/// <param name="rack">The cards.</param>
/// <param name="slot">Where they are presented.</param>
internal sealed class Clerk(TillLine line, CardRack rack, int slot)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    // When nothing happens, people take the card away and put it down again.
    private static readonly TimeSpan PresentAgainAfter = TimeSpan.FromSeconds(3);

    private readonly List<Told> _told = [];

    public TillLine Line => line;

    /// <summary>Everything so far, oldest first.</summary>
    public IReadOnlyList<Told> Told => _told;

    /// <summary>Asks for something that waits for a card.</summary>
    /// <param name="path">v1/checkouts, v1/returns …</param>
    /// <param name="told">Its name and the card.</param>
    /// <param name="body">JSON.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task AskAsync(string path, Told told, string body, CancellationToken cancellation)
    {
        _told.Add(told);
        var answer = await line.CallAsync(HttpMethod.Post, path, cancellation, told.Key, body);
        if (answer.Status != HttpStatusCode.Accepted || answer.Body is null)
            throw new Violation("I3", $"{told.Key} was answered with {(int)answer.Status} {answer.Body}");
        told.Id = answer.Body["id"]!.GetValue<string>();
        told.Hear(answer.Body);
    }

    /// <summary>Asks what has become of it.</summary>
    public async Task LookAsync(Told told, CancellationToken cancellation)
    {
        var answer = await line.CallAsync(HttpMethod.Get, $"v1/checkouts/{told.Id}", cancellation);
        if (!answer.IsGood || answer.Body is null)
            throw new Violation("I3", $"{told} is answered with {(int)answer.Status} {answer.Body}");
        told.Hear(answer.Body);
    }

    /// <summary>Presents the card until it is over; what was not answered well is presented again.</summary>
    public async Task ServeAsync(Told told, CancellationToken cancellation)
    {
        await PutDownAsync(told.Card, cancellation);
        await FinishAsync(told, cancellation);
    }

    /// <summary>The same with a card that lies there already, or was torn away.</summary>
    public async Task FinishAsync(Told told, CancellationToken cancellation)
    {
        var presented = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await LookAsync(told, cancellation);
            if (told.IsOver)
                break;
            if (told.State is "present_again" or "in_doubt"
                || TimeProvider.System.GetElapsedTime(presented) > PresentAgainAfter)
            {
                await TakeAwayAsync(cancellation);
                await PutDownAsync(told.Card, cancellation);
                presented = TimeProvider.System.GetTimestamp();
            }

            await Task.Delay(LookAgain, TimeProvider.System, cancellation);
        }

        await TakeAwayAsync(cancellation);
    }

    /// <summary>Waits until it is in one of these states, or over.</summary>
    /// <param name="told">What.</param>
    /// <param name="states">As the Till API names them.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="again">Presents the card once more, where nothing happens.</param>
    public async Task UntilAsync(
        Told told, IReadOnlyList<string> states, CancellationToken cancellation, Func<Task>? again = null)
    {
        var presented = TimeProvider.System.GetTimestamp();
        await LookAsync(told, cancellation);
        while (!told.IsOver && !states.Contains(told.State, StringComparer.Ordinal))
        {
            if (again is not null && TimeProvider.System.GetElapsedTime(presented) > PresentAgainAfter)
            {
                await again();
                presented = TimeProvider.System.GetTimestamp();
            }

            await Task.Delay(LookAgain, TimeProvider.System, cancellation);
            await LookAsync(told, cancellation);
        }
    }

    /// <summary>Waits until a card that is to leave at an exchange has done so. Where nothing happens, for it
    /// lay there when the terminal came back, it is put down once more.</summary>
    public Task UntilTornAsync(Told told, int exchange, bool before, CancellationToken cancellation) =>
        UntilAsync(told, ["in_doubt", "present_again"], cancellation, async () =>
        {
            await TakeAwayAsync(cancellation);
            await PutDownToTearAsync(told.Card!, exchange, before, cancellation);
        });

    /// <summary>Does not want it any more, and waits until that is settled.</summary>
    public async Task GiveUpAsync(Told told, CancellationToken cancellation)
    {
        var answer = await line.CallAsync(HttpMethod.Delete, $"v1/checkouts/{told.Id}", cancellation);
        if (!answer.IsGood && answer.Status != HttpStatusCode.Conflict)
            throw new Violation("I4", $"{told} cannot be cancelled: {(int)answer.Status} {answer.Body}");
        await UntilAsync(told, [], cancellation);
    }

    public Task PutDownAsync(string? card, CancellationToken cancellation) =>
        rack.InsertAsync(slot, card ?? throw new InvalidOperationException("Nobody's card."), cancellation);

    /// <summary>Puts a card down that leaves at an exchange.</summary>
    public async Task PutDownToTearAsync(
        string card, int exchange, bool before, CancellationToken cancellation)
    {
        await PutDownAsync(card, cancellation);
        await rack.TearAsync(slot, exchange, before, cancellation);
    }

    public async Task TakeAwayAsync(CancellationToken cancellation) =>
        await rack.RemoveAsync(slot, cancellation);

    /// <summary>How the terminal says it is.</summary>
    public async Task<JsonObject> HealthAsync(CancellationToken cancellation)
    {
        var answer = await line.CallAsync(HttpMethod.Get, "v1/health", cancellation);
        return answer.Body ?? throw new Violation("liveness", $"no health but {(int)answer.Status}");
    }

    /// <summary>Every day, the one that goes on last.</summary>
    public async Task<IReadOnlyList<JsonObject>> DaysAsync(CancellationToken cancellation)
    {
        var days = new List<JsonObject>();
        while (true)
        {
            var closed = await line.CallAsync(HttpMethod.Get, $"v1/days/{days.Count + 1}", cancellation);
            if (!closed.IsGood)
                break;
            days.Add(closed.Body!);
        }

        days.Add((await line.CallAsync(HttpMethod.Get, "v1/days/current", cancellation)).Body!);
        return days;
    }

    /// <summary>Closes the day.</summary>
    /// <returns>Its number.</returns>
    public async Task<int> CloseDayAsync(string key, CancellationToken cancellation)
    {
        var answer = await line.CallAsync(HttpMethod.Post, "v1/days", cancellation, key, "{}");
        return answer.IsGood && answer.Body is { } day
            ? day["number"]!.GetValue<int>()
            : throw new Violation("I3", $"the day is answered with {(int)answer.Status} {answer.Body}");
    }

    /// <summary>Asks once more for everything that was told: it must still be so.</summary>
    public async Task RecallAsync(CancellationToken cancellation)
    {
        foreach (var told in _told)
            await LookAsync(told, cancellation);
    }
}
