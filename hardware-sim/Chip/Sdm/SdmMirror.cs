using System.Buffers.Binary;
using System.Text;
using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Messaging;

namespace SmartCardCrm.Simulator.Chip.Sdm;

/// <summary>
/// Fills in the places of a file: UID and counter, encrypted content, and the MAC over what is then there.
/// Source: NXP AN12196, chapter 3.
/// </summary>
internal static class SdmMirror
{
    private const byte UidShown = 0x80;
    private const byte CounterShown = 0x40;
    private const int CounterLength = 3;

    private static readonly byte[] NoVector = new byte[AesCmac.BlockLength];

    /// <param name="card">Holds UID and keys.</param>
    /// <param name="file">Its counter has counted this tap.</param>
    /// <param name="sdm">The settings of the file.</param>
    /// <param name="padding">Random bytes of the tap.</param>
    /// <returns>A copy of the content with the places filled.</returns>
    public static byte[] Content(ChipState card, StandardFile file, SdmSettings sdm, byte[] padding)
    {
        var content = file.Content.ToArray();
        var (uid, counter) = (Uid(card, sdm), Counter(file, sdm));
        if (sdm.PiccAt is { } piccAt)
            Show(content, piccAt, PiccData(Key(card, file, sdm.MetaRead), uid, counter, padding));

        if (sdm.UidAt is { } uidAt)
            Show(content, uidAt, uid);

        if (sdm.CounterAt is { } counterAt and not SdmSettings.NotShown)
            Show(content, counterAt, [.. counter.Reverse()]);

        if (sdm.Signs)
        {
            using var keys = SdmSessionKeys.Derive(Key(card, file, sdm.FileRead), uid, counter);
            Sign(content, sdm, keys, counter);
        }

        return content;
    }

    /// <summary>7 bytes; empty where the settings leave it out.</summary>
    public static byte[] Uid(ChipState card, SdmSettings sdm) => sdm.HasUid ? card.Memory.Uid : [];

    /// <summary>3 bytes, least significant first; empty where the settings leave it out.</summary>
    public static byte[] Counter(StandardFile file, SdmSettings sdm)
    {
        if (!sdm.HasCounter)
            return [];

        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, file.ReadCounter);
        return bytes[..CounterLength];
    }

    /// <summary>UID and counter as an onlooker may see them, 16 bytes.</summary>
    internal static byte[] PiccData(byte[] key, byte[] uid, byte[] counter, byte[] padding)
    {
        var tag = uid.Length + (uid.Length > 0 ? UidShown : 0) + (counter.Length > 0 ? CounterShown : 0);
        using var cipher = new AesCmac(key);
        return cipher.EncryptCbc([(byte)tag, .. uid, .. counter, .. padding], NoVector);
    }

    /// <param name="plain">Whole blocks.</param>
    /// <param name="keys">Of the tap.</param>
    /// <param name="counter">3 bytes, least significant first.</param>
    internal static byte[] Encrypt(ReadOnlySpan<byte> plain, SdmSessionKeys keys, ReadOnlySpan<byte> counter)
    {
        var block = new byte[AesCmac.BlockLength];
        counter.CopyTo(block);
        return keys.Encryption.EncryptCbc(plain, keys.Encryption.EncryptBlock(block));
    }

    /// <summary>The first half of the place is the plain text; the whole place holds it encrypted.</summary>
    private static void Sign(byte[] content, SdmSettings sdm, SdmSessionKeys keys, byte[] counter)
    {
        if (sdm is { EncryptedAt: { } at, EncryptedLength: { } length })
            Show(content, at, Encrypt(content.AsSpan(at, length / 2), keys, counter));

        if (sdm is { MacInputAt: { } start, MacAt: { } end })
            Show(content, end, keys.Mac.ComputeShort(content.AsSpan(start..end)));
    }

    private static byte[] Key(ChipState card, CardFile file, byte number) =>
        card.OwnerOf(file).Keys[number].Value;

    private static void Show(byte[] content, int at, byte[] value) =>
        Encoding.ASCII.GetBytes(Convert.ToHexString(value), content.AsSpan(at));
}
