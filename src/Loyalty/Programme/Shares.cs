namespace SmartCardCrm.Loyalty.Programme;

/// <summary>Splits whole numbers so that the parts add up.</summary>
internal static class Shares
{
    /// <summary>Splits a total by weights. Each part is the exact share rounded down; what is left goes, one
    /// each, to the largest remainders, and among equal ones to the first.</summary>
    /// <param name="total">Not negative.</param>
    /// <param name="weights">Not negative; their sum is above zero unless the total is zero.</param>
    public static long[] Split(long total, ReadOnlySpan<long> weights)
    {
        var parts = new long[weights.Length];
        if (total == 0)
            return parts;

        Int128 sum = 0;
        foreach (var weight in weights)
            sum += weight;
        ArgumentOutOfRangeException.ThrowIfZero(sum, nameof(weights));

        var remainders = new Int128[weights.Length];
        var left = total;
        for (var i = 0; i < weights.Length; i++)
        {
            var (part, remainder) = Int128.DivRem((Int128)total * weights[i], sum);
            (parts[i], remainders[i]) = ((long)part, remainder);
            left -= parts[i];
        }

        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => remainders[i]))
        {
            if (left-- <= 0)
                break;
            parts[i]++;
        }

        return parts;
    }

    /// <summary>Rounds a fraction of a number that is not negative.</summary>
    public static long Fraction(long of, long numerator, long denominator, Rounding rounding)
    {
        var product = (Int128)of * numerator;
        var up = rounding switch
        {
            Rounding.Nearest => (Int128)denominator / 2,
            Rounding.Up => (Int128)denominator - 1,
            _ => 0,
        };
        return (long)((product + up) / denominator);
    }
}
