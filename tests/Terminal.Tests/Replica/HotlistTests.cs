using CsCheck;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Loyalty.Offline;
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

    [Fact]
    public void Signed_changes_make_one_version_of_another_and_survive_a_restart()
    {
        var path = Path.Combine(_folder.FullName, "signed.db");
        using (var opened = Open(path))
        {
            opened.Replica.Apply(Batch(Delta(0, 1, added: [1, 2]), Delta(1, 5, added: [3], removed: [2])));
            opened.Hotlist.Merge();
            Assert.Equal(5ul, opened.Hotlist.Version);
        }

        using var again = Open(path);
        again.Replica.Apply(Batch(Delta(0, 1, added: [1, 2]), Delta(1, 5, added: [3], removed: [2])));
        again.Replica.Apply(Batch(Delta(5, 6, removed: [1])));

        Assert.Equal((6ul, false), (again.Hotlist.Version, again.Replica.WantsFeedAgain));
        Assert.Equal([3], Enumerable.Range(0, 9).Where(again.Lists));
    }

    [Fact]
    public void Where_a_change_is_missing_the_list_is_wanted_from_its_start()
    {
        using var opened = Open(Path.Combine(_folder.FullName, "missing.db"));
        opened.Replica.Apply(Batch(Delta(0, 1, added: [1])));

        opened.Replica.Apply(Batch(Delta(2, 3, added: [3])));

        Assert.Equal((true, 0ul, 0ul), (
            opened.Replica.WantsFeedAgain, opened.Replica.Cursor, opened.Hotlist.Version));
        Assert.Equal(DateTimeOffset.UnixEpoch, opened.Replica.AsOf);
        var start = Batch(Delta(0, 1, added: [1]), Delta(1, 2, added: [2]), Delta(2, 3, added: [3]));
        start.FromStart = true;
        opened.Replica.Apply(start);
        Assert.Equal((false, 3ul), (opened.Replica.WantsFeedAgain, opened.Hotlist.Version));
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 9).Where(opened.Lists));
    }

    [Fact]
    public void Once_a_list_was_signed_nobody_is_listed_or_let_in_again_by_an_unsigned_word()
    {
        var path = Path.Combine(_folder.FullName, "unsigned.db");
        using (var opened = Open(path))
        {
            opened.Replica.Apply(Batch(Item(1, true), Item(2, true)));
            Assert.Equal([1, 2], Enumerable.Range(0, 9).Where(opened.Lists));
            opened.Replica.Apply(Batch(Delta(0, 1, added: [1]), Item(1, false), Item(3, true)));
            Assert.Equal([1], Enumerable.Range(0, 9).Where(opened.Lists));
        }

        using var again = Open(path);
        var start = Batch(Item(4, true), Delta(0, 1, added: [1]));
        start.FromStart = true;
        again.Replica.Apply(start);

        Assert.Equal([1], Enumerable.Range(0, 9).Where(again.Lists));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_change_that_headquarters_did_not_sign_stores_nothing_of_its_batch(bool altered)
    {
        using var opened = Open(Path.Combine(_folder.FullName, "forged.db"));
        var forged = Delta(0, 1, added: [1]);
        if (altered)
            forged.HotlistDelta.Document = ByteString.CopyFrom(new HotlistDelta(0, 1, [], []).ToDocument());
        else
            forged.HotlistDelta.Signature = ByteString.Empty;

        Assert.Throws<FormatException>(() => opened.Replica.Apply(Batch(Item(2, true), forged)));

        Assert.Equal((0ul, 0ul, false), (opened.Hotlist.Version, opened.Replica.Cursor, opened.Lists(2)));
    }

    [Theory]
    [InlineData("""{"from":1,"to":1,"added":[],"removed":[]}""")]
    [InlineData("""{"from":-1,"to":1,"added":[],"removed":[]}""")]
    [InlineData("""{"from":0,"to":1,"added":["04aa0000000001"],"removed":[]}""")]
    [InlineData("""{"from":0,"to":1,"added":[],"removed":["04AA"]}""")]
    [InlineData("""{"from":0,"to":1,"added":[]}""")]
    [InlineData("""{"version":1}""")]
    public void What_is_no_change_of_a_list_is_refused(string document) =>
        Assert.Throws<FormatException>(
            () => HotlistDelta.FromDocument(System.Text.Encoding.UTF8.GetBytes(document)));

    private static FeedItem Delta(long from, long to, int[]? added = null, int[]? removed = null)
    {
        var document = new HotlistDelta(from, to, [.. Uids(added)], [.. Uids(removed)]).ToDocument();
        return new FeedItem
        {
            HotlistDelta = new HotlistDeltaItem
            {
                Document = ByteString.CopyFrom(document),
                Signature = Chain.Sign(document),
            },
        };

        IEnumerable<string> Uids(int[]? cards) => (cards ?? []).Select(card => CardOf(card).ToString());
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
