using System.Buffers.Binary;

namespace SmartCardCrm.World;

/// <summary>Chance that repeats: the same seed gives the same numbers on every machine
/// (SplitMix64).</summary>
/// <param name="seed">Any value; <see cref="For"/> makes independent dice from one.</param>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Dice of their own for one subject: what one part of the world throws changes nothing in
    /// another.</summary>
    public static Dice For(ulong seed, string subject)
    {
        unchecked
        {
            var mixed = 14695981039346656037UL;
            foreach (var letter in subject)
                mixed = (mixed ^ letter) * 1099511628211UL;
            return new Dice(mixed ^ (seed * 0x9E3779B97F4A7C15UL));
        }
    }

    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15UL;
            var mixed = _state;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return mixed ^ (mixed >> 31);
        }
    }

    /// <summary>A number from 0 to <paramref name="end"/> − 1.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>A number from 0 to just under 1.</summary>
    public double Share() => (Next() >> 11) / (double)(1UL << 53);

    public bool Chance(double share) => Share() < share;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    /// <summary>A time from nothing to just under <paramref name="most"/>.</summary>
    public TimeSpan Within(TimeSpan most) => most * Share();

    /// <summary>Fills with random bytes; fits the product's <c>FillRandom</c>.</summary>
    public void Fill(Span<byte> bytes)
    {
        Span<byte> eight = stackalloc byte[sizeof(ulong)];
        for (; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, sizeof(ulong))..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(eight, Next());
            eight[..Math.Min(bytes.Length, sizeof(ulong))].CopyTo(bytes);
        }
    }
}
