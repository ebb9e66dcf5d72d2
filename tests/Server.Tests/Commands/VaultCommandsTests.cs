using System.Diagnostics;

namespace SmartCardCrm.Server.Tests.Commands;

/// <summary><c>server vault</c>, as processes.</summary>
public sealed class VaultCommandsTests : IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("vault-commands-");

    public VaultCommandsTests()
    {
        File.WriteAllText(In("passphrase"), "correct horse battery\n");
        File.WriteAllText(In("another"), "another horse battery\n");
    }

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public async Task A_vault_that_was_split_comes_back_from_three_shares_under_another_passphrase()
    {
        var made = await SaysAsync("init", In("data"));
        await SaysAsync("split", In("data"), "--shares", "5", "--threshold", "3", "--to", In("shares"));

        var restored = await RunAsync(
            "another", "combine", In("restored"), "--share", Share(2), Share(5), Share(1));

        Assert.Equal(8, made.Split('\n').Length);
        Assert.Equal((0, made), (restored.Exit, restored.Said));
        Assert.Equal((1, "vault-locked"), await FailsAsync("list", In("restored")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Share(1)));
    }

    [Fact]
    public async Task What_cannot_be_done_is_told_by_its_code()
    {
        await SaysAsync("init", In("data"));
        await SaysAsync("split", In("data"), "--shares", "3", "--threshold", "2", "--to", In("shares"));

        Assert.Equal((1, "vault-present"), await FailsAsync("init", In("data")));
        Assert.Equal((1, "vault-absent"), await FailsAsync("list", In("nowhere")));
        Assert.Equal((1, "shares-few"), await FailsAsync("combine", In("new"), "--share", Share(1, of: 3)));
        Assert.Equal(
            (1, "share-unreadable"), await FailsAsync("combine", In("new"), "--share", In("passphrase")));
        Assert.Equal(
            (1, "share-numbers"),
            await FailsAsync("split", In("data"), "--shares", "2", "--threshold", "3", "--to", In("more")));
        Assert.Equal(
            (1, "shares-present"),
            await FailsAsync("split", In("data"), "--shares", "3", "--threshold", "2", "--to", In("shares")));
        Assert.False(File.Exists(Path.Combine(In("new"), "vault")));
    }

    [Fact]
    public async Task A_rotation_adds_a_version_and_changes_nothing_else()
    {
        var made = await SaysAsync("init", In("data"));

        var rotated = await SaysAsync("rotate", In("data"), "sale");
        var authorities = await SaysAsync("rotate", In("data"), "authority");

        Assert.Equal(
            "sale\t2", string.Join(
                '\t', Assert.Single(rotated.Split('\n').Except(made.Split('\n'))).Split('\t').SkipLast(1)));
        Assert.StartsWith(
            "authority\t", Assert.Single(authorities.Split('\n').Except(rotated.Split('\n'))),
            StringComparison.Ordinal);
        Assert.Equal(authorities, await SaysAsync("list", In("data")));
    }

    private string In(string name) => Path.Combine(_work.FullName, name);

    private string Share(int number, int of = 5) => Path.Combine(In("shares"), $"share-{number}-of-{of}.txt");

    private async Task<string> SaysAsync(string verb, string data, params string[] more)
    {
        var (exit, said, error) = await RunAsync("passphrase", verb, data, more);
        Assert.True(exit == 0, error);
        return said;
    }

    // The exit code, and what stands before the first colon on standard error.
    private async Task<(int Exit, string Code)> FailsAsync(string verb, string data, params string[] more)
    {
        var (exit, _, error) = await RunAsync("passphrase", verb, data, more);
        return (exit, error.Split(':')[0]);
    }

    private async Task<(int Exit, string Said, string Error)> RunAsync(
        string passphrase, string verb, string data, params string[] more)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "SmartCardCrm.Server.dll");
        var start = new ProcessStartInfo(
            "dotnet",
            [program, "vault", verb, .. more, "--data", data, "--vault-passphrase-file", In(passphrase)])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said.Trim(), await error);
    }
}
