namespace SmartCardCrm.Simulator.Chip.Memory;

/// <summary>
/// NTAG 424 DNA as delivered: one application, three files, five keys of zeros. Source: NT4H2421Gx, chapter
/// 8.2.
/// </summary>
internal static class NtagMemory
{
    public const int Bytes = ContainerLength + MessageLength + ProprietaryLength;

    private const int ContainerLength = 32;
    private const int MessageLength = 256;
    private const int ProprietaryLength = 128;
    private const int KeyCount = 5;

    /// <summary>Mapping version 2.0; E104 of 256 bytes free to read and write, E105 of 128 behind
    /// keys.</summary>
    private static ReadOnlySpan<byte> Container =>
    [
        0x00, 0x17, 0x20, 0x01, 0x00, 0x00, 0xFF,
        0x04, 0x06, 0xE1, 0x04, 0x01, 0x00, 0x00, 0x00,
        0x05, 0x06, 0xE1, 0x05, 0x00, 0x80, 0x82, 0x83,
    ];

    public static ChipMemory Create(byte[] uid, string profile) => new()
    {
        Uid = uid,
        Profile = profile,
        Name = [0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x00],
        Keys = [],
        Applications = [CreateApplication()],
        MemoryTaken = Bytes,
    };

    /// <summary>No command names its AID; key 0 changes all keys.</summary>
    private static Application CreateApplication()
    {
        var container = new byte[ContainerLength];
        Container.CopyTo(container);
        var proprietary = new byte[ProprietaryLength];
        // Length of the empty message that a factory tag was seen to hold.
        proprietary[1] = ProprietaryLength - 2;
        return new Application
        {
            Aid = [0x00, 0x00, 0x01],
            KeySettings = 0x0B,
            KeySettings2 = 0xA0 | KeyCount,
            IsoId = 0xE110,
            DfName = [0xD2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01],
            Keys = [.. Enumerable.Range(0, KeyCount).Select(_ => CardKey.FactoryAes)],
            Files =
            {
                [1] = File(1, 0xE103, option: 0, new AccessRights(0x00, 0xE0), container),
                [2] = File(2, 0xE104, option: 0, new AccessRights(0xE0, 0xEE), new byte[MessageLength]),
                [3] = File(3, 0xE105, option: 3, new AccessRights(0x30, 0x23), proprietary),
            },
        };
    }

    private static StandardFile File(
        byte number, ushort isoId, byte option, AccessRights rights, byte[] content) => new()
        {
            Number = number,
            IsoId = isoId,
            Option = option,
            Rights = rights,
            AllowsSdm = number == 2,
            Content = content,
        };
}
