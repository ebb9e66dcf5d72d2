using System.Threading.Channels;
using SmartCardCrm.CardProtocol;
using SmartCardCrm.Server.Cards;
using SmartCardCrm.Server.Sync;
using SmartCardCrm.Server.Vault;

namespace SmartCardCrm.Server.Relay;

/// <summary>
/// Gives cards newer keys once their customers have been served, while they still lie on the reader. A card
/// that is taken away in the middle is gone on with when it is served again, wherever that is.
/// </summary>
internal sealed partial class RotationDesk : BackgroundService
{
    private const int AtOnce = 16;
    private const int WaitingMost = 64;

    private readonly RelayDesk _relay;
    private readonly RotationBook _book;
    private readonly KeyVault _vault;
    private readonly FillRandom _random;
    private readonly FeedBell _bell;
    private readonly ILogger<RotationDesk> _log;

    // Whoever waits too long has taken his card.
    private readonly Channel<ServedCard> _served = Channel.CreateBounded<ServedCard>(
        new BoundedChannelOptions(WaitingMost) { FullMode = BoundedChannelFullMode.DropOldest });

    public RotationDesk(
        RelayDesk relay, RotationBook book, KeyVault vault, FillRandom random, FeedBell bell,
        ILogger<RotationDesk> log)
    {
        (_relay, _book, _vault, _random, _bell, _log) = (relay, book, vault, random, bell, log);
        if (book.IsNeeded)
            relay.Served += card => _served.Writer.TryWrite(card);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Parallel.ForEachAsync(
        _served.Reader.ReadAllAsync(stoppingToken),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
        async (card, cancellation) => await Task.Factory.StartNew(
            () => RotateGuarded(card, cancellation), cancellation, TaskCreationOptions.LongRunning,
            TaskScheduler.Default));

    // The top of the loop: the card is tried again when it is served again.
    private void RotateGuarded(ServedCard card, CancellationToken cancellation)
    {
        try
        {
            if (_book.Due(card.Uid) is { } due)
                Rotate(card, due, cancellation);
        }
        catch (RelayRefusedException refused)
        {
            LogNotHad(card.Terminal, refused.Code);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(failure, card.Uid.Masked);
        }
    }

    private void Rotate(ServedCard card, CardRotation due, CancellationToken cancellation)
    {
        using var session = _relay.Open(card, cancellation);
        if (session.Channel.Uid != card.Uid)
            throw new RelayRefusedException("no-card");
        _book.Begin(due, card.Terminal);
        try
        {
            using var target = _vault.KeysOf(card.Uid, due.Target);
            using var earlier = _vault.EveryKeyOf(card.Uid, due.Card.KeyVersions);
            KeyRotation.Run(session.Channel, target, earlier.Sets, _random);
        }
        catch (CardLostException)
        {
            LogLeft(card.Uid.Masked);
            return;
        }
        catch (CardException wrong)
        {
            LogCardWrong(wrong, card.Uid.Masked, card.Terminal);
            _book.Fail(due, CardFailure.CodeOf(wrong));
            return;
        }

        _book.End(due);
        _bell.Ring();
        LogRotated(card.Uid.Masked, due.Target.Text);
    }

    [LoggerMessage(LogLevel.Information, "Card {Card} has the keys {Versions}.")]
    private partial void LogRotated(string card, string versions);

    [LoggerMessage(LogLevel.Debug, "Terminal {Terminal} lends no card for its new keys: {Code}")]
    private partial void LogNotHad(uint terminal, string code);

    [LoggerMessage(LogLevel.Information, "Card {Card} left before it had all its new keys.")]
    private partial void LogLeft(string card);

    [LoggerMessage(LogLevel.Warning, "Card {Card} at terminal {Terminal} did not take its new keys.")]
    private partial void LogCardWrong(CardException wrong, string card, uint terminal);

    [LoggerMessage(LogLevel.Error, "Card {Card} could not be given its new keys; it is tried again.")]
    private partial void LogFailed(Exception failure, string card);
}
