namespace SmartCardCrm.Simulator.Chip.Messaging;

/// <summary>The two keys of an EV2 session. Source: NT4H2421Gx, section 9.1.7.</summary>
/// <param name="Encryption">SesAuthENCKey.</param>
/// <param name="Mac">SesAuthMACKey.</param>
internal sealed record Ev2SessionKeys(AesCmac Encryption, AesCmac Mac)
{
    /// <param name="key">The card key, 16 bytes.</param>
    /// <param name="rndA">The reader's random number, 16 bytes, as sent.</param>
    /// <param name="rndB">The card's random number, 16 bytes, as sent.</param>
    public static Ev2SessionKeys Derive(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> rndA, ReadOnlySpan<byte> rndB)
    {
        using var cmac = new AesCmac(key);
        return new Ev2SessionKeys(
            new AesCmac(cmac.Compute(Vector(0xA5, 0x5A, rndA, rndB))),
            new AesCmac(cmac.Compute(Vector(0x5A, 0xA5, rndA, rndB))));
    }

    /// <summary>SV1 or SV2, 32 bytes.</summary>
    internal static byte[] Vector(byte label1, byte label2, ReadOnlySpan<byte> rndA, ReadOnlySpan<byte> rndB)
    {
        byte[] vector = [label1, label2, 0x00, 0x01, 0x00, 0x80, .. rndA[..8], .. rndB[6..], .. rndA[8..]];
        for (var i = 0; i < 6; i++)
            vector[8 + i] ^= rndB[i];

        return vector;
    }
}
