using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Chip.Sdm;

/// <summary>The two keys of one tap. Source: NXP AN12196, section 3.3.</summary>
/// <param name="Encryption">SesSDMFileReadENCKey.</param>
/// <param name="Mac">SesSDMFileReadMACKey.</param>
internal sealed record SdmSessionKeys(AesCmac Encryption, AesCmac Mac) : IDisposable
{
    /// <param name="key">The FileRead key, 16 bytes.</param>
    /// <param name="uid">7 bytes; empty where the file does not show it.</param>
    /// <param name="counter">3 bytes, least significant first; empty where the file does not show
    /// it.</param>
    public static SdmSessionKeys Derive(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> uid, ReadOnlySpan<byte> counter)
    {
        using var cmac = new AesCmac(key);
        return new SdmSessionKeys(
            new AesCmac(cmac.Compute(Vector(0xC3, 0x3C, uid, counter))),
            new AesCmac(cmac.Compute(Vector(0x3C, 0xC3, uid, counter))));
    }

    public void Dispose()
    {
        Encryption.Dispose();
        Mac.Dispose();
    }

    /// <summary>SV1 or SV2, 16 bytes.</summary>
    internal static byte[] Vector(
        byte label1, byte label2, ReadOnlySpan<byte> uid, ReadOnlySpan<byte> counter)
    {
        byte[] content = [label1, label2, 0x00, 0x01, 0x00, 0x80, .. uid, .. counter];
        var vector = new byte[AesCmac.BlockLength];
        content.CopyTo(vector, 0);
        return vector;
    }
}
