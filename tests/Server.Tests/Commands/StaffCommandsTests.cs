using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.Server.Operator;
using SmartCardCrm.Server.Staff;
using SmartCardCrm.Server.Tests.InProcess;
using SmartCardCrm.Server.Tests.Staff;

namespace SmartCardCrm.Server.Tests.Commands;

/// <summary><c>server staff</c>, as processes, against a running server.</summary>
public sealed class StaffCommandsTests : IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("staff-commands-");

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public async Task Somebody_is_let_in_and_works_from_a_folder_of_his_own_until_his_token_is_void()
    {
        await using var server = await InProcessServer.StartAsync();
        var machine = await ConnectAsync(server, "machine", server.ReadFile(OperatorEndpoints.TokenFile));

        var link = await DoAsync(
            "staff", "add", "Vera", "--role", "auditor", "--why", "Audits.", "--data", machine);
        var desk = server.Services.GetRequiredService<StaffDesk>();
        Assert.Equal("vera", desk.Join(link.Split('#')[1], Clerks.Password));
        var token = await DoAsync(
            "staff", "token", "vera", "--title", "script", "--password-file", Secret(Clerks.Password),
            "--data", machine);
        var own = await ConnectAsync(server, "vera", token);

        Assert.Equal("vera\tauditor\t*\tactive", await DoAsync("staff", "list", "--data", own));
        Assert.Equal(
            "not-permitted", await FailAsync("staff", "enable", "vera", "--why", "Me.", "--data", own));
        await DoAsync(
            "staff", "place", "vera", "--role", "cashier", "--store", "7", "--why", "Moves.",
            "--data", machine);
        Assert.Equal("vera\tcashier\t7\tactive", await DoAsync("staff", "list", "--data", machine));
        Assert.Equal("not-permitted", await FailAsync("staff", "list", "--data", own));
        Assert.StartsWith("1\tscript\t", await DoAsync("staff", "tokens", "vera", "--data", machine),
            StringComparison.Ordinal);
        await DoAsync("staff", "revoke-token", "vera", "1", "--data", machine);
        Assert.Equal("operator-token", await FailAsync("member", "list", "--data", own));
    }

    [Fact]
    public async Task A_servers_own_folder_is_not_made_somebodys()
    {
        await File.WriteAllTextAsync(Path.Combine(_work.FullName, "book.db"), "");

        Assert.Equal(
            "data-present",
            await FailAsync(
                "staff", "connect", "--data", _work.FullName, "--server", "http://127.0.0.1:1",
                "--token-file", Secret("x")));
    }

    private async Task<string> ConnectAsync(InProcessServer server, string folder, string token)
    {
        var path = Path.Combine(_work.FullName, folder);
        await DoAsync(
            "staff", "connect", "--data", path, "--server", server.Endpoints.Console,
            "--token-file", Secret(token));
        return path;
    }

    private string Secret(string text)
    {
        var path = Path.Combine(_work.FullName, Path.GetRandomFileName());
        File.WriteAllText(path, text + "\n");
        return path;
    }

    private static async Task<string> DoAsync(params string[] arguments)
    {
        var (exit, said, wrong) = await RunAsync(arguments);
        Assert.Equal((0, ""), (exit, wrong));
        return said.Trim();
    }

    // The code of what is said on standard error.
    private static async Task<string> FailAsync(params string[] arguments)
    {
        var (exit, _, wrong) = await RunAsync(arguments);
        Assert.Equal(1, exit);
        return wrong.Split(':')[0];
    }

    private static async Task<(int Exit, string Said, string Wrong)> RunAsync(string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "SmartCardCrm.Server.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var wrong = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said, await wrong);
    }
}
