using SmartCardCrm.Demo;
using SmartCardCrm.Load.Chain;
using SmartCardCrm.Load.Store;

namespace SmartCardCrm.Load;

/// <summary>Kills the server again and again while it takes journals in.</summary>
internal sealed class KillCampaign(LoadOptions options, TimeProvider clock, TextWriter progress)
{
    // Acknowledged entries from a start to the next death: some deaths come with the first ones.
    private const int EntriesMost = 4_000;

    private readonly Dice _dice = Dice.For(options.Seed, "kills");

    public async Task<IReadOnlyList<string>> RunAsync(DirectoryInfo work, CancellationToken cancellation)
    {
        using var book = Book.On(options.Engine);
        await using var server = new Headquarters(work);
        book.Prepare(server.Folder);
        var chain = Founding.Of(server, options, clock);
        var floor = new Floor(chain, clock);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var selling = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var talking = floor.TalkAsync(server.Terminals, closing.Token);
        var sold = floor.SellAsync(selling.Token);
        for (var kill = 1; kill <= options.Kills && floor.Wrongs.Count == 0; kill++)
        {
            await server.StartAsync(cancellation);
            await floor.ReachedAsync(floor.Acknowledged + 1 + _dice.Below(EntriesMost), cancellation);
            await server.KillAsync();
            await progress.WriteLineAsync($"{kill} killed, {floor.Acknowledged} entries acknowledged");
        }

        await selling.CancelAsync();
        await sold;
        await server.StartAsync(cancellation);
        await floor.ReachedAsync(floor.Written, cancellation);
        await server.StopAsync();
        await closing.CancelAsync();
        await talking;
        using var left = server.OpenBook();
        Console.WriteLine($"kills: {options.Kills}");
        Console.WriteLine($"entries: {floor.Written}");
        Console.WriteLine($"sales: {chain.Sales}");
        return [.. floor.Wrongs, .. Reckoning.Of(left, chain)];
    }
}
