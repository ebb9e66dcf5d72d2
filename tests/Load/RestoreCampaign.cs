using SmartCardCrm.Load.Chain;
using SmartCardCrm.Load.Store;

namespace SmartCardCrm.Load;

/// <summary>Backs the server up under load, loses it, and goes on with what the backup has.</summary>
internal sealed class RestoreCampaign(LoadOptions options, TimeProvider clock, TextWriter progress)
{
    // Acknowledged entries before the backup, and from its end to the loss.
    private const int EntriesBefore = 4_000;
    private const int EntriesAfter = 4_000;

    public async Task<IReadOnlyList<string>> RunAsync(DirectoryInfo work, CancellationToken cancellation)
    {
        using var book = Book.On(options.Engine);
        await using var server = new Headquarters(work);
        book.Prepare(server.Folder);
        var chain = Founding.Of(server, options, clock);
        var floor = new Floor(chain, clock);
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var selling = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await server.StartAsync(cancellation);
        var talking = floor.TalkAsync(server.Terminals, closing.Token);
        var sold = floor.SellAsync(selling.Token);

        await floor.ReachedAsync(EntriesBefore, cancellation);
        var backup = Path.Combine(work.FullName, "backup");
        var before = floor.Acknowledged;
        await Told(server.CommandAsync(cancellation, "backup", "--to", backup));
        await progress.WriteLineAsync(
            $"{floor.Acknowledged - before} entries acknowledged during the backup");
        await floor.ReachedAsync(floor.Acknowledged + EntriesAfter, cancellation);
        await server.KillAsync();

        server.Folder = work.CreateSubdirectory("restored").FullName;
        book.Prepare(server.Folder);
        await Told(server.CommandAsync(
            cancellation, "restore", "--from", backup, "--vault-passphrase-file", server.PassphraseFile));
        var lost = floor.Acknowledged - Held(server, chain);
        floor.Forget();
        await server.StartAsync(cancellation);
        await selling.CancelAsync();
        await sold;
        await floor.ReachedAsync(floor.Written, cancellation);
        await server.StopAsync();
        await closing.CancelAsync();
        await talking;

        await Told(server.CommandAsync(
            cancellation, "verify", "--vault-passphrase-file", server.PassphraseFile));
        using var left = server.OpenBook();
        Console.WriteLine($"entries: {floor.Written}");
        Console.WriteLine($"sales: {chain.Sales}");
        Console.WriteLine($"sent again: {lost}");
        return
        [
            .. floor.Wrongs, .. Reckoning.Of(left, chain),
            .. lost > 0 ? Array.Empty<string>() : ["the backup lacked nothing: this run shows nothing"],
        ];
    }

    private static long Held(Headquarters server, LoadChain chain)
    {
        using var book = server.OpenBook();
        return chain.Terminals.Sum(
            terminal => book.Read(db => Server.Sync.Journals.Head(db, terminal.Number).Sequence));
    }

    private async Task Told(Task<IReadOnlyList<string>> command)
    {
        foreach (var line in await command)
            await progress.WriteLineAsync(line);
    }
}
