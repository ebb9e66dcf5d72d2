using System.Buffers.Binary;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal.Sync;

/// <summary>Growing pauses between attempts, with jitter: a thousand terminals do not come back in the same
/// second.</summary>
internal sealed class BackOff(FillRandom random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(15);

    private TimeSpan _next = First;

    /// <summary>Between half of this round's pause and all of it; the next round's is twice as long, up to a
    /// limit.</summary>
    public TimeSpan Next()
    {
        Span<byte> bytes = stackalloc byte[4];
        random(bytes);
        var pause = _next * (0.5 + (BinaryPrimitives.ReadUInt32LittleEndian(bytes) / (2.0 * uint.MaxValue)));
        _next = _next * 2 < Most ? _next * 2 : Most;
        return pause;
    }

    /// <summary>It went well: the next pause is short again.</summary>
    public void Reset() => _next = First;
}
