using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Relay;

/// <summary>
/// Issues one card over the relay, on a thread of its own, however often the card is torn away: the plan is
/// in the book, and personalisation finds out from the card how far it came.
/// </summary>
internal sealed partial class IssueJob : IDisposable, IProgress<PersonalisationStep>
{
    private readonly IssueTools _tools;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancelled = new();
    private readonly CancellationTokenSource _timedOut;
    private readonly CancellationTokenSource _ends;
    private readonly Thread _thread;
    private IssueProgress _progress;
    private Uid? _begun;

    /// <param name="id">Its name.</param>
    /// <param name="request">The member and the terminal exist; checked by the caller.</param>
    /// <param name="most">How long all of it may take.</param>
    /// <param name="tools">What it works with.</param>
    public IssueJob(Guid id, IssueRequest request, TimeSpan most, IssueTools tools)
    {
        _tools = tools;
        _progress = new IssueProgress(id, request, IssueState.WaitingForCard);
        _timedOut = new CancellationTokenSource(most, tools.Clock);
        _ends = CancellationTokenSource.CreateLinkedTokenSource(_cancelled.Token, _timedOut.Token);
        _thread = new Thread(Run) { Name = "issue", IsBackground = true };
    }

    public IssueProgress Progress
    {
        get
        {
            lock (_lock)
                return _progress;
        }
    }

    public void Start() => _thread.Start();

    /// <summary>Gives up. A card that was begun can be taken up again by another job.</summary>
    public void Cancel() => _cancelled.Cancel();

    /// <inheritdoc/>
    public void Report(PersonalisationStep value) => Note(Code.Of(value));

    public void Dispose()
    {
        _cancelled.Cancel();
        if (_thread.IsAlive)
            _thread.Join();
        _ends.Dispose();
        _timedOut.Dispose();
        _cancelled.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!Attempt())
                Pause();
        }
        catch (OperationCanceledException)
        {
            var end = _cancelled.IsCancellationRequested ? IssueState.Cancelled : IssueState.TimedOut;
            Change(p => p with { State = end });
        }
        catch (IssueRefusedException refused)
        {
            Fail(refused.Code);
        }
        catch (CardException wrong)
        {
            LogCardWrong(_tools.Log, wrong, _begun?.Masked);
            Fail(CardFailure.CodeOf(wrong));
        }
        catch (Exception failure)
        {
            LogFailed(_tools.Log, failure, Progress.Id);
            Fail("internal");
        }
    }

    // True when the card is issued. Whatever another try cannot mend is thrown.
    private bool Attempt()
    {
        try
        {
            var request = _progress.Request;
            using var session = _tools.Relay.Open(request.Terminal, request.Reader, _ends.Token);
            if (_begun is { } begun && session.Channel.Uid != begun)
            {
                Note("another-card");
                return false;
            }

            Personalise(session.Channel);
            return true;
        }
        catch (RelayRefusedException refused) when (refused.Code != "reader-unknown")
        {
            Note(refused.Code);
            return false;
        }
        catch (RelayRefusedException refused)
        {
            throw new IssueRefusedException(refused.Code);
        }
        catch (CardLostException)
        {
            Note("card-lost");
            Change(p => p with { State = IssueState.Interrupted });
            return false;
        }
    }

    private void Personalise(RelayChannel channel)
    {
        if (!_tools.FactoryCards && !_tools.Issuer.IsFromBench(channel.Uid))
            throw new IssueRefusedException("factory-cards-off");

        // Before anything is planned: a chip that cannot hold points becomes nobody's card.
        ChipVersion.Read(channel).MustHoldValue();
        var planned = _tools.Issuer.Plan(
            channel.Uid, _progress.Request.Member, _progress.Request.By);
        _begun = channel.Uid;
        Change(p => p with
        {
            State = IssueState.Personalising,
            Uid = planned.Card.Uid,
            CardNumber = planned.Card.Number,
        });

        _tools.Issuer.Personalise(channel, planned, _progress.Request.Terminal, this);
        Change(p => p with { State = IssueState.Done });
    }

    private void Pause()
    {
        using var pause = new CancellationTokenSource(_tools.Retry, _tools.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, _ends.Token);
        either.Token.WaitHandle.WaitOne();
        _ends.Token.ThrowIfCancellationRequested();
    }

    private void Fail(string code) => Change(p => p with { State = IssueState.Failed, Failure = code });

    // The same thing twice in a row is said once: waiting for a card can take many rounds.
    private void Note(string code) =>
        Change(p => p.Steps is [.., var last] && last.Code == code
            ? p
            : p with { Steps = [.. p.Steps, new IssueStep(_tools.Clock.GetUtcNow(), code)] });

    private void Change(Func<IssueProgress, IssueProgress> change)
    {
        lock (_lock)
            _progress = change(_progress);
    }

    [LoggerMessage(LogLevel.Warning, "Issuing card {Uid} failed.")]
    private static partial void LogCardWrong(ILogger log, CardException wrong, string? uid);

    [LoggerMessage(LogLevel.Error, "Issue job {Job} failed.")]
    private static partial void LogFailed(ILogger log, Exception failure, Guid job);

    private static class Code
    {
        public static string Of(PersonalisationStep step) => step switch
        {
            PersonalisationStep.Application => "application",
            PersonalisationStep.Files => "files",
            PersonalisationStep.Identity => "identity",
            PersonalisationStep.Keys => "keys",
            PersonalisationStep.IssuerKey => "issuer-key",
            PersonalisationStep.TransactionMac => "transaction-mac",
            PersonalisationStep.Birth => "birth",
            PersonalisationStep.Born => "born",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}

/// <summary>What issuing works with.</summary>
internal sealed record IssueTools(RelayDesk Relay, CardIssuer Issuer)
{
    public required TimeProvider Clock { get; init; }

    public required TimeSpan Retry { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>As <see cref="RelayOptions.FactoryCards"/>.</summary>
    public required bool FactoryCards { get; init; }
}
