using SmartCardCrm.Load.Store;
using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Tests.Storage;

public sealed class BookHomeTests(PostgresCluster cluster) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("home-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_without_a_book_gets_one_and_keeps_it()
    {
        using (var made = BookHome.Open(_folder))
            made.Write(db => db.Run("INSERT INTO programme VALUES (7, 'Points', 'USD', 'UTC')"));

        using var again = BookHome.Open(_folder);

        Assert.Equal(7, again.Read(db => db.Value<long>("SELECT number FROM programme")));
    }

    [Fact]
    public void The_book_is_where_the_folder_says()
    {
        using var server = PostgresServer.Start(durable: true);
        Address(server.CreateDatabase());
        using (var made = BookHome.Open(_folder))
            made.Write(db => db.Run("INSERT INTO programme VALUES (7, 'Points', 'USD', 'UTC')"));

        using var again = BookHome.Open(_folder);

        Assert.Equal(7, again.Read(db => db.Value<long>("SELECT number FROM programme")));
        Assert.False(File.Exists(Path.Combine(_folder, BookHome.SqliteFile)));
    }

    [Fact]
    public void Of_two_books_none_is_opened()
    {
        BookHome.Open(_folder).Dispose();
        Address(cluster.CreateSchema());

        Refuses("book-twice");
    }

    [Fact]
    public void An_address_that_others_can_read_is_not_used()
    {
        Address(cluster.CreateSchema());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(
                Path.Combine(_folder, BookHome.PostgresFile),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }

        Refuses("book-address-open");
    }

    [Theory]
    [InlineData("my database", "book-address")]
    [InlineData("", "book-address")]
    [InlineData("Host=/nowhere;Username=nobody;Password=secret", "book-unusable")]
    public void An_address_that_leads_nowhere_is_told_without_its_password(string address, string code)
    {
        Address(address);

        Assert.DoesNotContain("secret", Refuses(code).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PostgreSQL_that_does_not_wait_for_the_disk_is_refused()
    {
        Address(cluster.CreateSchema());

        Refuses("book-not-durable");
    }

    [Fact]
    public void What_is_no_database_is_told()
    {
        File.WriteAllText(Path.Combine(_folder, BookHome.SqliteFile), new string('x', 8192));

        Refuses("book-unusable");
    }

    [Fact]
    public void The_book_of_a_newer_release_is_left_alone()
    {
        using (var made = BookHome.Open(_folder))
            made.Write(db => db.Run("INSERT INTO migration VALUES (9999, 'of-tomorrow')"));

        Refuses("book-newer");
    }

    private BookException Refuses(string code)
    {
        var refused = Assert.Throws<BookException>(() => BookHome.Open(_folder).Dispose());
        Assert.Equal(code, refused.Code);
        return refused;
    }

    private void Address(string address) => PrivateFile.Replace(
        Path.Combine(_folder, BookHome.PostgresFile), System.Text.Encoding.UTF8.GetBytes(address));
}
