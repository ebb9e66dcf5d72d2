using System.Buffers.Binary;
using CsCheck;
using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Terminal.Tests;

/// <summary>Where a listed card lies, and what a page says of it.</summary>
public sealed class HotlistPageTests
{
    /// <summary>The longest page that chance may make.</summary>
    public const int LengthMost = 4 + (100 * 6);

    private const ulong Mask = (1UL << 56) - 1;

    private static readonly Gen<ulong> Number = Gen.ULong.Select(n => n & Mask);

    /// <summary>A UID whose bytes are a number, big-endian.</summary>
    internal static Uid Card(ulong value)
    {
        Span<byte> wide = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, value);
        return Uid.FromBytes(wide[1..]);
    }

    [Fact]
    public void A_number_names_one_card_only() =>
        Number.Sample(value => CardOf(HotlistPage.NumberOf(Card(value))) == value);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(150_000)]
    [InlineData(400_000)]
    public void Pages_hold_what_was_written_and_nothing_else(int count)
    {
        var numbers = Enumerable.Range(0, count)
            .Select(n => HotlistPage.NumberOf(Card(0x04_20_00_00_00_00_00UL + (ulong)n))).Order().ToArray();

        var pages = HotlistPage.Write(numbers);

        Assert.All(pages, page => Assert.InRange(page.Length, 4, LengthMost));
        Assert.Equal(
            numbers, pages.SelectMany((page, at) => HotlistPage.Read(page, at, pages.Count) ?? []));
        Assert.All(numbers.Where((_, i) => i % 97 == 0), number => Assert.True(Holds(pages, number)));
        Assert.All(
            numbers.Where((_, i) => i % 97 == 0), number => Assert.False(Holds(pages, (number + 1) & Mask)));
    }

    [Fact]
    public void Numbers_at_the_ends_of_pages_are_found() =>
        Gen.Select(Number.Array[1, 40], Gen.Int[1, 3000], Gen.Int[-1, 1]).Sample((some, pages, beside) =>
        {
            var ends = some.Select(n => (ulong)(((UInt128)(n % (ulong)pages) << 56) / (ulong)pages))
                .Select(n => unchecked(n + (ulong)beside) & Mask).Distinct().Order().ToArray();
            return HotlistPage.Write(ends) is var written
                && ends.All(n => Holds(written, n) == true)
                && written.SelectMany((page, at) => HotlistPage.Read(page, at, written.Count)!)
                    .SequenceEqual(ends);
        });

    [Fact]
    public void One_flipped_bit_or_another_place_is_damage() =>
        Gen.Select(Number.Array[1, 2000], Gen.Int[0, int.MaxValue]).Sample((cards, draw) =>
        {
            var some = cards.Distinct().Select(card => HotlistPage.NumberOf(Card(card))).Order().ToArray();
            var pages = HotlistPage.Write(some);
            var at = draw % pages.Count;
            var page = (byte[])pages[at].Clone();
            var bit = draw % (8 * page.Length);
            page[bit / 8] ^= (byte)(1 << (bit % 8));
            return HotlistPage.Read(page, at, pages.Count) is null
                && HotlistPage.Holds(page, at, pages.Count, some[0]) is null
                && HotlistPage.Read(pages[at], at + 1, pages.Count + 1) is null;
        });

    [Fact]
    public void Cards_that_crowd_one_page_are_listed_all_the_same()
    {
        var numbers = Enumerable.Range(0, 5_000).Select(n => (ulong)n).ToArray();

        var pages = HotlistPage.Write(numbers);

        Assert.Equal(
            numbers, pages.SelectMany((page, at) => HotlistPage.Read(page, at, pages.Count) ?? []));
        Assert.True(Holds(pages, 4_999));
        Assert.False(Holds(pages, 5_000));
    }

    private static bool? Holds(IReadOnlyList<byte[]> pages, ulong number)
    {
        var at = HotlistPage.PageOf(number, pages.Count);
        return HotlistPage.Holds(pages[at], at, pages.Count, number);
    }

    // The way back, by which the mix is shown to lose nothing.
    private static ulong CardOf(ulong number)
    {
        var inverse = 1UL;
        for (var i = 0; i < 6; i++)
            inverse = unchecked(inverse * (2 - (0x9E3779B97F4A7C15UL * inverse)));
        number ^= number >> 28;
        for (var round = 0; round < 2; round++)
        {
            number = unchecked(number * inverse) & Mask;
            number ^= number >> 28;
        }

        return number;
    }
}
