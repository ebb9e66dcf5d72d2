using SmartCardCrm.CardProtocol;
using SmartCardCrm.SyncContract;

namespace SmartCardCrm.Terminal.Keys;

/// <summary>
/// Takes card keys as they were delivered, or sealed earlier, into the terminal's memory, and out of it
/// again: when they have been held for as long as headquarters allows, or when this terminal is not to have
/// any. Safe for many threads.
/// </summary>
internal sealed class CardKeyDelivery(
    EnrolledTerminal terminal, DataFolder data, TerminalKeys keys, TimeProvider clock) : IDisposable
{
    /// <summary>How long keys may stay in memory where headquarters does not say.</summary>
    public static readonly TimeSpan HeldMost = TimeSpan.FromDays(7);

    // Four times in the time they may be held, and twice a day at least.
    private const int FetchesWhileHeld = 4;
    private static readonly TimeSpan FetchAfterMost = TimeSpan.FromHours(12);

    private readonly Lock _gate = new();
    private ITimer? _due;
    private ITimer? _expiry;
    private int _turn;
    private bool _barred;

    /// <summary>Raised when keys should be fetched from headquarters; a handler must be quick.</summary>
    public event Action? Due;

    /// <summary>Raised when headquarters has said which keys this terminal is to have, if any: cards may be
    /// served.</summary>
    public event Action? Taken;

    /// <summary>Raised when keys were held for too long, and are zeroed.</summary>
    public event Action? Expired;

    /// <summary>Whether this terminal may have card keys at all.</summary>
    public bool MayHave
    {
        get
        {
            lock (_gate)
                return !_barred;
        }
    }

    /// <summary>Keys sealed at an earlier start, where this terminal keeps any: a shop without a network can
    /// sell.</summary>
    public void Restore()
    {
        if (terminal.CardKeys != CardKeyStorage.Sealed || !MayHave)
            return;
        if (SealedCardKeys.Load(data, terminal.Terminal) is { } kept)
            Take(kept);
    }

    /// <summary>Keys that have just come from headquarters take the place of all others.</summary>
    /// <remarks>None at all come where headquarters decides everything: then none stay.</remarks>
    /// <exception cref="FormatException">A key has a wrong length or version; the old keys stay.</exception>
    public void Deliver(CardKeysReply delivered)
    {
        lock (_gate)
        {
            if (_barred)
                return;
            if (delivered is { Keys: [], ReaderIdKey.IsEmpty: true })
                Forget();
            else
                Keep(delivered);
        }

        Taken?.Invoke();
    }

    /// <summary>This terminal is not trusted any more: nothing stays, in memory or on disk.</summary>
    public void Forget()
    {
        ForgetMemory();
        WipeDisk();
    }

    /// <summary>Zeroes what is in memory, and takes no keys before <see cref="Allow"/>.</summary>
    public void Bar()
    {
        lock (_gate)
        {
            _barred = true;
            ForgetMemory();
        }
    }

    /// <summary>This terminal may have keys again, and wants them.</summary>
    public void Allow()
    {
        lock (_gate)
            _barred = false;
        Due?.Invoke();
    }

    public void WipeDisk() => PrivateFile.Wipe(data.SealedCardKeys);

    public void Dispose()
    {
        lock (_gate)
            StopTimers();
    }

    private void ForgetMemory()
    {
        lock (_gate)
        {
            StopTimers();
            keys.Dispose();
        }
    }

    private void Keep(CardKeysReply delivered)
    {
        Take(delivered);
        if (terminal.CardKeys == CardKeyStorage.Sealed)
            SealedCardKeys.Save(data, terminal.Terminal, delivered);
    }

    private void Take(CardKeysReply delivered)
    {
        var wellFormed = delivered.ReaderIdKey.Length == ReaderIdKey.Length
            && delivered.Keys.All(
                k => k.Key.Length == ReaderIdKey.Length && k.Version is >= 1 and <= byte.MaxValue);
        if (!wellFormed)
            throw new FormatException("The card keys are not of the form they should be.");
        keys.Replace(
            [.. delivered.Keys.Select(
                k => new MasterKey((CardKeyNumber)k.KeyNumber, (byte)k.Version, k.Key.Span))],
            new ReaderIdKey(delivered.ReaderIdKey.Span));
        StartTimers(delivered.HeldSecondsMost > 0
            ? TimeSpan.FromSeconds(delivered.HeldSecondsMost)
            : HeldMost);
    }

    // Sealed keys lie on the disk for good: memory need not be better than the disk beside it.
    private void StartTimers(TimeSpan held)
    {
        lock (_gate)
        {
            StopTimers();
            var turn = _turn;
            var fetch = held / FetchesWhileHeld < FetchAfterMost ? held / FetchesWhileHeld : FetchAfterMost;
            _due = clock.CreateTimer(_ => Due?.Invoke(), null, fetch, fetch);
            if (terminal.CardKeys == CardKeyStorage.Memory)
                _expiry = clock.CreateTimer(_ => Expire(turn), null, held, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopTimers()
    {
        _turn++;
        _due?.Dispose();
        _expiry?.Dispose();
        (_due, _expiry) = (null, null);
    }

    // Keys that came while this timer fired have a timer of their own.
    private void Expire(int turn)
    {
        lock (_gate)
        {
            if (turn != _turn)
                return;
            keys.Dispose();
        }

        Expired?.Invoke();
    }
}
