using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Audit;
using SmartCardCrm.Server.Cards;

namespace SmartCardCrm.Server.Relay;

/// <summary>
/// Works on the cards of a batch as they are laid on a reader, one after another and in any order, on a
/// thread of its own. What was begun with a card is in the book and on the card, so that it is gone on with
/// whenever it comes again.
/// </summary>
internal sealed partial class BenchJob : IDisposable
{
    private const int TurnsKept = 100;

    // So soon it is seen that a card was taken away: the same one may be laid down again.
    private static readonly TimeSpan CardWaitMost = TimeSpan.FromSeconds(1);

    private readonly BenchTools _tools;
    private readonly CardBatch _batch;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Thread _thread;
    private BenchProgress _progress;
    private long _heardAt;

    /// <param name="id">Its name.</param>
    /// <param name="request">The terminal exists; checked by the caller.</param>
    /// <param name="batch">The request's.</param>
    /// <param name="tools">What it works with.</param>
    public BenchJob(Guid id, BenchRequest request, CardBatch batch, BenchTools tools)
    {
        (Id, _tools, _batch) = (id, tools, batch);
        _progress = new BenchProgress(
            id, request, BenchState.Running, tools.Book.Count(batch, request.Task));
        _heardAt = tools.Clock.GetTimestamp();
        _thread = new Thread(Run) { Name = "bench", IsBackground = true };
    }

    public BenchProgress Progress
    {
        get
        {
            lock (_lock)
                return _progress;
        }
    }

    public Guid Id { get; }

    /// <summary>How it stands, for somebody who is at the counter: as long as he asks, it goes on.</summary>
    public BenchProgress Attend()
    {
        lock (_lock)
        {
            _heardAt = _tools.Clock.GetTimestamp();
            return _progress;
        }
    }

    public void Start() => _thread.Start();

    /// <summary>That is all for now. A card that has its turn is gone on with when it comes again.</summary>
    public void Stop()
    {
        _ended.Cancel();
        if (_thread.IsAlive)
            _thread.Join();
    }

    public void Dispose()
    {
        Stop();
        _ended.Dispose();
    }

    private void Run()
    {
        var state = BenchState.Ended;
        string? failure = null;
        try
        {
            while (!_ended.IsCancellationRequested && IsAttended)
            {
                if (Step() is { } count && count.Done == count.Total)
                {
                    state = BenchState.Done;
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            state = BenchState.Ended;
        }
        catch (RelayRefusedException refused)
        {
            (state, failure) = (BenchState.Failed, refused.Code);
        }
        catch (Exception wrong)
        {
            LogFailed(_tools.Log, wrong, _progress.Id);
            (state, failure) = (BenchState.Failed, "internal");
        }

        var request = _progress.Request;
        var missing = _tools.Book.Missing(_batch, request.Task);
        _tools.Book.Note(_batch, request.Task, request.By, AuditAction.BenchEnded);
        Change(p => p with
        {
            State = state,
            Failure = failure,
            OnReader = null,
            HasTurn = false,
            Waits = null,
            Missing = missing,
        });
    }

    private bool IsAttended
    {
        get
        {
            lock (_lock)
                return _tools.Clock.GetElapsedTime(_heardAt) < _tools.Patience;
        }
    }

    // The count where a card has been laid down; null where none was.
    private BenchCount? Step()
    {
        var request = _progress.Request;
        try
        {
            using var session = _tools.Relay.Open(
                request.Terminal, request.Reader, _ended.Token, CardWaitMost);
            var uid = session.Channel.Uid.ToString();
            if (_progress.OnReader != uid)
                Turn(uid, session.Channel);
        }
        catch (RelayRefusedException refused) when (refused.Code != "reader-unknown")
        {
            Change(p => p with { OnReader = null, Waits = refused.Code });
            Pause();
            return null;
        }

        Pause();
        return _progress.Count;
    }

    private void Turn(string uid, RelayChannel channel)
    {
        Change(p => p with { OnReader = uid, HasTurn = true, Waits = null });
        try
        {
            var (number, code) = _progress.Request.Task == BenchTask.Prepare
                ? Prepare(uid, channel)
                : Bind(uid, channel);
            Note(uid, number, code);
        }
        catch (CardLostException)
        {
            Note(uid, null, "card-lost", isThere: false);
        }
        catch (IssueRefusedException refused)
        {
            Note(uid, null, refused.Code);
        }
        catch (CardException wrong)
        {
            LogCardWrong(_tools.Log, wrong, channel.Uid.Masked);
            Note(uid, null, CardFailure.CodeOf(wrong));
        }
    }

    private (long? Number, string Code) Prepare(string uid, RelayChannel channel)
    {
        if (_tools.Book.InStock(uid) is { } stock)
            return (stock.Number, stock.Batch == _batch.Number ? "known" : "card-other-batch");
        ChipVersion.Read(channel).MustHoldValue();
        var (number, refusal) = _tools.Book.Plan(_batch, uid);
        if (refusal is not null)
            return (null, refusal);
        _tools.Issuer.Prepare(channel, channel.Uid, _batch, number);
        _tools.Book.Prepared(uid);
        return (number, "done");
    }

    private (long? Number, string Code) Bind(string uid, RelayChannel channel)
    {
        var request = _progress.Request;
        if (_tools.Book.InStock(uid) is not { } stock || stock.Batch != _batch.Number)
            return (null, "card-other-batch");
        var card = _tools.Book.CardOf(uid);
        if (card is { Status: not SyncContract.CardStatus.Personalising })
            return (stock.Number, "known");
        var member = card?.Member ?? _tools.NewMember(_batch.Programme, request.By);
        var plan = _tools.Issuer.Plan(channel.Uid, member, request.By);
        _tools.Issuer.Personalise(channel, plan, request.Terminal, progress: null);
        return (stock.Number, "done");
    }

    private void Note(string uid, long? number, string code, bool isThere = true)
    {
        // A card that is left lying there is seen again when the terminal was away: nobody has laid it.
        if (_progress.Turns is not [.., var before] || before.Uid != uid)
            Attend();
        var turn = new BenchTurn(_tools.Clock.GetUtcNow(), uid, number, code);
        var count = _tools.Book.Count(_batch, _progress.Request.Task);
        Change(p => p with
        {
            Count = count,
            Turns = [.. p.Turns.TakeLast(TurnsKept - 1), turn],
            TurnCount = p.TurnCount + 1,
            OnReader = isThere ? uid : null,
            HasTurn = false,
        });
    }

    private void Pause()
    {
        using var pause = new CancellationTokenSource(_tools.Retry, _tools.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, _ended.Token);
        either.Token.WaitHandle.WaitOne();
    }

    private void Change(Func<BenchProgress, BenchProgress> change)
    {
        lock (_lock)
            _progress = change(_progress);
    }

    [LoggerMessage(LogLevel.Warning, "Card {Uid} is left alone at the bench.")]
    private static partial void LogCardWrong(ILogger log, CardException wrong, string uid);

    [LoggerMessage(LogLevel.Error, "Bench job {Job} failed.")]
    private static partial void LogFailed(ILogger log, Exception failure, Guid job);
}

/// <summary>What a bench works with.</summary>
/// <param name="NewMember">Takes on somebody unknown: programme and who does it; gives the number.</param>
internal sealed record BenchTools(
    RelayDesk Relay, CardIssuer Issuer, BenchBook Book, Func<long, string, long> NewMember)
{
    public required TimeProvider Clock { get; init; }

    public required TimeSpan Retry { get; init; }

    /// <summary>After so long in which no card had its turn and nobody attended, it ends.</summary>
    public required TimeSpan Patience { get; init; }

    public required ILogger Log { get; init; }
}
