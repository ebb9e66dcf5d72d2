using System.Collections.Concurrent;
using Google.Protobuf;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Relay;

/// <summary>There is no session: the terminal, or this end of the relay, says why.</summary>
/// <param name="code">
/// One of the wire's (no-card, reader-busy, reader-unknown, card-lost, idle, closed) or terminal-away.
/// </param>
internal sealed class RelayRefusedException(string code) : Exception($"The relay has no card: {code}.")
{
    public string Code => code;
}

/// <summary>
/// A card on a terminal's reader, driven from here. It blocks the thread that uses it, as a reader does;
/// nobody else has the reader until it is disposed of.
/// </summary>
internal sealed class RelayChannel : IDistantCard, IDisposable
{
    private const int AnswerLeast = 2;
    private const int AnswerMost = 258;

    private readonly BlockingCollection<RelayAnswer> _answers = [];
    private readonly RelayLink _link;
    private readonly ulong _session;
    private readonly RelayTimes _times;
    private readonly CancellationToken _cancellation;

    // Sent and not asked for yet.
    private readonly Queue<(ReadOnlyMemory<byte> Command, ReadOnlyMemory<byte> Answer)> _ahead = [];
    private bool _over;

    /// <summary>Made by <see cref="RelayDesk"/>, which knows the link.</summary>
    /// <param name="link">The terminal's stream.</param>
    /// <param name="session">Unique on this link.</param>
    /// <param name="times">Waits.</param>
    /// <param name="cancellation">Ends a wait, and with it the session.</param>
    public RelayChannel(RelayLink link, ulong session, RelayTimes times, CancellationToken cancellation)
    {
        _link = link;
        _session = session;
        _times = times;
        _cancellation = cancellation;
    }

    /// <summary>The card's; known once the session is open.</summary>
    public Uid Uid { get; private set; }

    /// <summary>Name of the reader it lies on; empty until the session is open.</summary>
    public string Reader { get; private set; } = "";

    /// <summary>Waits for a card on the reader.</summary>
    /// <param name="reader">Its name; empty for whichever gets a card.</param>
    /// <param name="card">The only one that will do, once it was served there; null for any.</param>
    /// <exception cref="RelayRefusedException">None came, or the reader is not to be had.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public void Open(string reader, Uid? card = null)
    {
        _link.Send(new RelayCommand
        {
            Session = _session,
            Open = new RelayOpen
            {
                Reader = reader,
                CardWaitMs = (uint)_times.CardWait.TotalMilliseconds,
                IdleMs = (uint)_times.Idle.TotalMilliseconds,
                Card = card is { } only ? BytesOf(only) : ByteString.Empty,
            },
        });

        // The terminal answers when its own wait is over; it gets the idle time on top to say so.
        var answer = Next(_times.CardWait + _times.Idle) ?? throw Over("no-card");
        if (answer is not { Opened: { Uid.Length: Uid.Length } opened })
            throw Over(answer.Failed?.Code ?? "closed");
        Uid = Uid.FromBytes(opened.Uid.Span);
        Reader = opened.Reader;
    }

    /// <inheritdoc/>
    public void SendAhead(IReadOnlyList<ReadOnlyMemory<byte>> commands)
    {
        if (_over)
            throw new CardLostException("The relay session is over.");

        _ahead.Clear();
        _link.Send(new RelayCommand
        {
            Session = _session,
            Apdus = new RelayApdus { Apdus = { commands.Select(c => ByteString.CopyFrom(c.Span)) } },
        });
        var next = Next(_times.Idle);
        if (next is not { Answers.Answers: { Count: > 0 } answers }
            || answers.Count > commands.Count || answers.Any(a => a.Length is < AnswerLeast or > AnswerMost))
        {
            _over = true;
            throw new CardLostException($"The relay lost the card: {next?.Failed?.Code ?? "no answer"}.");
        }

        foreach (var (command, answer) in commands.Zip(answers))
            _ahead.Enqueue((command, answer.Memory));
    }

    /// <inheritdoc/>
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        if (!_ahead.TryPeek(out var next) || !next.Command.Span.SequenceEqual(command))
            SendAhead([command.ToArray()]);
        var bytes = _ahead.Dequeue().Answer;
        bytes.Span.CopyTo(answer);
        return bytes.Length;
    }

    /// <summary>Takes what the terminal says to this session. Called by the link.</summary>
    public void Take(RelayAnswer answer) => _answers.Add(answer);

    /// <summary>The stream is gone, and so is the card. Called by the link.</summary>
    public void LinkLost() =>
        _answers.Add(new RelayAnswer
        {
            Session = _session,
            Failed = new RelayFailed { Code = "terminal-away" },
        });

    /// <summary>Gives the reader back.</summary>
    public void Dispose() => _link.Close(_session);

    private static ByteString BytesOf(Uid uid)
    {
        var bytes = new byte[Uid.Length];
        uid.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private RelayRefusedException Over(string code)
    {
        _over = true;
        return new RelayRefusedException(code);
    }

    // Null where the time ran out.
    private RelayAnswer? Next(TimeSpan most)
    {
        using var time = new CancellationTokenSource(most, _times.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, _cancellation);
        try
        {
            return _answers.Take(either.Token);
        }
        catch (OperationCanceledException) when (!_cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}

/// <summary>The waits of a relay session, and the clock they run on.</summary>
internal sealed record RelayTimes(TimeSpan CardWait, TimeSpan Idle, TimeProvider Clock);
