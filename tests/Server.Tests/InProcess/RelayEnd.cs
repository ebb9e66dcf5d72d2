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
                return Passed(command.Session, command.Apdus.Apdus[0]);
            default:
                return null;
        }
    }

    private static RelayAnswer Opened(ulong session, SimulatedCard card)
    {
        card.Insert();
        var uid = ByteString.CopyFrom(Convert.FromHexString(card.Uid));
        return new RelayAnswer { Session = session, Opened = new RelayOpened { Reader = Reader, Uid = uid } };
    }

    private RelayAnswer Passed(ulong session, ByteString apdu)
    {
        if (Card?.Transmit(apdu.Span) is { } answer)
        {
            var answers = new RelayAnswers { Answers = { ByteString.CopyFrom(answer) } };
            return new RelayAnswer { Session = session, Answers = answers };
        }

        (Card, AfterTear) = (AfterTear ?? Card, null);
        return new RelayAnswer { Session = session, Failed = new RelayFailed { Code = "card-lost" } };
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
