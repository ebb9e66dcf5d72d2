using System.Collections.Concurrent;

namespace SmartCardCrm.Server.Terminals;

/// <summary>Why a line was cut from our side.</summary>
internal enum LineEnd
{
    /// <summary>It was not.</summary>
    Open = 0,

    /// <summary>The terminal is no longer let in.</summary>
    Revoked,

    /// <summary>The same terminal called again; the older line is a dead one.</summary>
    Displaced,

    /// <summary>The server stops.</summary>
    ServerStopping,
}

/// <summary>One open stream of a terminal. Disposing of it takes it off the list.</summary>
internal sealed class Line(OpenLines lines, uint terminal, string method) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    public uint Terminal => terminal;

    public string Method => method;

    /// <summary>Set before <see cref="Ended"/> is.</summary>
    public LineEnd End { get; private set; }

    /// <summary>The line was cut from our side.</summary>
    public CancellationToken Ended => _ended.Token;

    public void Cut(LineEnd end)
    {
        End = end;
        _ended.Cancel();
    }

    public void Dispose() => lines.Remove(this);
}

/// <summary>The open streams of all terminals: at most one of each kind per terminal.</summary>
internal sealed class OpenLines
{
    private readonly ConcurrentDictionary<(uint Terminal, string Method), Line> _lines = new();

    /// <summary>Opens a line; one of the same kind that is still there is cut.</summary>
    public Line Open(uint terminal, string method)
    {
        var line = new Line(this, terminal, method);
        _lines.AddOrUpdate((terminal, method), line, (_, older) =>
        {
            older.Cut(LineEnd.Displaced);
            return line;
        });
        return line;
    }

    public bool IsOpen(uint terminal) => _lines.Keys.Any(key => key.Terminal == terminal);

    /// <summary>Cuts what a revoked terminal has open. Call it after the book knows.</summary>
    public void Revoke(uint terminal) => Cut(LineEnd.Revoked, key => key == terminal);

    public void StopAll() => Cut(LineEnd.ServerStopping, _ => true);

    public void Remove(Line line) =>
        _lines.TryRemove(KeyValuePair.Create((line.Terminal, line.Method), line));

    private void Cut(LineEnd end, Func<uint, bool> which)
    {
        foreach (var (key, line) in _lines)
        {
            if (which(key.Terminal))
                line.Cut(end);
        }
    }
}
