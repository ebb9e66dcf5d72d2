namespace SmartCardCrm.Demo.Chaos;

/// <summary>What befalls the chain as a whole while it sells.</summary>
internal enum Blow
{
    /// <summary>A terminal loses power and starts again.</summary>
    TerminalKilled,

    /// <summary>Headquarters loses power and starts again.</summary>
    ServerKilled,

    /// <summary>The PC/SC daemon dies and is started again.</summary>
    PcscdKilled,

    /// <summary>No network between shops and headquarters for a while.</summary>
    NetworkCut,
}

/// <summary>Strikes a seeded deck of blows, spread over the run by the number of sales done.</summary>
internal sealed class Weather(ChainInABox chain, Disturbances disturbances, Dice dice, TimeProvider clock)
{
    private const int SalesPerBlow = 40;
    private const int RoundsLeast = 2;
    private const int RoundsMost = 8;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DaemonBackAfter = TimeSpan.FromSeconds(3);

    /// <summary>What struck, for people.</summary>
    public Dictionary<Blow, int> Struck { get; } = [];

    /// <summary>Strikes until the deck is used up or business is over; then everything is up again.</summary>
    /// <param name="done">How many sales are done by now.</param>
    /// <param name="sales">How many will be.</param>
    /// <param name="over">Cancelled when business is over; a blow under way is seen through.</param>
    public async Task RageAsync(Func<int> done, int sales, CancellationToken over)
    {
        var deck = Deck(sales);
        for (var i = 0; i < deck.Count; i++)
        {
            var at = (long)sales * (i + 1) / (deck.Count + 1);
            while (done() < at)
            {
                if (over.IsCancellationRequested)
                    return;
                await Task.Delay(LookEvery, clock, CancellationToken.None);
            }

            await StrikeAsync(deck[i]);
            Struck[deck[i]] = Struck.GetValueOrDefault(deck[i]) + 1;
        }
    }

    // Shuffled: each kind as often as any other.
    private List<Blow> Deck(int sales)
    {
        var kinds = Enum.GetValues<Blow>();
        var rounds = Math.Clamp(sales / (SalesPerBlow * kinds.Length), RoundsLeast, RoundsMost);
        return [.. Enumerable.Repeat(kinds, rounds).SelectMany(kind => kind).OrderBy(_ => dice.Next())];
    }

    private Task StrikeAsync(Blow blow) => blow switch
    {
        Blow.TerminalKilled => KillTerminalAsync(),
        Blow.ServerKilled => KillServerAsync(),
        Blow.PcscdKilled => KillPcscdAsync(),
        _ => CutNetworkAsync(),
    };

    private async Task KillTerminalAsync()
    {
        var terminal = dice.Pick(chain.Terminals);
        using var disturbed = disturbances.Begin(terminal.Index);
        await terminal.KillAsync();
        await PauseAsync(1500);
        await terminal.StartAsync(CancellationToken.None);
    }

    private async Task KillServerAsync()
    {
        await chain.Server.KillAsync();
        await PauseAsync(3000);
        await chain.RestartServerAsync(CancellationToken.None);
    }

    private async Task KillPcscdAsync()
    {
        using var disturbed = disturbances.Begin(terminal: null);
        await chain.Readers.KillPcscdAsync(CancellationToken.None);
        await Task.Delay(DaemonBackAfter, clock, CancellationToken.None);
    }

    private async Task CutNetworkAsync()
    {
        chain.Line.Cut();
        await PauseAsync(6000);
        chain.Line.Mend();
    }

    private Task PauseAsync(int mostMs) =>
        Task.Delay(TimeSpan.FromMilliseconds(200 + dice.Below(mostMs)), clock, CancellationToken.None);
}
