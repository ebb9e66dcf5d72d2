using Google.Protobuf;
using Grpc.Core;
using SmartCardCrm.Simulator.Faults;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Tests.InProcess;

/// <summary>
/// A terminal's end of the relay with one reader. A card that is asked for is put down by a hand that keeps
/// putting it down again, however often it is torn away; without a card, an open waits for one.
/// </summary>
internal sealed class RelayEnd : IAsyncDisposable
{
    public const string Reader = "Reader 0";

    private readonly AsyncDuplexStreamingCall<RelayAnswer, RelayCommand> _call;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _silence = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<ulong, SimulatedCard> _lent = [];
    private readonly Task _serving;

    private RelayEnd(AsyncDuplexStreamingCall<RelayAnswer, RelayCommand> call)
    {
        _call = call;
        _serving = ServeAsync();
    }

    /// <summary>The card in the hand over the reader.</summary>
    public SimulatedCard? Card { get; set; }

    /// <summary>The card that the hand puts down after the first one was torn away.</summary>
    public SimulatedCard? AfterTear { get; set; }

    /// <summary>Takes APDUs and answers nothing, as a terminal that hangs.</summary>
    public bool Silent { get; set; }

    /// <summary>What a terminal that lies answers for the card, which is not asked then; null to ask
    /// it.</summary>
    public Func<byte[], byte[]?> Forges { get; set; } = _ => null;

    /// <summary>A silent terminal has been asked something.</summary>
    public Task SilenceHeard => _silence.Task;

    /// <summary>The server has asked for a card for the first time.</summary>
    public Task Asked => _asked.Task;

    public static async Task<RelayEnd> ConnectAsync(TestTerminal terminal)
    {
        var end = new RelayEnd(terminal.Sync.Relay());
        await end.AnswerAsync(new RelayAnswer
        {
            Readers = new RelayReaders
            {
                Readers = { new ReaderState { Name = Reader, Available = true, CardPresent = false } },
            },
        });
        return end;
    }

    /// <summary>Tells that the customer of the card has been served, and that it still lies there.</summary>
    public Task OfferAsync(SimulatedCard card)
    {
        Card = card;
        return AnswerAsync(new RelayAnswer
        {
            Served = new RelayServed
            {
                Reader = Reader,
                Uid = ByteString.CopyFrom(Convert.FromHexString(card.Uid)),
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writing.Dispose();
    }

    private async Task ServeAsync()
    {
        await foreach (var command in _call.ResponseStream.ReadAllAsync())
        {
            if (Answer(command) is { } answer)
                await AnswerAsync(answer);
        }
    }

    private RelayAnswer? Answer(RelayCommand command)
    {
        switch (command.ContentCase)
        {
            case RelayCommand.ContentOneofCase.Open:
                _asked.TrySetResult();
                return Card is { } card ? Opened(command.Session, card) : null;
            case RelayCommand.ContentOneofCase.Apdus when Silent:
                _silence.TrySetResult();
                return null;
            case RelayCommand.ContentOneofCase.Apdus:
                return Passed(command.Session, command.Apdus.Apdus);
            default:
                return null;
        }
    }

    private RelayAnswer Opened(ulong session, SimulatedCard card)
    {
        card.Insert();
        _lent[session] = card;
        var uid = ByteString.CopyFrom(Convert.FromHexString(card.Uid));
        return new RelayAnswer { Session = session, Opened = new RelayOpened { Reader = Reader, Uid = uid } };
    }

    private RelayAnswer Passed(ulong session, IEnumerable<ByteString> apdus)
    {
        var answers = new RelayAnswers();
        foreach (var apdu in apdus)
        {
            // Another card on the reader is the end of the one that was lent.
            var card = Card == _lent[session] ? Card : null;
            if ((Forges(apdu.ToByteArray()) ?? card?.Transmit(apdu.Span)) is not { } answer)
            {
                (Card, AfterTear) = (AfterTear ?? Card, null);
                return new RelayAnswer { Session = session, Failed = new RelayFailed { Code = "card-lost" } };
            }

            answers.Answers.Add(ByteString.CopyFrom(answer));
            if (answer is not [.., 0x91, 0x00 or 0xAF])
                break;
        }

        return new RelayAnswer { Session = session, Answers = answers };
    }

    private async Task AnswerAsync(RelayAnswer answer)
    {
        await _writing.WaitAsync();
        try
        {
            await _call.RequestStream.WriteAsync(answer);
        }
        finally
        {
            _writing.Release();
        }
    }
}
