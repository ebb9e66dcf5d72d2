using SmartCardCrm.Server.Storage;

namespace SmartCardCrm.Server.Terminals;

/// <summary>Keeps in the book what <see cref="TerminalWatch"/> has seen: a terminal that has been away since
/// before this server's start is what matters most.</summary>
internal sealed partial class Sightings(
    Database database, TerminalWatch watch, TimeProvider clock, ILogger<Sightings> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private static readonly RowShape Shape = new("terminal bigint, seen_us bigint, current_us bigint");

    private readonly Dictionary<uint, TerminalState> _noted = [];

    /// <summary>Writes down what is new since the last time.</summary>
    public void Note()
    {
        var news = watch.All.Where(seen => _noted.GetValueOrDefault(seen.Key) != seen.Value).ToList();
        if (news.Count == 0)
            return;
        database.Write(db => db.RunForEach(
            $"""
            INSERT INTO terminal_seen ({Shape.Names}) SELECT {Shape.Names} FROM {RowShape.Place} WHERE true
            ON CONFLICT (terminal) DO UPDATE SET seen_us = excluded.seen_us,
                current_us = COALESCE(excluded.current_us, terminal_seen.current_us)
            """,
            new Rows(Shape, [.. news.Select(RowOf)])));
        foreach (var (terminal, state) in news)
            _noted[terminal] = state;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        NoteGuarded();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            NoteGuarded();
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }

    // The top of the loop: in a minute there is more to say.
    private void NoteGuarded()
    {
        try
        {
            Note();
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    private static object?[] RowOf(KeyValuePair<uint, TerminalState> seen) =>
    [
        (long)seen.Key, UnixTime.Microseconds(seen.Value.LastSeen),
        seen.Value.CurrentAt is { } current ? UnixTime.Microseconds(current) : null,
    ];

    [LoggerMessage(LogLevel.Error, "When terminals were last seen could not be written down.")]
    private partial void LogFailed(Exception failure);
}
