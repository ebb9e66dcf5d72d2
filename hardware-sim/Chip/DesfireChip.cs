using SmartCardCrm.Simulator.Chip.Iso;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip;

/// <summary>
/// A MIFARE DESFire or NTAG 424 DNA in software, as seen through a contactless PC/SC reader: APDUs in,
/// answers out; DESFire also takes its native frames as they are. Not safe for several threads.
/// </summary>
public sealed class DesfireChip
{
    private const byte Selection = 0x5A;

    private readonly ChipState _card;
    private readonly NativeFraming _native;
    private (byte Cla, byte Ins) _last;

    internal DesfireChip(ChipMemory memory, FillRandom random)
    {
        _card = new ChipState(memory, random);
        _native = new NativeFraming(_card);
        _card.Activate();
    }

    /// <summary>
    /// Data bytes in an answer frame of the first opcode set; 59 by calculation, 48 seen on an EV3.
    /// </summary>
    public int AnswerFrameLength
    {
        get => _native.AnswerFrameLength;
        set => _native.AnswerFrameLength = value;
    }

    internal ChipMemory Memory => _card.Memory;

    internal ChipState State => _card;

    /// <summary>
    /// A card as it leaves the factory. DESFire: no applications, all zero keys, master key single DES. NTAG:
    /// its one application with three files, all zero keys.
    /// </summary>
    /// <param name="profile">Product, such as <c>ev3-4k</c>.</param>
    /// <param name="uid">7 bytes.</param>
    /// <param name="random">The chip's random numbers.</param>
    /// <exception cref="ArgumentException">No such profile, or the uid has another length.</exception>
    public static DesfireChip Factory(string profile, ReadOnlySpan<byte> uid, FillRandom random)
    {
        if (uid.Length != 7)
            throw new ArgumentException("A UID has 7 bytes.", nameof(uid));

        return new DesfireChip(ChipMemory.Factory(profile, uid), random);
    }

    /// <summary>What a contactless PC/SC reader gives for the card.</summary>
    public byte[] Atr => AnswerToSelect.ToAtr(Memory.Ats.Span);

    /// <summary>The non-volatile memory as JSON.</summary>
    public string Save() => Memory.Save();

    /// <summary>The field comes or goes: selection, session and open transaction are lost.</summary>
    public void Reset()
    {
        _native.Forget();
        _card.Activate();
    }

    /// <summary>Answers one APDU, or one native frame. Never throws for what a reader may send.</summary>
    /// <returns>Data and two status bytes; to a native frame one status byte and data.</returns>
    public byte[] Transmit(ReadOnlySpan<byte> apdu)
    {
        if (IsNative(apdu))
            return NativeFraming.Unwrap(Transmit(NativeFraming.Wrap(apdu)));

        if (apdu.Length < 4)
            return [0x67, 0x00];

        Follow(apdu[0], apdu[1]);

        return apdu[0] switch
        {
            0x90 => Native(apdu),
            0x00 => Iso(apdu),
            0xFF => PseudoApdu.Answer(_card, apdu),
            _ => [0x6E, 0x00],
        };
    }

    /// <summary>Whether a command begins an authentication, wrapped or as a native frame.</summary>
    internal static bool Authenticates(ReadOnlySpan<byte> command)
    {
        var native = command is [0x90, ..] ? command[1..] : command;
        return native is [0x71 or 0x77 or 0xAA or 0x1A or 0x0A, ..];
    }

    /// <summary>Whether a command is CommitTransaction, wrapped or as a native frame.</summary>
    internal static bool Commits(ReadOnlySpan<byte> command) => command is [0x90, 0xC7, ..] or [0xC7, ..];

    /// <summary>Whether the answer to this begins with its status, which else ends it.</summary>
    internal bool IsNative(ReadOnlySpan<byte> command) => NativeFraming.IsUnwrapped(Memory, command);

    /// <summary>Answers an authentication that it is too early for another one.</summary>
    internal byte[] Delay(ReadOnlySpan<byte> command)
    {
        var refusal = Refuse(Status.AuthenticationDelay);
        return IsNative(command) ? NativeFraming.Unwrap(refusal) : refusal;
    }

    /// <summary>Says no to a command: the transaction is gone, and the session but where it outlives
    /// errors.</summary>
    /// <param name="status">Why.</param>
    /// <param name="command">What was refused.</param>
    private byte[] Refuse(Status status, ReadOnlySpan<byte> command = default)
    {
        _native.Forget();
        var outlives = OpenPoints.OutlivesError(_card.Session, status)
            && command is [0x90, not Selection, ..]
            && !Authenticates(command);
        if (!outlives)
            _card.EndSession();

        _card.AbortTransaction();
        _card.Tap = null;
        return [0x91, (byte)status];
    }

    /// <summary>Any other command ends the reading of a file; AF frames and the reader's own do
    /// not.</summary>
    private void Follow(byte cla, byte ins)
    {
        if (cla == PseudoApdu.Class || (cla, ins) is (0x90, 0xAF))
            return;

        if (_last != (cla, ins))
            _card.Tap = null;

        _last = (cla, ins);
    }

    private byte[] Iso(ReadOnlySpan<byte> apdu)
    {
        _native.Forget();
        return Iso7816.Answer(_card, apdu);
    }

    private byte[] Native(ReadOnlySpan<byte> apdu)
    {
        try
        {
            return _native.Answer(apdu);
        }
        catch (RefusedException refusal)
        {
            return Refuse(refusal.Status, apdu);
        }
    }
}
