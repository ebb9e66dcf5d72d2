using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartCardCrm.Demo;
using SmartCardCrm.Server.Storage.Sqlite;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Crash.Chain;

/// <summary>
/// A chain that is older than it is, by headquarters' own code with its clock put back, while no server runs.
/// </summary>
internal static class Ageing
{
    // Of a year, less than a third is left.
    private static readonly TimeSpan Age = TimeSpan.FromDays(300);

    /// <summary>Headquarters has had its keys for longer.</summary>
    /// <param name="chain">A new one.</param>
    public static void MakeOldVault(ChainFolder chain)
    {
        chain.EnsureVaultPassphrase();
        Directory.CreateDirectory(chain.Server);
        OpenVault(chain, new ClockPutBack(2 * Age)).Dispose();
    }

    /// <summary>A certificate that was made long ago, beside the terminal's own.</summary>
    /// <param name="chain">Of which nothing runs.</param>
    /// <param name="terminal">Of the chain.</param>
    /// <param name="number">The terminal's.</param>
    public static void MakeOldCertificate(ChainFolder chain, TerminalFolder terminal, int number)
    {
        using var vault = OpenVault(chain, TimeProvider.System);
        var authority = new TerminalAuthority(vault, new ClockPutBack(Age));
        using var own = X509CertificateLoader.LoadCertificateFromFile(terminal.Certificate);
        var by = authority.For([]);
        using var old = authority.RenewForTerminal(own, (uint)number, by);
        using var book = SqliteDatabase.Open(Path.Combine(chain.Server, "book.db"));
        new TerminalBook(book, TimeProvider.System).Renew(number, old.RawData, by.Fingerprint);
        File.WriteAllBytes(terminal.OldCertificate, old.RawData);
    }

    private static KeyVault OpenVault(ChainFolder chain, TimeProvider clock) => KeyVault.OpenOrCreate(
        Path.Combine(chain.Server, "vault"),
        File.ReadAllBytes(chain.VaultPassphraseFile).AsSpan().TrimEnd("\r\n"u8),
        RandomNumberGenerator.Fill, clock.GetUtcNow());

    private sealed class ClockPutBack(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - by;
    }
}
