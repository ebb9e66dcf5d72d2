namespace SmartCardCrm.Simulator.Chip.Memory;

/// <summary>
/// What tells one product from another: the answer to GetVersion and the size of the memory.
/// </summary>
internal sealed class CardProfile
{
    /// <summary>Historical byte 80, as a PC/SC reader shows every DESFire.</summary>
    public static ReadOnlySpan<byte> Atr => [0x3B, 0x81, 0x80, 0x01, 0x80, 0x80];

    /// <summary>Default ATS of DESFire EV1 to EV3: frames of 64 bytes.</summary>
    public static ReadOnlySpan<byte> Ats => [0x06, 0x75, 0x77, 0x81, 0x02, 0x80];

    /// <summary>What people get who name none.</summary>
    public const string Default = "ev3-4k";

    public required string Name { get; init; }

    /// <summary>Vendor, type, subtype, major, minor, storage, protocol.</summary>
    public required ReadOnlyMemory<byte> Hardware { get; init; }

    /// <summary>As <see cref="Hardware"/>.</summary>
    public required ReadOnlyMemory<byte> Software { get; init; }

    public required int UserMemoryBytes { get; init; }

    /// <summary>Both answers to GetVersion were seen on physical cards.</summary>
    public static IReadOnlyList<CardProfile> All { get; } =
    [
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
    ];

    /// <exception cref="ArgumentException">There is no such profile.</exception>
    public static CardProfile ByName(string name) =>
        All.FirstOrDefault(profile => profile.Name == name)
            ?? throw new ArgumentException($"There is no card profile '{name}'.", nameof(name));
}
