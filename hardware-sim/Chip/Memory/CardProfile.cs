namespace SmartCardCrm.Simulator.Chip.Memory;

/// <summary>
/// What tells one product from another: the answer to GetVersion, the size of the memory, the commands.
/// </summary>
internal sealed class CardProfile
{
    /// <summary>Historical byte 80, as a PC/SC reader shows every DESFire.</summary>
    public static ReadOnlySpan<byte> Atr => [0x3B, 0x81, 0x80, 0x01, 0x80, 0x80];

    private static readonly byte[] Ev1Commands =
    [
        0xAA, 0x1A, 0x0A, 0x60, 0x6E, 0x51, 0xFC, 0x5C, 0x5A, 0xCA, 0xDA, 0x6A, 0x6D, 0x45, 0x54, 0x64, 0xC4,
        0xCD, 0xCB, 0xCC, 0xC1, 0xC0, 0xDF, 0x6F, 0x61, 0xF5, 0x5F, 0xBD, 0x3D, 0x6C, 0x0C, 0xDC, 0x1C, 0xBB,
        0x3B, 0xEB, 0xC7, 0xA7,
    ];

    private static readonly byte[] Ev2Commands =
    [
        .. Ev1Commands, 0x71, 0x77, 0xC6, 0x56, 0x57, 0x55, 0xCE, 0xC8, 0xAD, 0x8D, 0xAB, 0x8B, 0xDB, 0xBA,
        0x3C, 0xB1,
    ];

    private static readonly byte[] NtagCommands =
        [0x71, 0x77, 0x5F, 0xC4, 0x51, 0xF6, 0xF5, 0x64, 0x60, 0xAD, 0x8D, 0x3C, 0x5C];

    private static readonly byte[] NtagIsoCommands = [0xA4, 0xB0, 0xD6];

    /// <summary>What people get who name none.</summary>
    public const string Default = "ev3-4k";

    public required string Name { get; init; }

    /// <summary>Vendor, type, subtype, major, minor, storage, protocol.</summary>
    public required ReadOnlyMemory<byte> Hardware { get; init; }

    /// <summary>As <see cref="Hardware"/>.</summary>
    public required ReadOnlyMemory<byte> Software { get; init; }

    public required int UserMemoryBytes { get; init; }

    /// <summary>As delivered. Default: DESFire EV1 to EV3, frames of 64 bytes.</summary>
    public ReadOnlyMemory<byte> Ats { get; init; } = new byte[] { 0x06, 0x75, 0x77, 0x81, 0x02, 0x80 };

    /// <summary>Native opcodes; nothing where all are known.</summary>
    public IReadOnlyCollection<byte>? Commands { get; init; }

    /// <summary>ISO instructions; nothing where all are known.</summary>
    public IReadOnlyCollection<byte>? IsoCommands { get; init; }

    /// <summary>EV1 takes 28; its successors as many as the memory holds.</summary>
    public int ApplicationsMost { get; init; } = int.MaxValue;

    /// <summary>1 to 3 for EV1 to EV3; NTAG 424 DNA is of the third.</summary>
    public int Generation { get; init; } = 3;

    /// <summary>What EV2 brought that is no command of its own: two applications selected at once, further
    /// sets of access rights.</summary>
    public bool HasEv2Extras => Generation >= 2 && !IsFixed;

    /// <summary>Whether files can tell who taps (secure dynamic messaging).</summary>
    public bool HasSdm => Generation >= 3;

    /// <summary>Whether application and files are there from the factory and cannot be made or
    /// deleted.</summary>
    public bool IsFixed { get; init; }

    /// <summary>The answers to GetVersion of EV1 and EV3 were seen on physical cards, those of NTAG are
    /// AN12196's and the data sheet's; EV2's are of its 2K card, with the storage of 4K.</summary>
    public static IReadOnlyList<CardProfile> All { get; } =
    [
        new()
        {
            Name = "ev1-4k",
            Hardware = new byte[] { 0x04, 0x01, 0x01, 0x01, 0x00, 0x18, 0x05 },
            Software = new byte[] { 0x04, 0x01, 0x01, 0x01, 0x04, 0x18, 0x05 },
            UserMemoryBytes = 4864,
            Commands = Ev1Commands,
            ApplicationsMost = 28,
            Generation = 1,
        },
        new()
        {
            Name = "ev2-4k",
            Hardware = new byte[] { 0x04, 0x01, 0x01, 0x12, 0x00, 0x18, 0x05 },
            Software = new byte[] { 0x04, 0x01, 0x01, 0x02, 0x01, 0x18, 0x05 },
            UserMemoryBytes = 5120,
            Commands = Ev2Commands,
            Generation = 2,
        },
        new()
        {
            Name = "ev3-2k",
            Hardware = new byte[] { 0x04, 0x01, 0x01, 0x33, 0x00, 0x16, 0x05 },
            Software = new byte[] { 0x04, 0x01, 0x01, 0x03, 0x00, 0x16, 0x05 },
            UserMemoryBytes = 2560,
        },
        new()
        {
            Name = "ev3-4k",
            Hardware = new byte[] { 0x04, 0x01, 0x01, 0x33, 0x00, 0x18, 0x05 },
            Software = new byte[] { 0x04, 0x01, 0x01, 0x03, 0x00, 0x18, 0x05 },
            UserMemoryBytes = 5120,
        },
        new()
        {
            Name = "ntag424",
            Hardware = new byte[] { 0x04, 0x04, 0x02, 0x30, 0x00, 0x11, 0x05 },
            Software = new byte[] { 0x04, 0x04, 0x02, 0x01, 0x02, 0x11, 0x05 },
            UserMemoryBytes = NtagMemory.Bytes,
            Ats = new byte[] { 0x06, 0x77, 0x77, 0x71, 0x02, 0x80 },
            Commands = NtagCommands,
            IsoCommands = NtagIsoCommands,
            IsFixed = true,
        },
    ];

    /// <exception cref="ArgumentException">There is no such profile.</exception>
    public static CardProfile ByName(string name) =>
        All.FirstOrDefault(profile => profile.Name == name)
            ?? throw new ArgumentException($"There is no card profile '{name}'.", nameof(name));
}
