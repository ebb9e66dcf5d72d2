using System.Diagnostics;
using System.Security.Cryptography;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Commands;

/// <summary>What the command line refuses, as processes.</summary>
public sealed class CommandsTests : IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("commands-");

    public CommandsTests()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Passphrase, "correct horse battery");
    }

    private string Data => Path.Combine(_work.FullName, "data");

    private string Copy => Path.Combine(_work.FullName, "copy");

    private string New => Path.Combine(_work.FullName, "new");

    private string Passphrase => Path.Combine(_work.FullName, "passphrase");

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public async Task A_book_whose_vault_is_gone_is_not_served_with_new_keys()
    {
        BookHome.Open(Data).Dispose();

        Assert.Equal((1, "vault-absent"), await RunAsync("serve", "--data", Data));
        Assert.Equal((1, "vault-absent"), await RunAsync("verify", "--data", Data));
        Assert.False(File.Exists(Path.Combine(Data, VaultHome.FileName)));
    }

    [Fact]
    public async Task A_restore_is_served_once_its_book_has_verified()
    {
        MakeVault();
        BookHome.Open(Data).Dispose();
        ServerBackup.Make(Data, Copy, "test", TimeProvider.System);
        ServerBackup.Restore(Copy, New, TimeProvider.System);

        Assert.Equal((1, "restore-unfinished"), await RunAsync("serve", "--data", New));
        Directory.Delete(New, recursive: true);
        Assert.Equal((0, ""), await RunAsync("restore", "--from", Copy, "--data", New));
        Assert.False(ServerBackup.IsUnfinished(New));
    }

    [Fact]
    public async Task A_book_that_was_tampered_with_is_not_served_after_a_restore()
    {
        MakeVault();
        using (var book = BookHome.Open(Data))
            book.Write(db => db.Run("INSERT INTO posting VALUES (1, 1, 'USD', 1, 1, 1000000, 1, 1, 3, 0)"));
        ServerBackup.Make(Data, Copy, "test", TimeProvider.System);

        var (exit, said) = await RunAsync("restore", "--from", Copy, "--data", New);

        Assert.Equal(1, exit);
        Assert.StartsWith("I1, the ledger sums to zero", said, StringComparison.Ordinal);
        Assert.True(ServerBackup.IsUnfinished(New));
    }

    [Fact]
    public async Task With_a_wrong_passphrase_nothing_is_restored()
    {
        MakeVault();
        BookHome.Open(Data).Dispose();
        ServerBackup.Make(Data, Copy, "test", TimeProvider.System);
        await File.WriteAllTextAsync(Passphrase, "wrong horse battery");

        Assert.Equal((1, "vault-locked"), await RunAsync("restore", "--from", Copy, "--data", New));
        Assert.False(Directory.Exists(New));
    }

    [Fact]
    public async Task A_book_that_cannot_be_used_is_told_and_not_thrown()
    {
        MakeVault();
        await File.WriteAllTextAsync(Path.Combine(Data, BookHome.SqliteFile), new string('x', 8192));

        Assert.Equal((1, "book-unusable"), await RunAsync("serve", "--data", Data));
        Assert.Equal((1, "book-unusable"), await RunAsync("verify", "--data", Data));
        Assert.Equal((1, "book-unusable"), await RunAsync("backup", "--data", Data, "--to", Copy));
        Assert.False(Directory.Exists(Copy));
    }

    private void MakeVault() => KeyVault.OpenOrCreate(
        Path.Combine(Data, VaultHome.FileName), File.ReadAllBytes(Passphrase), RandomNumberGenerator.Fill,
        TimeProvider.System.GetUtcNow()).Dispose();

    // The exit code, and what stands before the first colon on standard error.
    private async Task<(int Exit, string Code)> RunAsync(params string[] arguments)
    {
        string[] passphrase = arguments[0] == "backup" ? [] : ["--vault-passphrase-file", Passphrase];
        var program = Path.Combine(AppContext.BaseDirectory, "SmartCardCrm.Server.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments, .. passphrase])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, (await said).Split(':')[0]);
    }
}
