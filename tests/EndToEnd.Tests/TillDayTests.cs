using System.Diagnostics;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.EndToEnd.Tests;

/// <summary>A till that knows nothing but the Till API's own document.</summary>
public sealed class TillDayTests(OneChain chain) : IClassFixture<OneChain>
{
    [Fact]
    public async Task A_whole_day_through_the_till_api_doubles_nothing()
    {
        var (till, card) = (chain.Chain.Terminals[0], chain.Customers[0].Uid);
        var start = new ProcessStartInfo("bash")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "till-day.sh"));
        start.ArgumentList.Add(till.Address.ToString());
        start.ArgumentList.Add(Path.Combine(till.DataFolder, "till-api.key"));
        start.ArgumentList.Add(till.Readers[1].Name);

        using var day = Process.Start(start)!;
        var said = day.StandardOutput.ReadToEndAsync(chain.Limit);
        var complained = day.StandardError.ReadToEndAsync(chain.Limit);
        while (!day.HasExited)
            await TapAsync(till, card);
        await day.WaitForExitAsync(chain.Limit);

        Assert.Equal("", await complained);
        Assert.Equal(0, day.ExitCode);
        var points = (await chain.Rack.LookAsync(card, chain.Limit)).Points ?? -1;
        Assert.Equal($"balance {points}\ntransactions 13\n", await said);
        var posted = await chain.PostedAsync(card, count: 14);
        Assert.Equal(14, posted.Count);
        Assert.Equal(points, (await chain.LedgerAsync(card)).Balance);
    }

    private async Task TapAsync(ShopTerminal till, string card)
    {
        var reader = till.Readers[0];
        await chain.Rack.InsertAsync(reader.Slot, card, chain.Limit);
        await Task.Delay(TimeSpan.FromMilliseconds(700), TimeProvider.System, chain.Limit);
        await chain.Rack.RemoveAsync(reader.Slot, chain.Limit);
        await till.Watch.EmptyAsync(reader.Name, chain.Limit);
    }
}
