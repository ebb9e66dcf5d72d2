using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Taps;

/// <summary>The terminal is gone, or says nothing any more: what it wrote down counts.</summary>
internal sealed class TapLostException(string message) : Exception(message);

/// <summary>The line to the terminal that a card lies on. It blocks the thread that uses it.</summary>
internal interface ITapLink
{
    void Say(TapCommand command);

    /// <summary>What the terminal says next; null where it has nothing more to say.</summary>
    /// <exception cref="TapLostException">It says nothing for too long.</exception>
    /// <exception cref="FormatException">It has said more than it was asked.</exception>
    TapReport? Next();

    /// <summary>Says something and waits for the answer.</summary>
    /// <exception cref="TapLostException">There is none.</exception>
    TapReport Ask(TapCommand command)
    {
        Say(command);
        return Next() ?? throw new TapLostException("The terminal has gone.");
    }
}

/// <summary>One call of a terminal, between its stream and the thread that drives the card.</summary>
/// <param name="quietMost">How long the terminal may say nothing.</param>
internal sealed class TapLink(TimeSpan quietMost) : ITapLink, IDisposable
{
    // Whoever answers what is asked, and asks for one thing at a time, never has more on the way.
    private const int ReportsMost = 4;

    private readonly BlockingCollection<TapReport> _reports = new(ReportsMost);
    private readonly Channel<TapCommand> _commands = Channel.CreateUnbounded<TapCommand>(
        new UnboundedChannelOptions { SingleReader = true });

    private volatile bool _hasSaidTooMuch;

    public void Say(TapCommand command) => _commands.Writer.TryWrite(command);

    public TapReport? Next()
    {
        if (_reports.TryTake(out var report, quietMost))
            return report;
        if (_hasSaidTooMuch)
            throw new FormatException("The terminal says more than it was asked.");
        return _reports.IsCompleted ? null : throw new TapLostException("The terminal says nothing.");
    }

    /// <summary>Passes on what the terminal says until it says no more, or more than anybody has asked
    /// for.</summary>
    public async Task HearAsync(IAsyncStreamReader<TapReport> from, CancellationToken cancellation)
    {
        try
        {
            while (!_hasSaidTooMuch && await from.MoveNext(cancellation))
                _hasSaidTooMuch = !_reports.TryAdd(from.Current);
        }
        finally
        {
            _reports.CompleteAdding();
        }
    }

    /// <summary>Passes on what is said here until <see cref="Close"/>.</summary>
    public async Task SpeakAsync(IServerStreamWriter<TapCommand> to, CancellationToken cancellation)
    {
        await foreach (var command in _commands.Reader.ReadAllAsync(cancellation))
            await to.WriteWholeAsync(command, cancellation);
    }

    /// <summary>Nothing more is said here.</summary>
    public void Close() => _commands.Writer.TryComplete();

    public void Dispose() => _reports.Dispose();
}
