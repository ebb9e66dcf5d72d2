using System.Globalization;

namespace SmartCardCrm.Terminal;

/// <summary>Drives one tap loop on a thread of its own, named <c>tap 00</c>, <c>tap 01</c> in the order
/// in which the readers came.</summary>
internal sealed class TapThread : IDisposable
{
    private static readonly TimeSpan WaitMost = TimeSpan.FromMilliseconds(500);

    private readonly ICardReader _reader;
    private readonly Till _till;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="reader">Not owned.</param>
    /// <param name="index">How many readers came before this one.</param>
    /// <param name="failed">Told, on this thread, what ended it: <see cref="JournalFailedException"/>, or our
    /// mistake.</param>
    public TapThread(ICardReader reader, Till till, int index, Action<Exception> failed)
    {
        _reader = reader;
        _till = till;
        var name = string.Create(CultureInfo.InvariantCulture, $"tap {index:00}");
        _thread = new Thread(() => Run(name, failed)) { IsBackground = true };
        till.Desk.Changed += reader.Wake;
        till.Guests.Announced += reader.Wake;
        _thread.Start();
    }

    /// <summary>Lets the present tap end, and stops.</summary>
    public void Dispose()
    {
        _stopping = true;
        _reader.Wake();
        _thread.Join();
        _till.Desk.Changed -= _reader.Wake;
        _till.Guests.Announced -= _reader.Wake;
    }

    private void Run(string name, Action<Exception> failed)
    {
        // A tracer learns a thread's name only when the thread gives it to itself.
        Thread.CurrentThread.Name = name;
        var loop = new TapLoop(_reader, _till);
        try
        {
            while (!_stopping)
            {
                if (!loop.Step())
                    _reader.Wait(WaitMost);
            }
        }
        catch (Exception failure)
        {
            failed(failure);
        }
    }
}
