using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;
using SmartCardCrm.Terminal.Pcsc;

namespace SmartCardCrm.Terminal.Relay;

/// <summary>Why a relay session is over; stable, as terminal.proto lists them.</summary>
internal static class RelayCode
{
    public const string NoCard = "no-card";
    public const string ReaderBusy = "reader-busy";
    public const string ReaderUnknown = "reader-unknown";
    public const string CardLost = "card-lost";
    public const string Idle = "idle";
    public const string Closed = "closed";
    public const string Malformed = "command-malformed";
}

/// <summary>
/// The relay sessions of this terminal: what the server says goes to the session it is meant for. A session
/// waits in the guest book, and the reader's own thread drives it, so that a reader has one user at a time.
/// </summary>
/// <param name="guests">Where tap loops look for somebody to lend a card to.</param>
/// <param name="board">Knows this terminal's readers.</param>
/// <param name="clock">Ends sessions for which no card comes.</param>
internal sealed class RelayDesk(GuestBook guests, ReaderBoard board, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, RelaySession> _sessions = [];

    /// <summary>Does what the server says. Answers come now or later, from any thread.</summary>
    public void Handle(RelayCommand command, Action<RelayAnswer> answer)
    {
        if (command.ContentCase == RelayCommand.ContentOneofCase.Open)
        {
            if (TryAdd(command, answer, out var code) is { } added)
                added.Begin(clock);
            else
                answer(RelaySession.Failed(command.Session, code));
            return;
        }

        RelaySession? session;
        lock (_gate)
            session = _sessions.GetValueOrDefault(command.Session);
        if (session is null)
            answer(RelaySession.Failed(command.Session, RelayCode.Closed));
        else
            session.Post(command);
    }

    /// <summary>Ends every session: the server is gone.</summary>
    public void EndAll()
    {
        RelaySession[] sessions;
        lock (_gate)
            sessions = [.. _sessions.Values];
        foreach (var session in sessions)
            session.End(RelayCode.Closed);
    }

    private RelaySession? TryAdd(RelayCommand command, Action<RelayAnswer> answer, out string code)
    {
        code = RelayCode.Malformed;
        if (command.Open.Card.Length is not (0 or Uid.Length))
            return null;

        code = RelayCode.ReaderUnknown;
        var reader = command.Open.Reader;
        if (reader.Length > 0 && !board.Has(reader))
            return null;

        code = RelayCode.ReaderBusy;
        var session = new RelaySession(command.Session, command.Open, guests, answer) { Over = Forget };
        lock (_gate)
        {
            var busy = reader.Length > 0 && _sessions.Values.Any(s => s.Reader == reader);
            return !busy && _sessions.TryAdd(session.Id, session) ? session : null;
        }
    }

    private void Forget(RelaySession session)
    {
        lock (_gate)
            _sessions.Remove(session.Id);
    }
}
