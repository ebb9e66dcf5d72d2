using System.Collections.Concurrent;
using Grpc.Core;

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

    /// <summary>Which keys the terminal may hold has changed.</summary>
    KeysChanged,
}

/// <summary>One open stream of a terminal. Disposing of it takes it off the list.</summary>
internal sealed class Line(OpenLines lines, uint terminal, string method, long turn) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    /// <summary>No two open lines have the same.</summary>
    public (uint Terminal, string Method, long Turn) Key => (terminal, method, turn);

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
    /// <summary>As many cards as a terminal may lend at once.</summary>
    public const int TapsMost = 16;

    // A line for each card that a terminal lends; of anything else one.
    private const string TapMethod = "/smartcardcrm.sync.v1.TerminalSync/Tap";

    private readonly ConcurrentDictionary<(uint Terminal, string Method, long Turn), Line> _lines = new();
    private long _turns;

    /// <summary>Opens a line; one of the same kind that is still there is cut, but for taps, of which there
    /// may be several.</summary>
    /// <exception cref="RefusedException">A terminal lends too many cards at once.</exception>
    public Line Open(uint terminal, string method)
    {
        var isTap = method == TapMethod;
        if (isTap && _lines.Keys.Count(key => key.Terminal == terminal && key.Turn > 0) >= TapsMost)
            throw new RefusedException(
                StatusCode.ResourceExhausted, "taps-too-many", "The terminal lends too many cards at once.");
        var line = new Line(this, terminal, method, isTap ? Interlocked.Increment(ref _turns) : 0);
        _lines.AddOrUpdate(line.Key, line, (_, older) =>
        {
            older.Cut(LineEnd.Displaced);
            return line;
        });
        return line;
    }

    /// <summary>The terminals that have something open.</summary>
    public IReadOnlySet<uint> Connected => _lines.Keys.Select(key => key.Terminal).ToHashSet();

    public bool IsOpen(uint terminal) => _lines.Keys.Any(key => key.Terminal == terminal);

    /// <summary>Cuts what a revoked terminal has open. Call it after the book knows.</summary>
    public void Revoke(uint terminal) => Cut(LineEnd.Revoked, key => key == terminal);

    /// <summary>Cuts what a terminal has open, so that it calls again and fetches its keys, or
    /// none.</summary>
    public void ChangeKeys(uint terminal) => Cut(LineEnd.KeysChanged, key => key == terminal);

    /// <summary>Cuts what all have open: who speaks for headquarters has changed.</summary>
    public void ChangeAllKeys() => Cut(LineEnd.KeysChanged, _ => true);

    public void StopAll() => Cut(LineEnd.ServerStopping, _ => true);

    public void Remove(Line line) =>
        _lines.TryRemove(KeyValuePair.Create(line.Key, line));

    private void Cut(LineEnd end, Func<uint, bool> which)
    {
        foreach (var (key, line) in _lines)
        {
            if (which(key.Terminal))
                line.Cut(end);
        }
    }
}
