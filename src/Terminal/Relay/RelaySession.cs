using System.Collections.Concurrent;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Relay;

/// <summary>One card in the server's hands: waits for a card, then passes APDUs on until one side has
/// enough.</summary>
internal sealed class RelaySession
{
    private const int ApduLeast = 5;
    private const int ApduMost = 261;
    private const int AnswerMost = 258;

    private readonly RelayOpen _open;
    private readonly GuestBook _guests;
    private readonly Action<RelayAnswer> _answer;
    private readonly ReaderGuest _guest;
    private readonly Lock _gate = new();
    private readonly BlockingCollection<RelayCommand> _commands = [];
    private ITimer? _cardWait;
    private bool _over;

    public RelaySession(ulong id, RelayOpen open, GuestBook guests, Action<RelayAnswer> answer)
    {
        (Id, _open, _guests, _answer, Reader) = (id, open, guests, answer, open.Reader);
        _guest = new ReaderGuest(
            open.Reader.Length == 0 ? null : open.Reader, Drive,
            open.Card.Length == Uid.Length ? Uid.FromBytes(open.Card.Span) : null);
    }

    public ulong Id { get; }

    /// <summary>The reader asked for or used; empty while any will do.</summary>
    public string Reader { get; private set; }

    /// <summary>Called once, when the session has ended.</summary>
    public required Action<RelaySession> Over { get; init; }

    public static RelayAnswer Failed(ulong session, string code) =>
        new() { Session = session, Failed = new RelayFailed { Code = code } };

    /// <summary>Waits for a card from now on.</summary>
    public void Begin(TimeProvider clock)
    {
        _cardWait = clock.CreateTimer(
            _ => EndIfWaiting(RelayCode.NoCard), null, TimeSpan.FromMilliseconds(_open.CardWaitMs),
            Timeout.InfiniteTimeSpan);
        _guests.Announce(_guest);
    }

    /// <summary>A command of the server for this session.</summary>
    public void Post(RelayCommand command)
    {
        if (command.ContentCase == RelayCommand.ContentOneofCase.Close && EndIfWaiting(RelayCode.Closed))
            return;
        lock (_gate)
        {
            if (!_over)
                _commands.Add(command);
        }
    }

    /// <summary>Ends the session, once, and tells the server why.</summary>
    public void End(string code)
    {
        lock (_gate)
        {
            if (_over)
                return;
            _over = true;
            _commands.CompleteAdding();
        }

        _guests.Withdraw(_guest);
        _cardWait?.Dispose();
        Over(this);
        _answer(Failed(Id, code));
    }

    private bool EndIfWaiting(string code)
    {
        var waited = _guests.Withdraw(_guest);
        if (waited)
            End(code);
        return waited;
    }

    // On the reader's own thread. What is not committed when the card is released is dropped by the chip.
    private void Drive(string reader, ICardConnection card)
    {
        Reader = reader;
        var uid = new byte[Uid.Length];
        card.Uid.CopyTo(uid);
        Answer(
            new RelayAnswer { Opened = new RelayOpened { Reader = reader, Uid = ByteString.CopyFrom(uid) } });
        try
        {
            End(PassOn(card));
        }
        catch (CardLostException)
        {
            End(RelayCode.CardLost);
        }
    }

    private string PassOn(ICardConnection card)
    {
        while (_commands.TryTake(out var command, TimeSpan.FromMilliseconds(_open.IdleMs)))
        {
            if (command.ContentCase != RelayCommand.ContentOneofCase.Apdus)
                return RelayCode.Closed;
            if (command.Apdus.Apdus.Any(a => a.Length is < ApduLeast or > ApduMost))
                return RelayCode.Malformed;
            Answer(new RelayAnswer { Answers = Transmit(card, command.Apdus.Apdus) });
        }

        return _commands.IsAddingCompleted ? RelayCode.Closed : RelayCode.Idle;
    }

    private void Answer(RelayAnswer answer)
    {
        answer.Session = Id;
        _answer(answer);
    }

    private static RelayAnswers Transmit(ICardConnection card, IEnumerable<ByteString> apdus)
    {
        var answers = new RelayAnswers();
        Span<byte> buffer = stackalloc byte[AnswerMost];
        foreach (var apdu in apdus)
        {
            var got = buffer[..card.Transmit(apdu.Span, buffer)];
            answers.Answers.Add(ByteString.CopyFrom(got));
            if (got is not [.., 0x91, 0x00 or 0xAF])
                break;
        }

        return answers;
    }
}
