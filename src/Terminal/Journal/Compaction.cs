namespace SmartCardCrm.Terminal;

/// <summary>
/// Keeps the journal from growing for ever. Once a day it notes how far headquarters has acknowledged; what
/// stood acknowledged that long ago may go, oldest first, with the checkouts of that time. Time is the
/// earlier of this machine's clock and of headquarters' last word: one wrong clock makes nothing go too
/// early.
/// </summary>
/// <param name="keep">How long what headquarters has is kept here all the same.</param>
internal sealed class Compaction(
    TerminalDatabase database, Journal journal, TimeProvider clock, TimeSpan keep)
{
    public const int KeepDaysLeast = 35;
    public const int KeepDaysUsual = 180;

    private const int RowsAtOnce = 256;
    private static readonly TimeSpan LookAgain = TimeSpan.FromHours(1);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Takes one small step, if one may be due: one lazy transaction or two.</summary>
    /// <exception cref="JournalFailedException">The database is of no use any more.</exception>
    public void Look()
    {
        var now = clock.GetUtcNow();
        // A clock that was set back is no reason to wait.
        if (now >= _next || _next - now > LookAgain)
            _next = Step(RowsAtOnce) ? DateTimeOffset.MinValue : now + LookAgain;
    }

    /// <param name="rowsMost">Entries, and checkouts, to drop at once.</param>
    /// <returns>Whether something was dropped, so that there may be more.</returns>
    public bool Step(int rowsMost)
    {
        var heard = database.Read(
            c => c.Number("SELECT position FROM cursor WHERE name = 'feed_as_of_us'"));
        if (heard == 0)
            return false;
        var theirs = DateTimeOffset.UnixEpoch.AddTicks(heard * TimeSpan.TicksPerMicrosecond);
        var ours = clock.GetUtcNow();
        Mark(DayOf(ours > theirs ? ours : theirs));

        // The mark may be of that day's end.
        var day = DayOf((ours < theirs ? ours : theirs) - keep) - 1;
        var old = database.Read(c => CompactionRows.MarkOf(c, day));
        return journal.Drop(old.Through, rowsMost) | DropCheckouts(day, old, rowsMost);
    }

    // Noted too late, it only stays longer.
    private void Mark(long day)
    {
        var head = journal.Head.Sequence;
        if (!database.Read(c => CompactionRows.IsMarked(c, day)))
            database.Lazily(c => CompactionRows.Mark(c, day, head));
    }

    private bool DropCheckouts(long day, OldMark old, int rowsMost)
    {
        var dropped = 0;
        if (old.Checkouts > 0)
        {
            database.Lazily(c =>
            {
                CompactionRows.DropMarks(c, day);
                dropped = CompactionRows.DropCheckouts(c, old.Checkouts, rowsMost);
            });
        }

        return dropped > 0;
    }

    private static long DayOf(DateTimeOffset time) =>
        (long)Math.Floor((time - DateTimeOffset.UnixEpoch).TotalDays);
}
