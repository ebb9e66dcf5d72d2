using System.Collections.Concurrent;
using Grpc.Core;
using SmartCardCrm.Server.Terminals;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Server.Taps;

/// <summary>The terminal is gone, or says nothing any more: what it wrote down counts.</summary>
internal sealed class TapLostException(string message) : Exception(message);

/// <summary>The line to the terminal that a card lies on. It blocks the thread that uses it.</summary>
internal interface ITapLink
{
    /// <exception cref="TapLostException">The terminal is gone.</exception>
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
/// <param name="to">Where the terminal listens.</param>
/// <param name="quietMost">How long the terminal may say nothing.</param>
/// <param name="cancellation">Ends the call.</param>
internal sealed class TapLink(
    IServerStreamWriter<TapCommand> to, TimeSpan quietMost, CancellationToken cancellation)
    : ITapLink, IDisposable
{
    // Whoever answers what is asked, and asks for one thing at a time, never has more on the way.
    private const int ReportsMost = 4;

    private readonly BlockingCollection<TapReport> _reports = new(ReportsMost);
    private volatile bool _hasSaidTooMuch;

    // A customer waits: no other thread is woken for it.
    public void Say(TapCommand command)
    {
        try
        {
            to.WriteWholeAsync(command, cancellation).GetAwaiter().GetResult();
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException
            or InvalidOperationException)
        {
            throw new TapLostException($"The terminal hears nothing any more: {gone.Message}");
        }
    }

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
    public async Task HearAsync(IAsyncStreamReader<TapReport> from)
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

    public void Dispose() => _reports.Dispose();
}
