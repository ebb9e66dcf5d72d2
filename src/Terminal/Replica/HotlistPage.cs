using System.Buffers.Binary;
using System.Numerics;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal;

/// <summary>
/// How listed cards lie in pages of some 32. A UID is mixed into a number of 56 bits, one to one, so that
/// cards of one batch spread evenly; the number's place among all numbers names its page, and an entry is
/// what the page does not say already: 6 bytes of the 7 once there are 256 pages. A page is a checksum, 4
/// bytes, then its entries, rising, big-endian. The checksum covers where the page belongs.
/// </summary>
internal static class HotlistPage
{
    private const int ChecksumLength = 4;
    private const int Bits = 8 * Uid.Length;
    private const ulong Mask = (1UL << Bits) - 1;

    // A few lines of a processor's cache; by chance no page gets more than three times as many.
    private const int EntriesAimedAt = 32;

    /// <summary>A card's number: cards of neighbouring UIDs lie far apart. Multiplying by an odd number and
    /// adding the upper half to the lower one lose nothing, so no two cards have the same.</summary>
    public static ulong NumberOf(Uid uid)
    {
        Span<byte> wide = stackalloc byte[8];
        wide[0] = 0;
        uid.CopyTo(wide[1..]);
        var number = BinaryPrimitives.ReadUInt64BigEndian(wide);
        for (var round = 0; round < 2; round++)
        {
            number ^= number >> (Bits / 2);
            number = unchecked(number * 0x9E3779B97F4A7C15UL) & Mask;
        }

        return number ^ (number >> (Bits / 2));
    }

    /// <summary>The page that a number belongs to; never falls as numbers rise.</summary>
    /// <param name="pages">How many there are, 1 or more.</param>
    public static int PageOf(ulong number, int pages) => (int)(((UInt128)number * (uint)pages) >> Bits);

    /// <summary>Whether a page that is whole holds a number; null where the page is damaged.</summary>
    public static bool? Holds(ReadOnlySpan<byte> page, int at, int pages, ulong number)
    {
        if (!IsWhole(page, at, pages))
            return null;
        var width = WidthOf(pages);
        var entries = page[ChecksumLength..];
        var sought = number & MaskOf(width);
        var (low, high) = (0, entries.Length / width);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Entry(entries, middle, width) < sought)
                low = middle + 1;
            else
                high = middle;
        }

        return low < entries.Length / width && Entry(entries, low, width) == sought;
    }

    /// <summary>The numbers in a page, rising; null where the page is damaged.</summary>
    public static ulong[]? Read(ReadOnlySpan<byte> page, int at, int pages)
    {
        if (!IsWhole(page, at, pages))
            return null;
        var width = WidthOf(pages);
        var entries = page[ChecksumLength..];
        var first = FirstOf(at, pages);
        var numbers = new ulong[entries.Length / width];
        for (var i = 0; i < numbers.Length; i++)
        {
            var number = (first & ~MaskOf(width)) | Entry(entries, i, width);
            numbers[i] = number >= first ? number : number + MaskOf(width) + 1;
        }

        Array.Sort(numbers);
        return numbers;
    }

    /// <summary>Lays numbers out.</summary>
    /// <param name="numbers">Rising.</param>
    /// <returns>The pages in order; none for no number.</returns>
    public static IReadOnlyList<byte[]> Write(ReadOnlySpan<ulong> numbers)
    {
        var pages = (numbers.Length + EntriesAimedAt - 1) / EntriesAimedAt;
        var written = new List<byte[]>(pages);
        for (var at = 0; at < pages; at++)
        {
            var count = 0;
            while (count < numbers.Length && PageOf(numbers[count], pages) == at)
                count++;
            written.Add(Page(numbers[..count], at, pages));
            numbers = numbers[count..];
        }

        return written;
    }

    /// <summary>A checksum of two values, for a row that has nothing else to be checked by.</summary>
    public static uint Checksum(ulong first, ulong second) =>
        BitOperations.Crc32C(BitOperations.Crc32C(~0u, first), second);

    private static byte[] Page(ReadOnlySpan<ulong> numbers, int at, int pages)
    {
        var width = WidthOf(pages);
        // By what is stored of them: where a page spans two values of the byte left out, the order differs.
        var stored = new ulong[numbers.Length];
        for (var i = 0; i < stored.Length; i++)
            stored[i] = numbers[i] & MaskOf(width);
        Array.Sort(stored);

        var page = new byte[ChecksumLength + (stored.Length * width)];
        Span<byte> wide = stackalloc byte[8];
        for (var i = 0; i < stored.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(wide, stored[i]);
            wide[^width..].CopyTo(page.AsSpan(ChecksumLength + (i * width)));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(page, ChecksumOf(page, at, pages));
        return page;
    }

    // Numbers of one page lie less than 2^56 / pages apart.
    private static int WidthOf(int pages) => pages >= 256 ? 6 : 7;

    private static ulong MaskOf(int width) => (1UL << (8 * width)) - 1;

    // The least number that belongs to a page.
    private static ulong FirstOf(int at, int pages) =>
        (ulong)((((UInt128)(uint)at << Bits) + (uint)(pages - 1)) / (uint)pages);

    private static ulong Entry(ReadOnlySpan<byte> entries, int at, int width)
    {
        var entry = entries.Slice(at * width, width);
        return ((ulong)BinaryPrimitives.ReadUInt32BigEndian(entry) << (8 * (width - 4)))
            | (width == 6
                ? BinaryPrimitives.ReadUInt16BigEndian(entry[4..])
                : ((uint)BinaryPrimitives.ReadUInt16BigEndian(entry[4..]) << 8) | entry[6]);
    }

    private static bool IsWhole(ReadOnlySpan<byte> page, int at, int pages) =>
        page.Length >= ChecksumLength
        && (page.Length - ChecksumLength) % WidthOf(pages) == 0
        && BinaryPrimitives.ReadUInt32LittleEndian(page) == ChecksumOf(page, at, pages);

    private static uint ChecksumOf(ReadOnlySpan<byte> page, int at, int pages)
    {
        var sum = Checksum((uint)at, (uint)pages);
        var rest = page[ChecksumLength..];
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        foreach (var last in rest)
            sum = BitOperations.Crc32C(sum, last);
        return sum;
    }
}
