using SmartCardCrm.Server.Sync;

namespace SmartCardCrm.Server.Cards;

/// <summary>Carries over the points of lost cards once they have waited long enough.</summary>
internal sealed partial class RetirementRun(
    RetirementBook retirements, FeedBell bell, TimeProvider clock, ILogger<RetirementRun> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            RunGuarded();
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    // The top of the loop: it is tried again.
    private void RunGuarded()
    {
        try
        {
            if (retirements.RunDue() > 0)
                bell.Ring();
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    [LoggerMessage(
        LogLevel.Error, "A lost card's points could not be carried over; it is tried again in a minute.")]
    private partial void LogFailed(Exception failure);
}
