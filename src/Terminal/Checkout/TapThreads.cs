using SmartCardCrm.Terminal.Commands;
using SmartCardCrm.Terminal.Pcsc;

namespace SmartCardCrm.Terminal;

/// <summary>A tap thread for each reader: for those named from the start, else for each that comes to be
/// plugged in. A reader that leaves keeps its thread, which serves it again when it is back.</summary>
internal sealed class TapThreads : IDisposable
{
    private readonly List<TapThread> _threads = [];
    private readonly ReaderWatch? _watch;

    /// <param name="board">Where each reader is posted before its thread starts.</param>
    /// <param name="failed">Told, on the thread that failed, what ended it.</param>
    public TapThreads(ReaderChoice choice, ReaderBoard board, Till till, Action<Exception> failed)
    {
        foreach (var reader in choice.Readers)
            Serve(reader);
        _watch = choice.TakesAny ? choice.Follow(Serve, failed) : null;

        void Serve(ICardReader reader) =>
            _threads.Add(new TapThread(board.Post(reader), till, _threads.Count, failed));
    }

    /// <summary>Lets the present taps end, and stops.</summary>
    public void Dispose()
    {
        _watch?.Dispose();                                   // from here on no thread is added
        _threads.ForEach(t => t.Dispose());
    }
}
