using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Relay;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.Server.Tests.Chain;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.Console;

/// <summary>A connected terminal with one reader, on which a simulated card is put and torn away.</summary>
internal sealed class ReaderOnTheLine
    : IAsyncStreamReader<RelayAnswer>, IServerStreamWriter<RelayCommand>, IAsyncDisposable
{
    public const string Reader = "Reader A";

    private readonly Channel<RelayAnswer> _answers = Channel.CreateUnbounded<RelayAnswer>();
    private readonly CancellationTokenSource _gone = new();
    private readonly Line _line;
    private readonly Task _serving;
    private readonly Queue<ulong> _waiting = [];
    private readonly Lock _lock = new();
    private Chip? _card;
    private int _exchangesLeft;

    public ReaderOnTheLine(IServiceProvider server, uint terminal)
    {
        _line = server.GetRequiredService<OpenLines>().Open(terminal, "Relay");
        Tell(cardPresent: false);
        _serving = server.GetRequiredService<RelayDesk>().ServeAsync(this, this, _line, _gone.Token);
    }

    public RelayAnswer Current { get; private set; } = new();

    public WriteOptions? WriteOptions { get; set; }

    /// <summary>Puts a card on the reader.</summary>
    /// <param name="card">The card.</param>
    /// <param name="tornAfter">Exchanges after which it is torn away.</param>
    public void Put(Chip card, int tornAfter = int.MaxValue)
    {
        lock (_lock)
        {
            card.Return();
            (_card, _exchangesLeft) = (card, tornAfter);
            Tell(cardPresent: true);
            while (_waiting.TryDequeue(out var session))
                Opened(session);
        }
    }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        Current = await _answers.Reader.ReadAsync(cancellationToken);
        return true;
    }

    public Task WriteAsync(RelayCommand message)
    {
        lock (_lock)
        {
            if (message.Open is not null && _card is null)
                _waiting.Enqueue(message.Session);
            else if (message.Open is not null)
                Opened(message.Session);
            else if (message.Apdus is { } apdus)
                Transmit(message.Session, apdus.Apdus[0].Span);
        }

        return Task.CompletedTask;
    }

    public Task WriteAsync(RelayCommand message, CancellationToken cancellationToken) => WriteAsync(message);

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _line.Dispose();
        _gone.Dispose();
    }

    private void Transmit(ulong session, ReadOnlySpan<byte> command)
    {
        if (_card is null || _exchangesLeft-- == 0)
        {
            _card = null;
            Say(new RelayAnswer { Session = session, Failed = new RelayFailed { Code = "card-lost" } });
            return;
        }

        Span<byte> answer = stackalloc byte[258];
        var length = _card.Transmit(command, answer);
        Say(new RelayAnswer
        {
            Session = session,
            Answers = new RelayAnswers { Answers = { ByteString.CopyFrom(answer[..length]) } },
        });
    }

    private void Opened(ulong session)
    {
        Span<byte> uid = stackalloc byte[Uid.Length];
        _card!.Uid.CopyTo(uid);
        Say(new RelayAnswer
        {
            Session = session,
            Opened = new RelayOpened { Reader = Reader, Uid = ByteString.CopyFrom(uid) },
        });
    }

    private void Tell(bool cardPresent) =>
        Say(new RelayAnswer
        {
            Readers = new RelayReaders
            {
                Readers = { new ReaderState { Name = Reader, Available = true, CardPresent = cardPresent } },
            },
        });

    private void Say(RelayAnswer answer) => _answers.Writer.TryWrite(answer);
}
