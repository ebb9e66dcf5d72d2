namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>
/// CRC32 as DESFire computes it: polynomial 04C11DB7 reflected, start FFFFFFFF, not inverted at the end.
/// </summary>
internal static class Crc32
{
    private const uint ReflectedPolynomial = 0xEDB88320;

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ ReflectedPolynomial : crc >> 1;
        }

        return crc;
    }
}
