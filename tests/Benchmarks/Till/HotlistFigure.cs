using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal;
using SmartCardCrm.Terminal.Keys;
using static SmartCardCrm.Benchmarks.Figures;

namespace SmartCardCrm.Benchmarks.Till;

/// <summary>
/// Looking cards up in a hotlist of a million beside one of a thousand, in turn; one card of two is listed.
/// At a till minutes pass between two look-ups: the figure is taken with the processor's caches swept before
/// each. The warm one repeats them without a pause, which keeps a short list whole in the nearest cache.
/// </summary>
internal static class HotlistFigure
{
    private const int Thousand = 1_000;
    private const int Million = 1_000_000;
    private const int WarmLookUps = 100_000;
    private const int WarmUpRounds = 50;
    private const int Rounds = 400;

    // Coprime to both sizes: neighbouring look-ups have nothing in common.
    private const int Stride = 7_919;

    public static void Print(string work)
    {
        using var headquarters = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var small = new List(Path.Combine(work, "small.db"), Thousand, headquarters);
        using var large = new List(Path.Combine(work, "large.db"), Million, headquarters);
        var times = new List<(TimeSpan Small, TimeSpan Large)>();
        for (var round = 0; round < WarmUpRounds + Rounds; round++)
        {
            var from = round;
            Caches.Sweep();
            var few = Time(() => small.LookUp(from, 1));
            Caches.Sweep();
            times.Add((few, Time(() => large.LookUp(from, 1))));
        }

        times.RemoveRange(0, WarmUpRounds);
        Compare(
            "hotlist look-up ratio", Median(times.Select(t => t.Large)), Median(times.Select(t => t.Small)),
            aim: 1.2);
        Compare(
            "hotlist warm look-up ratio",
            Time(() => large.LookUp(0, WarmLookUps)) / WarmLookUps,
            Time(() => small.LookUp(0, WarmLookUps)) / WarmLookUps);
        Say("hotlist million MB", large.Bytes / 1e6);
        Say("hotlist merge ms", Time(large.Merge).TotalMilliseconds);
    }

    private sealed class List : IDisposable
    {
        private readonly string _path;
        private readonly int _count;
        private readonly TerminalDatabase _database;
        private readonly Replica _replica;

        public List(string path, int count, ECDsa headquarters)
        {
            (_path, _count) = (path, count);
            _database = TerminalDatabase.Open(BenchChain.FileAt(path), TimeProvider.System);
            _replica = new Replica(_database, terminal: 1, new TrustedAuthorities(headquarters));
            foreach (var some in Enumerable.Range(0, count).Chunk(4096))
                _replica.Apply(new FeedBatch { Items = { some.Select(Listed) } });
            Merge();
            _database.Checkpoint();
        }

        public long Bytes => new FileInfo(_path).Length;

        public void Merge() => _replica.Hotlist.Merge();

        public void LookUp(int from, int times)
        {
            for (var i = from; i < from + times; i++)
            {
                var card = (int)((long)i * Stride % (2 * _count));
                if (_replica.IsListed(CardOf(card)) != (card < _count))
                    throw new InvalidOperationException($"Card {card} is not where it should be.");
            }
        }

        public void Dispose() => _database.Dispose();

        private static FeedItem Listed(int card)
        {
            var bytes = new byte[Uid.Length];
            CardOf(card).CopyTo(bytes);
            return new FeedItem
            {
                Position = (ulong)card + 1,
                Hotlist = new HotlistItem { Uid = ByteString.CopyFrom(bytes), Listed = true },
            };
        }

        private static Uid CardOf(int card)
        {
            Span<byte> wide = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(wide, 0x04_20_00_00_00_00_00 + (long)card);
            return Uid.FromBytes(wide[1..]);
        }
    }
}
