using System.Buffers.Binary;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>
/// SetConfiguration: what the holder of the card's key 0 decides for the card as a whole. Sources: NXP
/// AN12752; NT4H2421Gx, chapter 10.5.1.
/// </summary>
internal static class Configuration
{
    private const int DefaultKeyLength = 24;
    private const int AtsMost = 20;
    private const int NameMost = 16;
    private const int CapabilitiesLength = 10;
    private const int FailureLimitLength = 5;
    private const int LrpAt = 4;
    private const byte LrpBit = 0x02;
    private const byte MessagingBits = 0x07;
    private const byte CardBits = CardConfiguration.FormatDisabledBit | CardConfiguration.RandomUidBit;

    public static IEnumerable<Command> Commands =>
        [new(0x5C, Protection.Full, Set) { Header = 1, LengthLeast = 2, LengthMost = 1 + 25 }];

    /// <summary>Option, then what is to be: the whole of it each time.</summary>
    private static Answer Set(ChipState card, Call call)
    {
        if (!card.Memory.Product.IsFixed)
            Access.RequirePiccLevel(card);

        Access.RequireMaster(card);
        var (option, value) = (call.Bytes[0], call.Body[1..].ToArray());
        var isOffered = card.Memory.Product.IsFixed
            ? option is 0x00 or 0x04 or 0x05 or 0x0A or 0x0B
            : option is not (0x0A or 0x0B);
        RefusedException.When(!isOffered, Status.ParameterError);
        Apply(card.Memory, option, value);
        return Answer.Empty;
    }

    private static void Apply(ChipMemory memory, byte option, byte[] value)
    {
        var configuration = memory.Configuration;
        switch (option)
        {
            case 0x00:
                SetCard(memory, value);
                break;
            case 0x01:
                RequireLength(value, DefaultKeyLength + 1, DefaultKeyLength + 1);
                (memory.DefaultKey, memory.DefaultKeyVersion) = (value[..DefaultKeyLength], value[^1]);
                break;
            case 0x02:
                RequireLength(value, 2, AtsMost);
                RefusedException.When(!AnswerToSelect.IsSound(value), Status.ParameterError);
                configuration.Ats = value;
                break;
            case 0x03:
                RequireLength(value, 1, 2);
                configuration.Sak = value;
                break;
            case 0x04:
                SetMessaging(configuration, value);
                break;
            case 0x05:
                RequireLength(value, CapabilitiesLength, CapabilitiesLength);
                RefusedException.When((value[LrpAt] & LrpBit) != 0, OpenPoints.LrpNotOffered);
                configuration.Capabilities = value;
                break;
            case 0x06:
                RequireLength(value, 1, NameMost);
                memory.Name = value;
                break;
            case 0x0A:
                RequireLength(value, FailureLimitLength, FailureLimitLength);
                configuration.FailureLimit = ReadFailureLimit(value);
                break;
            case 0x0B:
                RequireLength(value, 1, 1);
                RefusedException.When(value[0] > 1, Status.ParameterError);
                configuration.HasWeakModulation = value[0] == 0;
                break;
            case 0x0C:
                RequireLength(value, 2, 2);
                configuration.Atqa = value;
                break;
            default:
                throw new RefusedException(Status.ParameterError);
        }
    }

    /// <summary>Proximity check, virtual card and other forms of random ids are not offered.</summary>
    private static void SetCard(ChipMemory memory, byte[] value)
    {
        RequireLength(value, 1, 1);
        var known = memory.Product.IsFixed ? CardConfiguration.RandomUidBit : CardBits;
        RefusedException.When((value[0] & ~known) != 0, Status.ParameterError);
        // On NTAG a bit that is 0 changes nothing: NT4H2421Gx, table 50.
        var clears = !memory.Product.IsFixed && (memory.Configuration.Card & ~value[0]) != 0;
        RefusedException.When(clears, OpenPoints.ConfigurationIsOneWay);
        memory.Configuration.Card |= value[0];
    }

    /// <summary>A bit that is 0 changes nothing.</summary>
    private static void SetMessaging(CardConfiguration configuration, byte[] value)
    {
        RequireLength(value, 2, 2);
        RefusedException.When((value[0] & ~MessagingBits) != 0 || value[1] != 0, Status.ParameterError);
        configuration.Messaging |= value[0];
    }

    /// <summary>On or off, limit, decrement.</summary>
    private static FailureLimit ReadFailureLimit(ReadOnlySpan<byte> value)
    {
        var limit = new FailureLimit(
            IsOn: value[0] == 1,
            BinaryPrimitives.ReadUInt16LittleEndian(value[1..]),
            BinaryPrimitives.ReadUInt16LittleEndian(value[3..]));
        var isSound = value[0] <= 1 && limit.Most > 0 && limit.Decrement <= limit.Most;
        RefusedException.When(!isSound, Status.ParameterError);
        return limit;
    }

    private static void RequireLength(byte[] value, int least, int most) =>
        RefusedException.When(value.Length < least || value.Length > most, Status.LengthError);
}
