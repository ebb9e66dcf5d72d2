using System.Security.Cryptography;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Vault;

public sealed class SealedFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vault-test-");

    private static ReadOnlySpan<byte> Passphrase => "a passphrase for tests"u8;

    private string VaultPath => Path.Combine(_folder.FullName, "vault");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_vault_opens_again_with_the_same_keys_and_the_same_authority()
    {
        var uid = Uid.FromBytes([4, 1, 2, 3, 4, 5, 6]);
        using var made = Open(Passphrase);
        using var opened = Open(Passphrase);

        using var ours = made.ReaderIdKey(7);
        using var theirs = opened.ReaderIdKey(7);

        Assert.Equal(ours.Sign(uid, 7, 1, 2), theirs.Sign(uid, 7, 1, 2));
        Assert.Equal(made.AuthorityCertificate.ToArray(), opened.AuthorityCertificate.ToArray());
        Assert.Equal(made.Names, opened.Names);
        Assert.Equal(
            made.TerminalMasters.Select(master => Convert.ToHexString(master.Key)),
            opened.TerminalMasters.Select(master => Convert.ToHexString(master.Key)));
    }

    [Fact]
    public void Another_passphrase_does_not_open_it()
    {
        Open(Passphrase).Dispose();

        Assert.Throws<VaultException>(() => Open("a passphrase for thieves"u8).Dispose());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(28)]
    [InlineData(40)]
    [InlineData(56)]
    public void A_changed_byte_anywhere_keeps_it_shut(int at)
    {
        Open(Passphrase).Dispose();
        var file = File.ReadAllBytes(VaultPath);
        file[at] ^= 1;
        File.WriteAllBytes(VaultPath, file);

        Assert.Throws<VaultException>(() => Open(Passphrase).Dispose());
    }

    [Fact]
    public void Only_the_servers_own_user_can_read_it()
    {
        Open(Passphrase).Dispose();

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(VaultPath));
    }

    private KeyVault Open(ReadOnlySpan<byte> passphrase) =>
        KeyVault.OpenOrCreate(
            VaultPath, passphrase, RandomNumberGenerator.Fill,
            new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
}
