using SmartCardCrm.Server.Storage;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Tests.Storage;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Sync;

/// <summary>From where a reader of the feed goes on, on both engines.</summary>
public abstract class FeedEpochContract : IDisposable
{
    private const long First = 0x0101010101010101;
    private const long Second = 0x0202020202020202;

    private readonly Database _book;
    private int _published;

    private protected FeedEpochContract(Engine engine)
    {
        _book = engine.OpenBook();
        Start(1);
    }

    public void Dispose()
    {
        _book.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(First, 3, 3)]
    [InlineData(First, 0, 0)]
    [InlineData(First, 4, 0)]
    [InlineData(First, ulong.MaxValue, 0)]
    [InlineData(Second, 3, 0)]
    [InlineData(0, 3, 0)]
    public void A_cursor_is_a_place_in_the_feed_it_was_read_from(long epoch, ulong cursor, ulong place)
    {
        Publish(3);

        Assert.Equal(place, PlaceOf(epoch, cursor));
    }

    [Fact]
    public void Who_read_before_a_restart_reads_on()
    {
        Publish(3);
        Start(2);
        Start(3);
        Publish(2);

        Assert.Equal(3ul, PlaceOf(First, 3));
        Assert.Equal(3ul, PlaceOf(Second, 3));
        Assert.Equal(0x0303030303030303, _book.Read(FeedEpoch.Current));
    }

    [Fact]
    public void Who_read_beyond_the_backup_that_was_restored_reads_all_of_it_though_the_feed_has_grown_again()
    {
        Publish(3);
        // The backup is of this moment; who read on until 5 read what is lost.
        Start(2);
        Publish(4);

        Assert.Equal(0ul, PlaceOf(First, 5));
        Assert.Equal(3ul, PlaceOf(First, 3));
        Assert.Equal(5ul, PlaceOf(Second, 5));
    }

    private ulong PlaceOf(long epoch, ulong cursor) => _book.Read(db => FeedEpoch.PlaceOf(db, epoch, cursor));

    private void Start(byte epoch) => FeedEpoch.Begin(_book, bytes => bytes.Fill(epoch));

    private void Publish(int items) => _book.Write(db =>
    {
        for (var item = 0; item < items; item++)
            Feed.Publish(db, $"item:{_published++}", new FeedItem(), Audience.Everybody);
    });
}

public sealed class FeedEpochOnSqlite(SqliteEngine engine)
    : FeedEpochContract(engine), IClassFixture<SqliteEngine>;

public sealed class FeedEpochOnPostgres(PostgresCluster cluster)
    : FeedEpochContract(new PostgresEngine(cluster));
