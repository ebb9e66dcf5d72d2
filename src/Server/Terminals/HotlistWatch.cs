using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Terminals;

/// <summary>Writes down which version of the hotlist terminals say that they have: for a report, and so
/// beside the streams, not in them.</summary>
internal sealed partial class HotlistWatch(
    Database database, TerminalWatch watch, TimeProvider clock, ILogger<HotlistWatch> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Writes what is new.</summary>
    public void Run()
    {
        var told = watch.All.Where(one => one.Value.HotlistSinceUs > 0).ToList();
        if (told.Count == 0)
            return;
        var written = database.Read(Newest);
        var news = told
            .Where(one => written.GetValueOrDefault(one.Key, -1) != (long)one.Value.HotlistVersion).ToList();
        if (news.Count > 0)
            database.Write(db => news.ForEach(one => Insert(db, one.Key, one.Value)));
    }

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
            Run();
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    private static Dictionary<uint, long> Newest(DbSession db) => db.List<Row>(
        """
        SELECT terminal, version FROM terminal_hotlist told
        WHERE told_us = (SELECT MAX(told_us) FROM terminal_hotlist WHERE terminal = told.terminal)
        """).ToDictionary(row => (uint)row.Terminal, row => row.Version);

    private static void Insert(DbSession db, uint terminal, TerminalState state) => db.Run(
        """
        INSERT INTO terminal_hotlist (terminal, told_us, version)
        VALUES (@terminal, @HotlistSinceUs, @version)
        ON CONFLICT (terminal, told_us) DO UPDATE SET version = excluded.version
        """,
        new { terminal = (long)terminal, state.HotlistSinceUs, version = (long)state.HotlistVersion });

    [LoggerMessage(LogLevel.Error, "Who has which hotlist could not be written down; it is tried again.")]
    private partial void LogFailed(Exception failure);

    private sealed record Row
    {
        public long Terminal { get; init; }
        public long Version { get; init; }
    }
}
