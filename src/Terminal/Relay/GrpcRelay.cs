using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Pcsc;
using SmartCardCrm.Terminal.Sync;

namespace SmartCardCrm.Terminal.Relay;

/// <summary>Keeps the relay's stream open, so that the server sees the readers and may ask for a
/// card.</summary>
internal sealed partial class GrpcRelay : BackgroundService
{
    private readonly TerminalSync.TerminalSyncClient _server;
    private readonly RelayDesk _desk;
    private readonly ReaderBoard _board;
    private readonly SyncLine _line;
    private readonly TimeProvider _clock;
    private readonly BackOff _backOff;
    private readonly ILogger<GrpcRelay> _log;
    private volatile ChannelWriter<RelayAnswer>? _answers;

    public GrpcRelay(
        TerminalSync.TerminalSyncClient server, RelayRooms rooms, TimeProvider clock, FillRandom random,
        ILogger<GrpcRelay> log)
    {
        (_server, _desk, _board, _line) = (server, rooms.Desk, rooms.Board, rooms.Line);
        (_clock, _backOff, _log) = (clock, new BackOff(random), log);
        _board.Changed += () => _answers?.TryWrite(Readers());
        rooms.Till.Guests.Offered += (reader, served) => _answers?.TryWrite(Served(reader, served));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_line.Halted is null)
        {
            try
            {
                await Converse(stoppingToken);
                LogEnded("server-closed");
            }
            catch (RpcException failed)
            {
                LogEnded(ServerLink.CodeOf(failed));
            }

            await Task.Delay(_backOff.Next(), _clock, stoppingToken);
        }
    }

    private async Task Converse(CancellationToken stop)
    {
        var answers = Channel.CreateUnbounded<RelayAnswer>(
            new UnboundedChannelOptions { SingleReader = true });
        using var call = _server.Relay(cancellationToken: stop);
        _answers = answers.Writer;
        answers.Writer.TryWrite(Readers());
        var sending = Send(answers.Reader, call.RequestStream, stop);
        try
        {
            await foreach (var command in call.ResponseStream.ReadAllAsync(stop))
            {
                _backOff.Reset();
                _desk.Handle(command, answer => answers.Writer.TryWrite(answer));
            }
        }
        finally
        {
            _answers = null;
            answers.Writer.Complete();
            _desk.EndAll();
        }

        await sending;
    }

    // A broken stream shows at its reading end too, which tells why.
    private static async Task Send(
        ChannelReader<RelayAnswer> answers, IClientStreamWriter<RelayAnswer> server, CancellationToken stop)
    {
        await foreach (var answer in answers.ReadAllAsync(stop))
            await ServerLink.WriteAsync(server, answer, stop);
    }

    private RelayAnswer Readers() => new()
    {
        Readers = new RelayReaders
        {
            Readers =
            {
                _board.Sights.Select(s => new ReaderState
                {
                    Name = s.Name, Available = s.Available, CardPresent = s.CardPresent,
                }),
            },
        },
    };

    private static RelayAnswer Served(string reader, Uid served)
    {
        var uid = new byte[Uid.Length];
        served.CopyTo(uid);
        return new RelayAnswer
        {
            Served = new RelayServed { Reader = reader, Uid = ByteString.CopyFrom(uid) },
        };
    }

    [LoggerMessage(LogLevel.Debug, "relay-ended code={Code}", EventName = "relay-ended")]
    private partial void LogEnded(string code);
}

/// <summary>What the relay reads and changes on this terminal.</summary>
internal sealed record RelayRooms(RelayDesk Desk, ReaderBoard Board, SyncLine Line, Till Till);
