using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCardCrm.Terminal.Pcsc;

namespace SmartCardCrm.Terminal.Tests.Pcsc;

/// <summary>The loopback reader with the simulator's own vpcd client at the other end.</summary>
public sealed class VpcdReaderTests : CardReaderContract, IDisposable
{
    private readonly VpcdReader _reader = new(port: 0, TimeSpan.FromSeconds(20), NullLogger.Instance);
    private readonly RackProcess _rack;

    public VpcdReaderTests()
    {
        _rack = RackProcess.On(_reader.Port, slots: 1);
        _rack.Do($"card {Card}");
    }

    private protected override ICardReader Reader => _reader;

    [Fact]
    public void A_card_torn_away_within_an_exchange_is_lost()
    {
        Put();
        _rack.Do("fault 0 tear-before@2");

        using (var connection = Connect())
        {
            Send(connection, "906A000000");
            Assert.Throws<CardProtocol.CardLostException>(() => Send(connection, "906A000000"));
        }

        Until(() => Reader.Look() is CardPresence.Absent);
    }

    [Fact]
    public void A_port_that_is_taken_is_refused() =>
        Assert.Throws<SocketException>(
            () => new VpcdReader(_reader.Port, TimeSpan.FromSeconds(1), NullLogger.Instance));

    public void Dispose()
    {
        _rack.Dispose();
        _reader.Dispose();
    }

    private protected override void Insert() => _rack.Do($"insert 0 {Card}");

    private protected override void Remove() => _rack.Do("remove 0");
}
