using SmartCardCrm.CardProtocol;
using SmartCardCrm.Terminal.Tests.Kit;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>What a sale leaves for the garbage collector on the thread of its tap loop: each collection stops
/// every reader.</summary>
public sealed class SaleAllocationTests
{
    private const int WarmUpSales = 30;
    private const int Sales = 21;

    // A little above what was measured, 28,368 in release and 28,400 in debug builds.
    private const long BytesMost = 29_000;

    [Fact]
    public void A_sale_leaves_little_to_collect()
    {
        var chain = new Chain();
        using var shop = new Shop(chain);
        var card = chain.Issue();
        var reader = new WeighedReader(shop.Reader);
        var loop = new TapLoop(reader, shop.Till);

        var sales = Enumerable.Range(0, WarmUpSales + Sales).Select(_ =>
        {
            var checkout = shop.Post(1234);
            shop.Reader.Put(card);
            var allocated = reader.WeighBeside(() => loop.Step());
            shop.Reader.Take();
            loop.Step();
            Assert.IsType<CheckoutState.Completed>(shop.StateOf(checkout));
            return allocated;
        }).Skip(WarmUpSales).Order().ToList();

        Assert.InRange(sales[Sales / 2], 1, BytesMost);
    }

    /// <summary>A reader that knows what its chip allocates, which is not the terminal's.</summary>
    private sealed class WeighedReader(SimulatedReader reader) : ICardReader
    {
        private long _chips;

        public string Name => reader.Name;

        private static long Allocated => GC.GetAllocatedBytesForCurrentThread();

        /// <summary>Bytes that the work allocates on this thread, the chip's apart.</summary>
        public long WeighBeside(Action work)
        {
            var (before, chips) = (Allocated, _chips);
            work();
            return Allocated - before - (_chips - chips);
        }

        public CardPresence Look() => reader.Look();

        public ICardConnection? TryConnect()
        {
            var before = Allocated;
            var connection = reader.TryConnect();
            _chips += Allocated - before;
            return connection is null ? null : new Connection(this, connection);
        }

        public void Wait(TimeSpan most) => reader.Wait(most);

        public void Wake() => reader.Wake();

        private sealed class Connection(WeighedReader reader, ICardConnection connection) : ICardConnection
        {
            public Uid Uid => connection.Uid;

            public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
            {
                var before = Allocated;
                var length = connection.Transmit(command, answer);
                reader._chips += Allocated - before;
                return length;
            }

            public void Dispose() => connection.Dispose();
        }
    }
}
