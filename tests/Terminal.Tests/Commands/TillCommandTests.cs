using System.Diagnostics;
using System.Text.Json;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests.Commands;

/// <summary>The till in the command line: processes of their own, beside a terminal that runs.</summary>
public sealed class TillCommandTests
{
    [Fact]
    public async Task A_sale_is_followed_to_its_receipt_taken_back_and_counted()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var card = till.Chain.Issue();

        var sold = await ServedAsync(
            till, card, "sell", "--line", "shirt:6000:2", "--line", "book:1500", "--language", "ru",
            "--json");
        var id = JsonElement.Parse(sold.Said).GetProperty("id").GetString()!;
        var back = await ServedAsync(till, card, "return", id, "--line", "0:1", "--width", "40");
        var printed = await RunAsync(till, "receipt", id, "--language", "ru");
        var shown = await RunAsync(till, "show", id);
        var closed = await RunAsync(till, "close-day");
        var day = await RunAsync(till, "day", "1", "--json");

        Assert.Equal((0, 0), (sold.Code, back.Code));
        Assert.StartsWith("Ожидание карты.\n", sold.Complained, StringComparison.Ordinal);
        Assert.StartsWith("Waiting for a card.\n", back.Complained, StringComparison.Ordinal);
        Assert.Contains("\nTo give back                   30.00 USD\n", back.Said, StringComparison.Ordinal);
        Assert.Contains("\nНачислено              75 баллов\n", printed.Said, StringComparison.Ordinal);
        Assert.Equal($"{id} completed: Done.\n", shown.Said);
        Assert.StartsWith("Loyalty points: Z report\n", closed.Said, StringComparison.Ordinal);
        Assert.Equal("1-1-Z", JsonElement.Parse(day.Said).GetProperty("id").GetString());
    }

    [Fact]
    public async Task What_ends_without_points_or_is_refused_fails_with_its_code()
    {
        await using var till = await TillOnTheLine.OpenAsync();
        var stranger = Guid.Empty.ToString();

        var cancelled = RunAsync(till, "sell", "--amount-minor", "100", "--key", "mine");
        var id = await OpenCheckoutAsync(till);
        var cancel = await RunAsync(till, "cancel", id.ToString());
        var unknown = await RunAsync(till, "show", stranger);
        var unsold = await RunAsync(till, "reverse", stranger);
        var wrong = await RunAsync(till, "sell", "--line", "shirt");
        till.Shop.Till.Desk.Stop(StopCode.Tamper);
        var stopped = await RunAsync(till, "sell", "--amount-minor", "100");

        Assert.Equal($"{id} cancelled: Cancelled; no points have moved.\n", cancel.Said);
        var ended = await cancelled;
        Assert.Equal(1, ended.Code);
        Assert.EndsWith(
            "error cancelled: Cancelled; no points have moved.\n", ended.Complained,
            StringComparison.Ordinal);
        Assert.Equal(
            (1, "error checkout-unknown: There is no such checkout.\n"), (unknown.Code, unknown.Complained));
        Assert.StartsWith("error headquarters-away: ", unsold.Complained, StringComparison.Ordinal);
        Assert.Equal((2, "shirt is not readable.\nTry --help.\n"), (wrong.Code, wrong.Complained));
        Assert.StartsWith(
            "error tamper: The terminal's housing", stopped.Complained, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_that_does_not_run_is_away()
    {
        var till = await TillOnTheLine.OpenAsync();
        var copy = Directory.CreateTempSubdirectory("till-away-");
        foreach (var file in new DirectoryInfo(till.DataFolder).GetFiles())
            file.CopyTo(Path.Combine(copy.FullName, file.Name));
        await till.DisposeAsync();

        var gone = await RunAsync(copy.FullName, "day");
        copy.Delete(recursive: true);
        var never = await RunAsync(copy.FullName, "day");

        Assert.Equal(1, gone.Code);
        Assert.StartsWith("error till-away: ", gone.Complained, StringComparison.Ordinal);
        Assert.Equal(1, never.Code);
        Assert.StartsWith("error till-away: There is no folder", never.Complained, StringComparison.Ordinal);
        Assert.False(Directory.Exists(copy.FullName));
    }

    // Presents the card as soon as the command waits for it.
    private static async Task<(int Code, string Said, string Complained)> ServedAsync(
        TillOnTheLine till, Simulator.Faults.SimulatedCard card, params string[] arguments)
    {
        var running = RunAsync(till, arguments);
        await OpenCheckoutAsync(till);
        till.Shop.Present(card);
        return await running;
    }

    private static async Task<Guid> OpenCheckoutAsync(TillOnTheLine till)
    {
        await foreach (var checkout in till.Shop.Till.Desk.Watch(TestContext.Current.CancellationToken))
        {
            if (checkout.State is CheckoutState.Waiting)
                return checkout.Id;
        }

        throw new InvalidOperationException("The watch has ended.");
    }

    private static Task<(int Code, string Said, string Complained)> RunAsync(
        TillOnTheLine till, params string[] arguments) => RunAsync(till.DataFolder, arguments);

    private static async Task<(int Code, string Said, string Complained)> RunAsync(
        string folder, params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "SmartCardCrm.Terminal.dll");
        var start = new ProcessStartInfo("dotnet", [program, "till", .. arguments, "--data", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("It does not start.");
        var complained = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said, await complained);
    }
}
