using System.Globalization;

namespace SmartCardCrm.World;

/// <summary>Who an event is about: its column in the story.</summary>
internal enum Column
{
    Card,
    Terminal,
    Server,
}

/// <summary>The last events of a run, told in three columns: card, terminal, server side by side.</summary>
internal sealed class Story(Timeline timeline)
{
    private const int EventsMost = 600;
    private const int ColumnWidth = 44;

    private readonly Event[] _events = new Event[EventsMost];
    private long _told;

    /// <summary>Notes an event; the text is made only when somebody reads it.</summary>
    /// <param name="what">A format with up to three arguments.</param>
    public void Note(Column column, string what, object? a = null, object? b = null, object? c = null) =>
        _events[_told++ % EventsMost] = new Event(timeline.Now, column, what, a, b, c);

    /// <summary>The last events, oldest first, one line each.</summary>
    public IReadOnlyList<string> Lines()
    {
        var count = (int)Math.Min(_told, EventsMost);
        return [.. Enumerable.Range(0, count).Select(i => _events[(_told - count + i) % EventsMost].Line())];
    }

    private readonly record struct Event(
        DateTimeOffset At, Column Column, string What, object? A, object? B, object? C)
    {
        public string Line()
        {
            var time = At.ToString("MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
            var indent = new string(' ', (int)Column * ColumnWidth);
            return $"{time}  {indent}{string.Format(CultureInfo.InvariantCulture, What, A, B, C)}";
        }
    }
}
