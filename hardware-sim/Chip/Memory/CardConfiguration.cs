using System.Text.Json.Serialization;

namespace SmartCardCrm.Simulator.Chip.Memory;

/// <summary>What SetConfiguration has changed on a card. Source: NXP AN12752; NT4H2421Gx, table 49.</summary>
internal sealed class CardConfiguration
{
    public const byte FormatDisabledBit = 0x01;
    public const byte RandomUidBit = 0x02;

    private const byte LegacyDisabledBit = 0x01;
    private const byte Ev1DisabledBit = 0x02;
    private const byte ChainedWritesDisabledBit = 0x04;

    /// <summary>Option 00; bits are never cleared.</summary>
    public byte Card { get; set; }

    /// <summary>Option 04, its first byte; bits are never cleared.</summary>
    public byte Messaging { get; set; }

    /// <summary>Option 02, from TL on; nothing before the first.</summary>
    public byte[]? Ats { get; set; }

    /// <summary>Option 03; a PC/SC reader does not show it.</summary>
    public byte[]? Sak { get; set; }

    /// <summary>Option 05, 10 bytes; kept and not acted on.</summary>
    public byte[]? Capabilities { get; set; }

    /// <summary>Option 0C; a PC/SC reader does not show it.</summary>
    public byte[]? Atqa { get; set; }

    /// <summary>Option 0A.</summary>
    public FailureLimit FailureLimit { get; set; } = FailureLimit.AsDelivered;

    /// <summary>Option 0B: the antenna answers weakly, which GetVersion tells.</summary>
    public bool HasWeakModulation { get; set; }

    [JsonIgnore]
    public bool IsFormatDisabled => (Card & FormatDisabledBit) != 0;

    [JsonIgnore]
    public bool HasRandomUid => (Card & RandomUidBit) != 0;

    [JsonIgnore]
    public bool HasNoChainedWrites => (Messaging & ChainedWritesDisabledBit) != 0;

    /// <summary>Whether the command opens a session of a generation that is turned off.</summary>
    public bool Disables(byte ins) => ins switch
    {
        0x0A => (Messaging & LegacyDisabledBit) != 0,
        0x1A or 0xAA => (Messaging & Ev1DisabledBit) != 0,
        _ => false,
    };
}
