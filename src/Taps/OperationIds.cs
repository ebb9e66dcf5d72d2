using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Taps;

/// <summary>Makes UUIDv7s from a clock and injected randomness, so that a run can be repeated. They rise even
/// within a millisecond. Safe for many threads.</summary>
internal sealed class OperationIds(TimeProvider clock, FillRandom random)
{
    private const int CountMost = 0xFFF;

    private readonly Lock _gate = new();
    private long _millisecond;
    private int _count;

    /// <summary>RFC 9562, section 5.7, with a 12-bit count where the milliseconds tie (section 6.2, method
    /// 1).</summary>
    public Guid Next()
    {
        Span<byte> id = stackalloc byte[16];
        random(id);
        lock (_gate)
        {
            Advance();
            BinaryPrimitives.WriteInt64BigEndian(id, _millisecond << 16);
            BinaryPrimitives.WriteUInt16BigEndian(id[6..], (ushort)(0x7000 | _count));
        }

        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true);
    }

    /// <summary>The id of what a till's own key names.</summary>
    public static Guid OfKey(string key) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16), bigEndian: true);

    private void Advance()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (now > _millisecond)
            (_millisecond, _count) = (now, 0);
        else if (_count < CountMost)
            _count++;
        else
            (_millisecond, _count) = (_millisecond + 1, 0);
    }
}
