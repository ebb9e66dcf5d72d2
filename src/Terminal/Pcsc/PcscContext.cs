namespace SmartCardCrm.Terminal.Pcsc;

/// <summary>The PC/SC service does not answer as it should: not installed, not running, stopped, or it forgot
/// us.</summary>
/// <param name="code">What WinSCard said.</param>
internal sealed class PcscException(PcscCode code) : Exception($"PC/SC says {code} (0x{(uint)code:X8}).")
{
    public PcscCode Code => code;
}

/// <summary>What a reader looks like at this moment.</summary>
/// <param name="Bits">The event state: low half flags, high half a counter of insertions and
/// removals.</param>
internal readonly record struct PcscReaderState(uint Bits)
{
    public bool HasReader => (Bits & 0x000C) == 0;                         // not UNKNOWN, not UNAVAILABLE

    /// <summary>Whether something lies there. It may be mute: two cards at once, or no smart card.</summary>
    public bool HasCard => (Bits & 0x0020) != 0;                           // PRESENT

    /// <summary>Rises with each insertion and removal where the service counts them (pcsc-lite, Windows),
    /// else 0.</summary>
    public int EventCount => (int)(Bits >> 16);
}

/// <summary>A session with the PC/SC service, as pcsc-sharp's ISCardContext: one thread uses it, any may
/// cancel.</summary>
/// <remarks>After a <see cref="PcscException"/> it may be dead for good (pcscd restarted): dispose it, make
/// another.</remarks>
internal sealed class PcscContext : IDisposable
{
    // The reader that is none: it changes when one is plugged in or out.
    private const string Notification = @"\\?PnP?\Notification";

    private readonly nint _handle;

    /// <exception cref="PcscException">There is no service.</exception>
    public PcscContext()
    {
        try
        {
            Check(Winscard.EstablishContext(out _handle));
        }
        catch (DllNotFoundException)
        {
            throw new PcscException(PcscCode.NoService);
        }
    }

    public IReadOnlyList<string> ReaderNames()
    {
        var code = Winscard.ListReaders(_handle, out var names);
        if (code != PcscCode.NoReadersAvailable)
            Check(code);
        return names;
    }

    /// <summary>The reader's state now; null where the service knows no such reader.</summary>
    public PcscReaderState? StateOf(string reader) =>
        Change(reader, default, 0, out var now) is PcscCode.UnknownReader or PcscCode.ReaderUnavailable
            ? null
            : now;

    /// <summary>Blocks until the reader's state differs from <paramref name="known"/>.</summary>
    /// <returns>Whether it may have changed: false when the time is over.</returns>
    public bool WaitForChange(string reader, PcscReaderState known, uint timeoutMs) =>
        Change(reader, known, timeoutMs, out _) != PcscCode.Timeout;

    /// <summary>Blocks until there are more readers or fewer than <paramref name="known"/>.</summary>
    /// <returns>As of <see cref="WaitForChange"/>; true at once where the service cannot tell.</returns>
    public bool WaitForReaders(int known, uint timeoutMs) =>
        WaitForChange(Notification, new PcscReaderState((uint)known << 16), timeoutMs);

    /// <summary>Ends a wait of another thread. A wait that begins a moment later does not notice.</summary>
    public void Cancel() => _ = Winscard.Cancel(_handle);

    /// <summary>Takes the card for this process alone; null where there is none or another has it.</summary>
    public PcscCard? TryConnect(string reader)
    {
        var code = Winscard.Connect(_handle, reader, Winscard.ShareExclusive, out var card, out var protocol);
        if (IsDead(code))
            throw new PcscException(code);
        return code == PcscCode.Success ? new PcscCard(card, protocol) : null;
    }

    public void Dispose() => _ = Winscard.ReleaseContext(_handle);

    private PcscCode Change(string reader, PcscReaderState known, uint timeoutMs, out PcscReaderState now)
    {
        var code = Winscard.GetStatusChange(_handle, timeoutMs, reader, known.Bits & ~2u, out var bits);
        now = new PcscReaderState(bits);
        return IsDead(code) ? throw new PcscException(code) : code;
    }

    private static bool IsDead(PcscCode code) => code is
        PcscCode.InternalError or PcscCode.InvalidHandle or PcscCode.CommunicationError or PcscCode.NoService
        or PcscCode.ServiceStopped;

    private static void Check(PcscCode code)
    {
        if (code != PcscCode.Success)
            throw new PcscException(code);
    }
}

/// <summary>An exclusive connection to one card, as pcsc-sharp's ICardReader.</summary>
internal sealed class PcscCard(nint handle, nuint protocol)
{
    /// <param name="command">One APDU.</param>
    /// <param name="answer">Receives the answer, status included.</param>
    /// <returns>Length of the answer.</returns>
    /// <exception cref="PcscException">Card, reader or service is gone; the card may have acted.</exception>
    public int Transmit(ReadOnlySpan<byte> command, Span<byte> answer)
    {
        var code = Winscard.Transmit(handle, protocol, command, answer, out var length);
        return code == PcscCode.Success ? length : throw new PcscException(code);
    }

    /// <summary>Lets the card go as it is, powered.</summary>
    public void Disconnect() => _ = Winscard.Disconnect(handle, Winscard.LeaveCard);
}
