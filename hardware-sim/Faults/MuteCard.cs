using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Reader;

namespace SmartCardCrm.Simulator.Faults;

/// <summary>
/// Something in the field that a reader notices and cannot wake: two cards at once, as many readers see
/// them, or a card of another kind. It answers nothing.
/// </summary>
/// <remarks>vpcd asks for an ATR to see whether a card is there at all, and again to power it: the one is
/// answered, the other with more than an ATR can be.</remarks>
public sealed class MuteCard : ICardInSlot
{
    private static readonly byte[] TooLong = new byte[40];

    private bool _seen;
    private bool _powered;

    public ReadOnlySpan<byte> Atr
    {
        get
        {
            _seen = !_powered;
            _powered = false;
            return _seen ? CardProfile.Atr : TooLong;
        }
    }

    public void Insert()
    {
    }

    public void Remove()
    {
    }

    public void Reset() => _powered = _seen;

    public byte[]? Transmit(ReadOnlySpan<byte> apdu) => null;
}
