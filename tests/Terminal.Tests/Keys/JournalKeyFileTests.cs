using System.Runtime.Versioning;
using System.Security.Cryptography;
using SmartCardCrm.Terminal.Doctor;
using SmartCardCrm.Terminal.Keys;

namespace SmartCardCrm.Terminal.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class JournalKeyFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("journal-key-");
    private readonly DataFolder _data;

    public JournalKeyFileTests() => _data = new DataFolder(Path.Combine(_folder.FullName, "data"));

    private string Elsewhere => Path.Combine(_folder.FullName, "elsewhere.key");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_key_is_made_once_and_is_its_owners_alone()
    {
        using var first = Load();
        using var second = Load();

        Assert.Equal(first.Check, second.Check);
        Assert.Equal(32, File.ReadAllBytes(_data.JournalKey).Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_data.JournalKey));
    }

    [Fact]
    public void A_key_that_is_kept_elsewhere_is_never_made()
    {
        Assert.Equal("journal-key-absent", Refusal(Elsewhere));
        Assert.False(File.Exists(Elsewhere) || File.Exists(_data.JournalKey));

        File.WriteAllBytes(Elsewhere, RandomNumberGenerator.GetBytes(32));
        using var seal = JournalKeyFile.LoadOrMake(_data, Elsewhere, RandomNumberGenerator.Fill);
        Assert.False(File.Exists(_data.JournalKey));
    }

    [Fact]
    public void No_key_is_made_where_a_journal_is_sealed_under_one()
    {
        MakeJournal();
        File.Delete(_data.JournalKey);

        Assert.Equal("journal-key-absent", Refusal(elsewhere: null));
        Assert.False(File.Exists(_data.JournalKey));
    }

    [Fact]
    public void What_is_no_key_is_told()
    {
        File.WriteAllBytes(Elsewhere, new byte[31]);

        Assert.Equal("journal-key-wrong", Refusal(Elsewhere));
    }

    [Fact]
    public void Doctor_tells_a_key_that_is_absent_or_another_or_open()
    {
        Assert.Null(Doctor(null));
        MakeJournal();
        Assert.Null(Doctor(null));
        File.SetUnixFileMode(_data.JournalKey, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal("journal-key-open", Doctor(null));
        File.WriteAllBytes(Elsewhere, RandomNumberGenerator.GetBytes(32));
        Assert.Equal("journal-key-wrong", Doctor(Elsewhere));
        File.Delete(_data.JournalKey);
        Assert.Equal("journal-key-absent", Doctor(null));
        Assert.False(File.Exists(_data.JournalKey));
    }

    private string? Doctor(string? elsewhere)
    {
        var finding = JournalKeyCheck.Look(_data, elsewhere, out var seal);
        seal?.Dispose();
        return finding?.Code;
    }

    private void MakeJournal()
    {
        using var seal = Load();
        TerminalDatabase.Open(new JournalFile(_data.Journal, seal), TimeProvider.System).Dispose();
    }

    private JournalSeal Load() =>
        JournalKeyFile.LoadOrMake(_data, elsewhere: null, RandomNumberGenerator.Fill);

    private string Refusal(string? elsewhere) => Assert.Throws<JournalKeyException>(
        () => JournalKeyFile.LoadOrMake(_data, elsewhere, RandomNumberGenerator.Fill)).Code;
}
