using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace SmartCardCrm.Terminal.Pcsc;

/// <summary>WinSCard results that this program treats apart; others pass through as their number.</summary>
internal enum PcscCode : uint
{
    Success = 0,
    InternalError = 0x80100001,
    Cancelled = 0x80100002,
    InvalidHandle = 0x80100003,
    UnknownReader = 0x80100009,
    Timeout = 0x8010000A,
    SharingViolation = 0x8010000B,
    NoSmartcard = 0x8010000C,
    CommunicationError = 0x80100013,
    ReaderUnavailable = 0x80100017,
    NoService = 0x8010001D,
    ServiceStopped = 0x8010001E,
    NoReadersAvailable = 0x8010002E,
    SecurityViolation = 0x8010006A,
}

/// <summary>
/// The native seam: WinSCard as libpcsclite (Linux), winscard.dll (Windows) and PCSC.framework (macOS) export
/// it. Nothing outside this file knows that the three differ.
/// </summary>
/// <remarks>
/// DWORD is <c>unsigned long</c> in libpcsclite (64 bits on 64-bit Linux) and 32 bits elsewhere. All of them
/// are passed as <see cref="nuint"/>: by value a register holds either, and an out value starts at zero, so
/// that a little-endian callee that writes only 32 bits leaves the right number. LONG results are read as 32
/// bits.
/// </remarks>
internal static unsafe partial class Winscard
{
    public const nuint ScopeSystem = 2;
    public const nuint ShareExclusive = 1;
    public const nuint ProtocolT0 = 1;
    public const nuint ProtocolT1 = 2;
    public const nuint LeaveCard = 0;

    private const string Library = "pcsc";

    // The libraries export the protocol headers as data, each in its own layout.
    private static readonly Lazy<nint> T0Pci = new(() => NativeLibrary.GetExport(Load(), "g_rgSCardT0Pci"));
    private static readonly Lazy<nint> T1Pci = new(() => NativeLibrary.GetExport(Load(), "g_rgSCardT1Pci"));

    static Winscard() => NativeLibrary.SetDllImportResolver(typeof(Winscard).Assembly, Resolve);

    public static PcscCode EstablishContext(out nint context) =>
        SCardEstablishContext(ScopeSystem, 0, 0, out context);

    public static PcscCode ReleaseContext(nint context) => SCardReleaseContext(context);

    /// <summary>Ends a <see cref="GetStatusChange"/> of this context on another thread; lost where none is
    /// waiting.</summary>
    public static PcscCode Cancel(nint context) => SCardCancel(context);

    /// <summary>The names of all readers, in the service's order.</summary>
    public static PcscCode ListReaders(nint context, out IReadOnlyList<string> names)
    {
        var buffer = new byte[4096];
        var length = (nuint)buffer.Length;
        PcscCode result;
        fixed (byte* to = buffer)
        {
            result = OperatingSystem.IsWindows()
                ? SCardListReadersA(context, 0, to, ref length)
                : SCardListReaders(context, 0, to, ref length);
        }

        names = result == PcscCode.Success
            ? Encoding.UTF8.GetString(buffer, 0, (int)length)
                .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            : [];
        return result;
    }

    /// <summary>Waits until a reader's state differs from <paramref name="known"/>; then gives the state
    /// now.</summary>
    /// <param name="known">As an earlier call gave it, or 0 to be answered at once.</param>
    /// <param name="timeoutMs">0 to look without waiting.</param>
    public static PcscCode GetStatusChange(
        nint context, uint timeoutMs, string reader, uint known, out uint now)
    {
        // SCARD_READERSTATE: name, user data, current state, event state, ATR. Ours is only ever an array of
        // one, so that its size, which differs too, does not matter.
        const int sizeMost = 128;
        var current = 2 * sizeof(nint);
        var dword = OperatingSystem.IsLinux() ? sizeof(nint) : sizeof(uint);
        var name = Marshal.StringToCoTaskMemUTF8(reader);
        try
        {
            var state = stackalloc byte[sizeMost];
            new Span<byte>(state, sizeMost).Clear();
            Unsafe.WriteUnaligned(state, name);
            Unsafe.WriteUnaligned(state + current, known);
            var result = OperatingSystem.IsWindows()
                ? SCardGetStatusChangeA(context, timeoutMs, state, 1)
                : SCardGetStatusChange(context, timeoutMs, state, 1);
            now = Unsafe.ReadUnaligned<uint>(state + current + dword);
            return result;
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    public static PcscCode Connect(
        nint context, string reader, nuint share, out nint card, out nuint protocol) =>
        OperatingSystem.IsWindows()
            ? SCardConnectA(context, reader, share, ProtocolT0 | ProtocolT1, out card, out protocol)
            : SCardConnect(context, reader, share, ProtocolT0 | ProtocolT1, out card, out protocol);

    public static PcscCode Disconnect(nint card, nuint disposition) => SCardDisconnect(card, disposition);

    /// <summary>One APDU to the card and its answer, status included.</summary>
    public static PcscCode Transmit(
        nint card, nuint protocol, ReadOnlySpan<byte> command, Span<byte> answer, out int answerLength)
    {
        var length = (nuint)answer.Length;
        fixed (byte* from = command, to = answer)
        {
            var pci = protocol == ProtocolT0 ? T0Pci.Value : T1Pci.Value;
            var result = SCardTransmit(card, pci, from, (nuint)command.Length, null, to, ref length);
            answerLength = result == PcscCode.Success ? (int)length : 0;
            return result;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
        name == Library ? Load() : 0;

    private static nint Load() => NativeLibrary.Load(
        OperatingSystem.IsWindows() ? "winscard.dll"
        : OperatingSystem.IsMacOS() ? "/System/Library/Frameworks/PCSC.framework/PCSC"
        : "libpcsclite.so.1");

    [LibraryImport(Library)]
    private static partial PcscCode SCardEstablishContext(
        nuint scope, nint reserved1, nint reserved2, out nint context);

    [LibraryImport(Library)]
    private static partial PcscCode SCardReleaseContext(nint context);

    [LibraryImport(Library)]
    private static partial PcscCode SCardCancel(nint context);

    [LibraryImport(Library)]
    private static partial PcscCode SCardListReaders(
        nint context, nint groups, byte* readers, ref nuint length);

    [LibraryImport(Library)]
    private static partial PcscCode SCardListReadersA(
        nint context, nint groups, byte* readers, ref nuint length);

    [LibraryImport(Library)]
    private static partial PcscCode SCardGetStatusChange(
        nint context, nuint timeoutMs, byte* states, nuint count);

    [LibraryImport(Library)]
    private static partial PcscCode SCardGetStatusChangeA(
        nint context, nuint timeoutMs, byte* states, nuint count);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial PcscCode SCardConnect(
        nint context, string reader, nuint share, nuint protocols, out nint card, out nuint protocol);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial PcscCode SCardConnectA(
        nint context, string reader, nuint share, nuint protocols, out nint card, out nuint protocol);

    [LibraryImport(Library)]
    private static partial PcscCode SCardDisconnect(nint card, nuint disposition);

    [LibraryImport(Library)]
    private static partial PcscCode SCardTransmit(
        nint card, nint sendPci, byte* send, nuint sendLength, void* receivePci, byte* receive,
        ref nuint length);
}
