using CsCheck;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>The hotlist as a terminal keeps it: exact, small, and never behind its cursor.</summary>
public sealed class HotlistTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hotlist-");
    private ulong _position;
    private int _files;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void It_lists_what_headquarters_said_last_whatever_came_between() =>
        Gen.Select(Gen.Int[0, 60], Gen.Bool, Gen.Int[0, 30]).Array[1, 80].Sample(
            steps =>
            {
                var path = Path.Combine(_folder.FullName, $"{_files++}.db");
                var opened = Open(path);
                var expected = new HashSet<int>();
                foreach (var (card, listed, next) in steps)
                {
                    var item = Item(card, listed);
                    opened.Replica.Apply(Batch(item));
                    opened.Replica.Apply(Batch(item));
                    _ = listed ? expected.Add(card) : expected.Remove(card);
                    if (next < 5)
                        opened.Hotlist.Merge();
                    if (next is > 2 and < 8)
                    {
                        opened.Dispose();
                        opened = Open(path);
                    }

                    if (next == 9)
                    {
                        opened.Replica.Apply(new FeedBatch { FromStart = true });
                        expected.Clear();
                    }
                }

                using (opened)
                    Assert.Equal(expected.Order(), Enumerable.Range(0, 61).Where(opened.Lists));
            },
            iter: 40, threads: 1);

    [Fact]
    public void A_million_cards_take_eight_megabytes_and_a_look_up_one_page()
    {
        const int Million = 1_000_000;
        var path = Path.Combine(_folder.FullName, "million.db");
        using var opened = Open(path);

        foreach (var some in Enumerable.Range(0, Million).Chunk(8192))
            opened.Replica.Apply(Batch([.. some.Select(card => Item(card, true))]));
        opened.Database.Checkpoint();

        Assert.InRange(new FileInfo(path).Length, 7 * Million / 2, 8 * Million);
        // Only these are held in memory besides.
        Assert.InRange(
            opened.Database.Read(c => c.Number("SELECT COUNT(*) FROM hotlist_change")), 0, 32_768);
        Assert.All(
            Enumerable.Range(0, 2000).Select(i => i * 499), card => Assert.True(opened.Lists(card)));
        Assert.All(Enumerable.Range(Million, 2000), card => Assert.False(opened.Lists(card)));
        // One row is all that a look-up reads, as long as any of a list of a thousand.
        Assert.InRange(
            opened.Database.Read(c => c.Number("SELECT MAX(LENGTH(page)) FROM hotlist_page")),
            1, HotlistPageTests.LengthMost);
    }

    // What a killed process or a power cut leaves is some beginning of the write-ahead log.
    [Fact]
    public void Wherever_the_log_breaks_off_the_list_is_that_of_its_cursor()
    {
        var path = Path.Combine(_folder.FullName, "whole.db");
        var known = new Dictionary<ulong, int[]> { [0] = [] };
        var listed = new HashSet<int>();
        using (var opened = Open(path))
        {
            opened.Database.Checkpoint();
            for (var step = 0; step < 40; step++)
            {
                var (card, isListed) = (step * 7 % 11, step % 3 != 0);
                opened.Replica.Apply(Batch(Item(card, isListed)));
                _ = isListed ? listed.Add(card) : listed.Remove(card);
                known[opened.Replica.Cursor] = [.. listed.Order()];
                if (step % 4 == 0)
                    opened.Hotlist.Merge();
            }

            var length = new FileInfo($"{path}-wal").Length;
            var seen = new HashSet<ulong>();
            for (var cut = 0L; cut <= length; cut += 1031)
            {
                Copy(path, $"cut{cut}", cut);
                using var broken = Open(Path.Combine(_folder.FullName, $"cut{cut}"));
                seen.Add(broken.Replica.Cursor);
                Assert.Equal(known[broken.Replica.Cursor], Enumerable.Range(0, 11).Where(broken.Lists));
            }

            Assert.InRange(seen.Count, 30, 41);
        }
    }

    [Theory]
    [InlineData("hotlist_page", "page")]
    [InlineData("hotlist_change", "change")]
    public void A_list_found_damaged_at_the_start_is_asked_for_again(string table, string column)
    {
        var path = Path.Combine(_folder.FullName, "damaged.db");
        using (var opened = Open(path))
        {
            opened.Replica.Apply(Batch([.. Enumerable.Range(0, 700).Select(card => Item(card, true))]));
            opened.Hotlist.Merge();
            opened.Replica.Apply(Batch(Item(900, true)));
            Spoil(opened, table, column);
        }

        using var again = Open(path);

        Assert.Equal((true, 0ul), (again.Replica.WantsFeedAgain, again.Replica.Cursor));
        Assert.Equal(DateTimeOffset.UnixEpoch, again.Replica.AsOf);
    }

    [Fact]
    public void Damage_that_a_look_up_meets_ends_what_rests_on_the_list_until_it_came_again()
    {
        var path = Path.Combine(_folder.FullName, "damaged.db");
        using var opened = Open(path);
        FeedItem[] all = [.. Enumerable.Range(0, 700).Select(card => Item(card, true))];
        opened.Replica.Apply(Batch(all));
        opened.Hotlist.Merge();
        Spoil(opened, "hotlist_page", "page");
        Assert.NotEqual(DateTimeOffset.UnixEpoch, opened.Replica.AsOf);

        foreach (var card in Enumerable.Range(0, 700))
            opened.Lists(card);
        var stale = Batch(Item(1, true));
        stale.AsOfUs = 9;
        opened.Replica.Apply(stale);

        Assert.Equal((true, 0ul), (opened.Replica.WantsFeedAgain, opened.Replica.Cursor));
        Assert.Equal(DateTimeOffset.UnixEpoch, opened.Replica.AsOf);
        var start = Batch(all);
        (start.FromStart, start.AsOfUs) = (true, 0);
        opened.Replica.Apply(start);
        Assert.Equal(DateTimeOffset.UnixEpoch, opened.Replica.AsOf);
        opened.Replica.Apply(new FeedBatch { AsOfUs = 10 });
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMicroseconds(10), opened.Replica.AsOf);
        Assert.All(Enumerable.Range(0, 700), card => Assert.True(opened.Lists(card)));
    }

    [Fact]
    public void A_listed_uid_of_another_length_stores_nothing_of_its_batch()
    {
        using var opened = Open(Path.Combine(_folder.FullName, "short.db"));
        var wrong = Item(2, true);
        wrong.Hotlist.Uid = ByteString.CopyFrom(1, 2, 3);

        Assert.Throws<FormatException>(() => opened.Replica.Apply(Batch(Item(1, true), wrong)));

        Assert.Equal((false, 0ul), (opened.Lists(1), opened.Replica.Cursor));
    }

    private static Opened Open(string path) =>
        new(TerminalDatabase.Open(Seals.At(path), TimeProvider.System));

    private static FeedItem Item(int card, bool listed)
    {
        var bytes = new byte[Uid.Length];
        CardOf(card).CopyTo(bytes);
        return new FeedItem
        {
            Hotlist = new HotlistItem { Uid = ByteString.CopyFrom(bytes), Listed = listed },
        };
    }

    private static Uid CardOf(int card) => HotlistPageTests.Card(0x04_20_00_00_00_00_00UL + (ulong)card);

    private static void Spoil(Opened opened, string table, string column)
    {
        var other = column == "page" ? "SUBSTR(page, 1, LENGTH(page) - 7)" : "change + 2";
        opened.Database.Durably(c => c.Run($"UPDATE {table} SET {column} = {other}"));
    }

    private FeedBatch Batch(params FeedItem[] items)
    {
        foreach (var item in items)
            item.Position = ++_position;
        return new FeedBatch { Items = { items }, AsOfUs = (long)_position };
    }

    private void Copy(string path, string name, long log)
    {
        var copy = Path.Combine(_folder.FullName, name);
        File.Copy(path, copy, overwrite: true);
        File.Delete($"{copy}-shm");
        using var from = new FileStream($"{path}-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var to = File.Create($"{copy}-wal");
        from.CopyTo(to);
        to.SetLength(Math.Min(log, to.Length));
    }

    private sealed class Opened(TerminalDatabase database) : IDisposable
    {
        public TerminalDatabase Database { get; } = database;

        public Replica Replica { get; } = new(database, terminal: 1, Chain.Trust.Headquarters);

        public Hotlist Hotlist => Replica.Hotlist;

        public bool Lists(int card) => Replica.IsListed(CardOf(card));

        public void Dispose() => Database.Dispose();
    }
}
