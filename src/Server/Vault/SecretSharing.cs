using SmartCardCrm.CardProtocol;

namespace SmartCardCrm.Server.Vault;

/// <summary>
/// Shamir's secret sharing, byte by byte over GF(2⁸): any <c>threshold</c> of the shares give the secret,
/// fewer say nothing about it.
/// </summary>
/// <remarks>Source: A. Shamir, How to Share a Secret, 1979. The field is that of AES (FIPS 197, section 4.2),
/// so that its products have published examples. No look-ups by secret bytes.</remarks>
internal static class SecretSharing
{
    // x⁸ + x⁴ + x³ + x + 1, without x⁸.
    private const int Reduction = 0x1B;

    /// <summary>Splits a secret.</summary>
    /// <param name="secret">Read, not kept.</param>
    /// <param name="shares">2 to 255.</param>
    /// <param name="threshold">2 to <paramref name="shares"/>.</param>
    /// <param name="random">Makes the polynomials.</param>
    /// <returns>Shares 1, 2, 3 …, each as long as the secret. The caller zeroes them.</returns>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int shares, int threshold, FillRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shares, byte.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, shares);

        var split = new byte[shares][];
        for (var i = 0; i < shares; i++)
            split[i] = new byte[secret.Length];
        Span<byte> coefficients = stackalloc byte[threshold];
        for (var at = 0; at < secret.Length; at++)
        {
            random(coefficients[1..]);
            coefficients[0] = secret[at];
            for (var i = 0; i < shares; i++)
                split[i][at] = Evaluate(coefficients, (byte)(i + 1));
        }

        coefficients.Clear();
        return split;
    }

    /// <summary>Puts a secret together again.</summary>
    /// <param name="shares">As many as the threshold says, each with its number; all of one length.</param>
    /// <returns>The secret, if they are of one set. The caller zeroes it.</returns>
    public static byte[] Combine(IReadOnlyList<(byte Number, byte[] Bytes)> shares)
    {
        var secret = new byte[shares[0].Bytes.Length];
        foreach (var (number, bytes) in shares)
        {
            // Lagrange's factor at 0.
            byte factor = 1;
            foreach (var (other, _) in shares.Where(share => share.Number != number))
                factor = Multiply(factor, Multiply(other, Inverse((byte)(other ^ number))));
            for (var at = 0; at < secret.Length; at++)
                secret[at] ^= Multiply(factor, bytes[at]);
        }

        return secret;
    }

    /// <summary>The product of two elements, in the same time whatever they are.</summary>
    public static byte Multiply(byte left, byte right)
    {
        int product = 0, shifted = left;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= shifted & -((right >> bit) & 1);
            shifted = (shifted << 1) & 0xFF ^ (Reduction & -(shifted >> 7));
        }

        return (byte)product;
    }

    // a²⁵⁴, for every element but 0 has order 255 or a divisor.
    private static byte Inverse(byte value)
    {
        byte power = 1;
        for (var i = 0; i < 254; i++)
            power = Multiply(power, value);
        return power;
    }

    private static byte Evaluate(ReadOnlySpan<byte> coefficients, byte x)
    {
        byte value = 0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
            value = (byte)(Multiply(value, x) ^ coefficients[i]);
        return value;
    }
}
