using System.Diagnostics;
using System.Globalization;
using SmartCardCrm.Demo.Business;
using SmartCardCrm.Demo.Purchases;
using SmartCardCrm.Demo.Till;

namespace SmartCardCrm.EndToEnd.Tests;

/// <summary>A till that knows nothing but the Till API's own document.</summary>
public sealed class TillDayTests(OneChain chain) : IClassFixture<OneChain>
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task A_whole_day_through_the_till_api_doubles_nothing(int terminal, bool withoutNetwork)
    {
        if (withoutNetwork)
            chain.Chain.Line.Cut();
        await LiveADayAsync(chain.Chain.Terminals[terminal], chain.Customers[terminal]);
    }

    [Fact]
    public async Task The_same_day_at_a_terminal_without_keys_whose_cards_headquarters_drives()
    {
        var till = chain.Chain.Terminals[2];
        await chain.Chain.Operator.CentraliseAsync(3, chain.Limit);
        await chain.EventuallyAsync(
            () => HealthAsync(till),
            now => now.Contains("\"holdsKeys\":false", StringComparison.Ordinal)
                && now.Contains("\"ready\":true", StringComparison.Ordinal));

        await LiveADayAsync(till, chain.Customers[7]);
    }

    private async Task<string> HealthAsync(ShopTerminal till)
    {
        using var http = new HttpClient { BaseAddress = till.Address };
        var key = await File.ReadAllTextAsync(Path.Combine(till.DataFolder, "till-api.key"), chain.Limit);
        http.DefaultRequestHeaders.Add("X-Api-Key", key.Trim());
        return await http.GetStringAsync("v1/health", chain.Limit);
    }

    private async Task LiveADayAsync(ShopTerminal till, Customer customer)
    {
        var card = customer.Uid;
        var start = new ProcessStartInfo("bash")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "till-day.sh"));
        start.ArgumentList.Add(till.Address.ToString());
        start.ArgumentList.Add(Path.Combine(till.DataFolder, "till-api.key"));
        start.ArgumentList.Add(till.Readers[1].Name);
        start.ArgumentList.Add(MemberName.PhoneOf(customer.Household));

        using var day = Process.Start(start)!;
        var complained = day.StandardError.ReadToEndAsync(chain.Limit);
        var said = await ServeAsync(day, till, card);
        await day.WaitForExitAsync(chain.Limit);

        Assert.Equal("", await complained);
        Assert.Equal(0, day.ExitCode);
        var points = (await chain.Rack.LookAsync(card, chain.Limit)).Points ?? -1;
        Assert.Equal($"balance {points}", said[0]);
        var transactions = int.Parse(said[1]["transactions ".Length..], CultureInfo.InvariantCulture);
        var posted = await chain.PostedAsync(card, count: transactions + 1);
        Assert.Equal(transactions + 1, posted.Count);
        Assert.Equal(points, (await chain.LedgerAsync(card)).Balance);
    }

    // Puts the card down and takes it away as the till says. Returns what else it says.
    private async Task<List<string>> ServeAsync(Process day, ShopTerminal till, string card)
    {
        var reader = till.Readers[0];
        var said = new List<string>();
        while (await day.StandardOutput.ReadLineAsync(chain.Limit) is { } line)
        {
            switch (line)
            {
                case "insert":
                    await chain.Rack.InsertAsync(reader.Slot, card, chain.Limit);
                    break;
                case "remove":
                    await chain.Rack.RemoveAsync(reader.Slot, chain.Limit);
                    await till.Watch.EmptyAsync(reader.Name, chain.Limit);
                    break;
                case "headquarters":
                    chain.Chain.Line.Mend();
                    break;
                default:
                    said.Add(line);
                    continue;
            }

            await day.StandardInput.WriteLineAsync("done".AsMemory(), chain.Limit);
            await day.StandardInput.FlushAsync(chain.Limit);
        }

        return said;
    }
}
