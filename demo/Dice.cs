namespace SmartCardCrm.Demo;

/// <summary>
/// Chance that repeats: the same seed gives the same numbers on every machine (SplitMix64).
/// </summary>
/// <param name="seed">Any value; <see cref="For"/> makes independent dice from one.</param>
internal sealed class Dice(ulong seed)
{
    private readonly Lock _lock = new();
    private ulong _state = seed;

    /// <summary>Dice of their own for one subject, so that they do not depend on who threw before.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="subject">What they are for: a basket, a household, the weather.</param>
    public static Dice For(ulong seed, string subject)
    {
        unchecked
        {
            var mixed = subject.Aggregate(
                14695981039346656037UL, (hash, letter) => (hash ^ letter) * 1099511628211UL);
            return new Dice(mixed ^ (seed * 0x9E3779B97F4A7C15UL));
        }
    }

    public ulong Next()
    {
        lock (_lock)
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
    }

    /// <summary>A number from 0 to <paramref name="end"/> − 1.</summary>
    public int Below(int end) => (int)(Next() % (ulong)end);

    /// <summary>A number from 0 to just under 1.</summary>
    public double Share() => (Next() >> 11) / (double)(1UL << 53);

    public bool Chance(double share) => Share() < share;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];
}
