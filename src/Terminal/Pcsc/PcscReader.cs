using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal.Pcsc;

/// <summary>
/// One reader of the PC/SC service. The reader may be unplugged and come back, and the service may die and be
/// restarted: both show as <see cref="CardPresence.Unavailable"/> for as long as they last.
/// </summary>
/// <remarks>
/// One thread, the tap loop's, looks, waits and connects; <see cref="Wake"/> may be called by any. The card
/// may have been changed while nobody could look, so every interruption shows at least once, and whatever is
/// found after it counts as a new insertion.
/// </remarks>
internal sealed partial class PcscReader(string name, TimeProvider clock, ILogger log)
    : ICardReader, IDisposable
{
    // A cancel that comes just before the wait begins is lost; so is the end of a card we could not see
    // leave.
    private static readonly TimeSpan WaitSlice = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Lock _contextGate = new();
    private PcscContext? _context;
    private PcscReaderState _known;
    private long _triedAt;
    private bool _wasAvailable = true;
    private bool _hadCard;
    private bool _hidden;
    private int _insertion;

    public string Name => name;

    public CardPresence Look()
    {
        var state = _hidden ? null : StateNow();
        _hidden = false;
        Announce(state is not null);
        if (state is not { } now)
        {
            _known = default;
            _hadCard = false;
            return new CardPresence.Unavailable();
        }

        if (now.HasCard && (!_hadCard || now.EventCount != _known.EventCount))
            _insertion++;
        _hadCard = now.HasCard;
        _known = now;
        return now.HasCard ? new CardPresence.Present(_insertion) : new CardPresence.Absent();
    }

    public ICardConnection? TryConnect()
    {
        try
        {
            return _context?.TryConnect(name) is { } card ? PcscConnection.TryOpen(card, name, log) : null;
        }
        catch (PcscException gone)
        {
            Drop(gone.Code);
            return null;
        }
    }

    public void Wait(TimeSpan most)
    {
        var start = clock.GetTimestamp();
        for (var left = most; left > TimeSpan.Zero; left = most - clock.GetElapsedTime(start))
        {
            if (_wake.WaitOne(0) || WaitForChange(left < WaitSlice ? left : WaitSlice))
                return;
        }
    }

    public void Wake()
    {
        _wake.Set();
        lock (_contextGate)
            _context?.Cancel();
    }

    public void Dispose()
    {
        Replace(null);
        _wake.Dispose();
    }

    private bool WaitForChange(TimeSpan slice)
    {
        // Without a reader or a service there is nothing to be told by: look again after a pause.
        if (_context is null || !_wasAvailable)
            return _wake.WaitOne(slice < RetryPause ? slice : RetryPause) || StateNow() is not null;
        try
        {
            return _context.WaitForChange(name, _known, (uint)slice.TotalMilliseconds);
        }
        catch (PcscException gone)
        {
            Drop(gone.Code);
            return true;
        }
    }

    private PcscReaderState? StateNow()
    {
        try
        {
            if (_context is null && _triedAt != 0 && clock.GetElapsedTime(_triedAt) < RetryPause)
                return null;
            _triedAt = clock.GetTimestamp();
            if (_context is null)
                Replace(new PcscContext());
            return _context?.StateOf(name) is { HasReader: true } state ? state : null;
        }
        catch (PcscException gone)
        {
            Drop(gone.Code);
            return null;
        }
    }

    private void Drop(PcscCode code)
    {
        if (_context is not null)
            LogServiceLost(name, code);
        _hidden = true;
        Replace(null);
    }

    private void Replace(PcscContext? context)
    {
        lock (_contextGate)
        {
            _context?.Dispose();
            _context = context;
        }
    }

    private void Announce(bool available)
    {
        if (available != _wasAvailable)
            LogAvailability(name, available);
        _wasAvailable = available;
    }

    [LoggerMessage(LogLevel.Warning, "pcsc-lost reader={Reader} code={Code}", EventName = "pcsc-lost")]
    private partial void LogServiceLost(string reader, PcscCode code);

    [LoggerMessage(
        LogLevel.Information, "reader-state reader={Reader} available={Available}",
        EventName = "reader-state")]
    private partial void LogAvailability(string reader, bool available);
}

/// <summary>The card now on a PC/SC reader, for this process alone.</summary>
/// <remarks>
/// Released without a reset. A reset of a card that is just leaving fails, and pcscd 1.9 then calls the slot
/// empty without having seen the removal: a card put there within its polling time stays unseen for as long
/// as it lies. What is left on the chip is of no use to others (a session without its keys) or of no effect
/// (staged, not committed); both end with the next Select or when the card leaves the field.
/// </remarks>
internal sealed partial class PcscConnection : ICardConnection
{
    private readonly PcscCard _card;
    private bool _disposed;

    private PcscConnection(PcscCard card, Uid uid)
    {
        _card = card;
        Uid = uid;
    }

    public Uid Uid { get; }

    /// <summary>Asks the reader for the UID; null where the card left at once or is not of a kind we
    /// know.</summary>
    public static PcscConnection? TryOpen(PcscCard card, string reader, ILogger log)
    {
        Span<byte> answer = stackalloc byte[ReaderCommand.AnswerMost];
        try
        {
            var length = card.Transmit(ReaderCommand.GetUid, answer);
            if (ReaderCommand.UidOf(answer[..length]) is { } uid)
                return new PcscConnection(card, uid);
            LogForeignCard(log, reader, length);
        }
        catch (PcscException gone)
        {
            LogCardLeft(log, reader, gone.Code);
        }

        card.Disconnect();
        return null;
    }

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            return _card.Transmit(command, answer);
        }
        catch (PcscException gone)
        {
            throw new CardLostException(gone.Message, gone);
        }
    }

    public void Dispose()
    {
        if (!_disposed)
            _card.Disconnect();
        _disposed = true;
    }

    [LoggerMessage(
        LogLevel.Information, "card-foreign reader={Reader} length={Length}", EventName = "card-foreign")]
    private static partial void LogForeignCard(ILogger log, string reader, int length);

    [LoggerMessage(LogLevel.Information, "card-left reader={Reader} code={Code}", EventName = "card-left")]
    private static partial void LogCardLeft(ILogger log, string reader, PcscCode code);
}

/// <summary>Commands that the reader answers itself (PC/SC part 3); they cost no air time.</summary>
internal static class ReaderCommand
{
    /// <summary>7 bytes of UID and a status, with room for the longest UID there is.</summary>
    public const int AnswerMost = 18;

    public static ReadOnlySpan<byte> GetUid => [0xFF, 0xCA, 0x00, 0x00, 0x00];

    /// <summary>The UID in the answer; null where it is not a real, 7-byte one with status 9000.</summary>
    public static Uid? UidOf(ReadOnlySpan<byte> answer) =>
        answer.Length == 9 && answer[7] == 0x90 && answer[8] == 0x00 ? Uid.FromBytes(answer[..7]) : null;
}
