using Microsoft.Data.Sqlite;
using SmartCardCrm.Server.Storage.Sqlite;
using SQLite;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace SmartCardCrm.World.Tests;

public sealed class DiskTests : IDisposable
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
    private readonly DiskRoom _room = new(new Dice(1), Epoch);

    public void Dispose() => _room.Dispose();

    [Fact]
    public void What_sqlite_net_writes_another_library_reads()
    {
        var path = _room.NewDisk("till").PathOf("any.db");

        using (var writer = new SQLiteConnection(path))
            writer.Execute("CREATE TABLE word AS SELECT 'tap' AS spelling");

        using var reader = new SqliteConnection($"Data Source={path};Pooling=False");
        reader.Open();
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT spelling FROM word";
        Assert.Equal("tap", command.ExecuteScalar());
        Assert.Null(_room.Fault);
    }

    [Fact]
    public void The_server_stores_on_a_simulated_disk()
    {
        var disk = _room.NewDisk("server");
        using var database = SqliteDatabase.Open(disk.PathOf("server.db"));

        database.Write(db => db.Run("CREATE TABLE word (spelling TEXT)"));
        database.Write(db => db.Run("INSERT INTO word VALUES ('tap')"));

        Assert.Equal("tap", database.Read(db => db.Value<string>("SELECT spelling FROM word")));
        Assert.True(disk.LengthOf("server.db-wal") > 0);
        Assert.Null(_room.Fault);
    }
}
