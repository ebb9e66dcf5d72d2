using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Programmes;

/// <summary>Publishes scheduled drafts at their time; those whose time came while the server was away, when
/// it is back.</summary>
internal sealed partial class RuleSchedule(
    RuleDrafts drafts, FeedBell bell, TimeProvider clock, ILogger<RuleSchedule> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TryAgain = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Asked for anew each time: a clock that jumps is due once, and not for each second that it skipped.
        while (true)
            await Task.Delay(TryPublish() ? LookEvery : TryAgain, clock, stoppingToken);
    }

    // The top of the loop: what fails now is due still.
    private bool TryPublish()
    {
        try
        {
            if (drafts.PublishDue() is > 0 and var published)
            {
                LogPublished(published);
                bell.Ring();
            }

            return true;
        }
        catch (Exception failure)
        {
            LogFailed(failure);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Drafts} scheduled rule sets were published.")]
    private partial void LogPublished(int drafts);

    [LoggerMessage(LogLevel.Error, "Scheduled rule sets could not be published.")]
    private partial void LogFailed(Exception failure);
}
