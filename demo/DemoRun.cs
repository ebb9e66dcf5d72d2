using SmartCardCrm.Demo.Business;
using SmartCardCrm.Demo.Playground;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Rack;
using SmartCardCrm.Demo.Summary;

namespace SmartCardCrm.Demo;

/// <summary>One call of <c>./run.sh</c>, from start to end.</summary>
internal sealed class DemoRun(DemoOptions options, Screen screen, TimeProvider clock)
{
    private const int MembersOfOurOwn = 12;
    private const int SalesOfOurOwn = 60;

    private readonly ChainFolder _folder = new(options.Folder.FullName);

    /// <returns>0 when everything balances, else 1.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        await using var visit = options.HasEnd ? null : await WelcomeAsync(cancellation);
        screen.Say($"data: {_folder.FullPath}");
        await using var chain = ChainInABox.In(_folder);
        visit?.Announce(chain);
        await chain.StartAsync(
            options.TerminalCount, StartReadersAsync, stage => Say(visit, stage), cancellation);
        WhatToTry.Tell(chain, _folder, screen);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var business = DoBusinessAsync(chain, visit, end.Token);
        var death = chain.DeathAsync(clock, end.Token);
        var first = await Task.WhenAny(business, death);
        await end.CancelAsync();
        if (first == business)
            return await business;

        screen.Complain(await death);
        return 1;
    }

    private void Say(Visit? visit, string stage)
    {
        screen.Say(stage);
        visit?.Tell(stage);
    }

    private async Task<Visit> WelcomeAsync(CancellationToken cancellation)
    {
        var visit = await Visit.WelcomeAsync(cancellation);
        screen.Heading("Playground");
        screen.Say($"  {visit.Address}");
        if (!options.NoBrowser)
            visit.ShowIn(_folder);
        return visit;
    }

    private async Task<int> DoBusinessAsync(ChainInABox chain, Visit? visit, CancellationToken cancellation)
    {
        if (visit is not null)
            return await OpenAsync(chain, visit, cancellation);

        var isBalanced = await ReplayAsync(chain, cancellation);
        if (!options.Exit)
            await StayOpenAsync(cancellation);
        return isBalanced ? 0 : 1;
    }

    private Task<ReaderRoom> StartReadersAsync(CancellationToken cancellation)
    {
        if (!options.WithoutPcscd)
            return ReaderRoom.WithPcscdAsync(_folder, options.TerminalCount, options.ReaderCount,
                cancellation);
        screen.Say(
            "without pcscd: the terminals' own loopback readers; nothing is measured of PC/SC and fsyncs");
        return ReaderRoom.OnLoopbackAsync(_folder, options.TerminalCount, options.ReaderCount, cancellation);
    }

    private async Task<bool> ReplayAsync(ChainInABox chain, CancellationToken cancellation)
    {
        var selection = Selection.Of(Baskets(chain), options.Members, options.Sales, _folder.LoadSold());
        screen.Say($"{selection.Baskets.Count} baskets of {selection.Households.Count} members to sell");
        var evidence = await new Replay(chain, options, screen, clock).RunAsync(
            selection, _folder.AddSold, cancellation);

        var summary = SummaryLines.Of(evidence);
        foreach (var line in summary.Details.Concat(summary.Lines))
            Console.WriteLine(line);
        foreach (var failure in summary.Failures)
            screen.Complain(failure);
        return summary.Failures.Count == 0;
    }

    private IReadOnlyCollection<Basket> Baskets(ChainInABox chain) =>
        options.Replay is { } file
            ? TransactionsFile.Read(file.FullName)
            : [.. OwnShoppers(chain).Baskets().Take(options.Sales ?? SalesOfOurOwn)];

    private async Task<int> OpenAsync(ChainInABox chain, Visit visit, CancellationToken cancellation)
    {
        var theirs = chain.Terminals.Skip(1).ToList();
        var shoppers = OwnShoppers(chain);
        var issue = new CardIssue(chain, options.Seed, clock) { Terminals = theirs };
        var customers = theirs.Count == 0 ? [] : await issue.ServeAsync(
            shoppers.Households, count => Say(visit, $"card {count} of {shoppers.Households.Count} issued"),
            cancellation);
        // Only now, for a visitor may take away what issuing needs: network, server, readers.
        await visit.OpenAsync(chain, options.Seed, clock, cancellation);
        var shop = new Shop(chain.Readers.Rack, options.Seed, _folder.AddSold, clock);
        chain.Remember(chain.State with { IsInterrupted = true });
        screen.Heading("Open for business. Ctrl-C closes the shop.");
        screen.Say($"playground {visit.Address}");
        await new OpenForBusiness(chain, theirs, shop, screen).SellAsync(shoppers, customers, cancellation);
        return 0;
    }

    private Shoppers OwnShoppers(ChainInABox chain) =>
        new(options.Seed, options.Members ?? MembersOfOurOwn, chain.State.Run, clock.GetLocalNow().DateTime);

    private async Task StayOpenAsync(CancellationToken cancellation)
    {
        screen.Heading("Everything is still running, to look at. Ctrl-C stops it.");
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellation)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
    }
}
