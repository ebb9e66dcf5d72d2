using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using SmartCardCrm.Load.Store;
using SmartCardCrm.Server.Backup;
using SmartCardCrm.Server.Members;
using SmartCardCrm.Server.Programmes;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Backup;

public sealed class ServerBackupTests : IDisposable
{
    private static readonly byte[] Vault = RandomNumberGenerator.GetBytes(300);

    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("backup-");
    private readonly TestSecrets _secrets = new();
    private readonly FakeTimeProvider _clock = new();

    public ServerBackupTests()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllBytes(Path.Combine(Data, "vault"), Vault);
        File.WriteAllText(Path.Combine(Data, "server.json"), "{}");
    }

    private string Data => Path.Combine(_work.FullName, "data");

    private string Copy => Path.Combine(_work.FullName, "copy");

    private string New => Path.Combine(_work.FullName, "new");

    public void Dispose() => _work.Delete(recursive: true);

    [Fact]
    public void A_backup_of_a_book_at_work_becomes_a_data_folder_with_what_was_in_it()
    {
        using (var book = Opened(Data))
        {
            Add(book, "Ada");
            Make();
            Add(book, "Bea");
        }

        ServerBackup.Restore(Copy, New, TimeProvider.System);

        Assert.True(ServerBackup.IsUnfinished(New));
        ServerBackup.Finish(New);
        Assert.False(ServerBackup.IsUnfinished(New));
        Assert.Equal(Vault, File.ReadAllBytes(Path.Combine(New, "vault")));
        Assert.Equal("{}", File.ReadAllText(Path.Combine(New, "server.json")));
        using var restored = BookHome.Open(New);
        Assert.Equal(["Ada"], Names(restored));
    }

    [Fact]
    public void A_backup_of_PostgreSQL_goes_into_an_empty_database_and_no_other()
    {
        using var server = PostgresServer.Start(durable: true);
        Address(Data, server.CreateDatabase());
        using (var book = Opened(Data))
            Add(book, "Ada");
        Make();
        Refuses("book-engine", () => ServerBackup.Restore(Copy, New, TimeProvider.System));
        Directory.Delete(New, recursive: true);
        Directory.CreateDirectory(New);
        Address(New, server.CreateDatabase());

        ServerBackup.Restore(Copy, New, TimeProvider.System);

        using (var restored = BookHome.Open(New))
            Assert.Equal(["Ada"], Names(restored));
        File.Delete(Path.Combine(New, "vault"));
        Refuses("book-present", () => ServerBackup.Restore(Copy, New, TimeProvider.System));
    }

    [Fact]
    public void A_backup_of_SQLite_does_not_go_into_PostgreSQL()
    {
        Opened(Data).Dispose();
        Make();
        Directory.CreateDirectory(New);
        Address(New, "Host=/nowhere");

        Refuses("book-engine", () => ServerBackup.Restore(Copy, New, TimeProvider.System));
    }

    [Fact]
    public void What_a_restored_book_has_forgotten_is_not_numbered_again()
    {
        using (var book = Opened(Data))
        {
            Add(book, "Ada");
            Make();
        }

        ServerBackup.Restore(Copy, New, TimeProvider.System);

        using var restored = BookHome.Open(New);
        Assert.Equal(100_002, Add(restored, "Cleo"));
        Assert.Equal(100_003, Add(restored, "Dora"));
        Assert.Equal(10_001u, restored.Write(TerminalBook.NextNumber));
        Assert.Equal(102, Programmes(restored).Publish(ProgrammeBook.FirstRules, "test").Version);
    }

    [Fact]
    public void A_backup_that_is_not_whole_is_none()
    {
        Opened(Data).Dispose();
        Make();

        var book = Path.Combine(Copy, "book.db");
        var bytes = File.ReadAllBytes(book);
        bytes[^1] ^= 1;
        File.WriteAllBytes(book, bytes);
        Refuses("backup-damaged", () => ServerBackup.Restore(Copy, New, TimeProvider.System));
        File.Delete(book);
        Refuses("backup-damaged", () => ServerBackup.Restore(Copy, New, TimeProvider.System));
        File.Delete(Path.Combine(Copy, "backup.json"));
        Refuses("backup-absent", () => ServerBackup.Restore(Copy, New, TimeProvider.System));

        Assert.False(Directory.Exists(New));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"software":"","takenAt":"2026-01-01T00:00:00Z","book":"book.db","files":[null]}""")]
    [InlineData("""{"software":"","takenAt":"2026-01-01T00:00:00Z","book":"../data/book.db","files":[]}""")]
    public void A_manifest_of_anything_else_is_refused(string manifest)
    {
        Opened(Data).Dispose();
        Make();
        File.WriteAllText(Path.Combine(Copy, "backup.json"), manifest);

        Assert.Throws<BackupException>(() => ServerBackup.Restore(Copy, New, TimeProvider.System));
        Assert.False(Directory.Exists(New));
    }

    [Fact]
    public void Nothing_that_is_there_is_written_over()
    {
        Opened(Data).Dispose();
        Make();

        Refuses("backup-present", Make);
        Refuses("data-present", () => ServerBackup.Restore(Copy, Data, TimeProvider.System));
        File.Delete(Path.Combine(Data, "vault"));
        Refuses("book-present", () => ServerBackup.Restore(Copy, Data, TimeProvider.System));
    }

    [Fact]
    public void A_folder_without_a_book_has_nothing_to_back_up()
    {
        Refuses("book-absent", Make);

        Assert.False(Directory.Exists(Copy));
        Assert.False(Directory.Exists(Copy + ".partial"));
    }

    [Fact]
    public void A_backup_is_its_owners_alone()
    {
        Opened(Data).Dispose();
        Make();

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Copy));
        }
    }

    private BackupManifest Make() => ServerBackup.Make(Data, Copy, "test", _clock);

    private Database Opened(string folder)
    {
        var book = BookHome.Open(folder);
        Programmes(book).SeedFirst();
        return book;
    }

    private ProgrammeBook Programmes(Database book) => new(book, _secrets, _clock);

    private long Add(Database book, string name) =>
        new MemberBook(book, _secrets, _clock).Add(1, new NewMember(name, null, "en"), "test").Id;

    private static IReadOnlyList<string> Names(Database book) =>
        book.Read(db => db.List<string>("SELECT name FROM member ORDER BY id"));

    private static void Address(string folder, string address) => PrivateFile.Replace(
        Path.Combine(folder, BookHome.PostgresFile), System.Text.Encoding.UTF8.GetBytes(address));

    private static void Refuses(string code, Func<object> work)
    {
        var refusal = Record.Exception(() => work());
        Assert.Equal(code, (refusal as BackupException)?.Code ?? (refusal as BookException)?.Code);
    }
}
