using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>
/// Sets of keys that an application keeps besides the ones in force, filled in peace and rolled to at once.
/// Sources: NXP AN12752; hardware notes of libnxpsc.
/// </summary>
internal static class KeySets
{
    private const int BlockLength = 4;
    private const byte RollKeyMost = 7;

    public static IEnumerable<Command> Commands =>
    [
        new(0x56, Protection.Mac, Initialize) { Length = 2 },
        new(0x57, Protection.Mac, Finalize) { Length = 2 },
        new(0x55, Protection.Mac, Roll) { Length = 1 },
        new(0xC6, Protection.Full, Change)
        {
            Header = 2,
            LengthLeast = 2 + KeyCryptogram.LengthLeast,
            LengthMost = 2 + KeyCryptogram.LengthMost,
        },
    ];

    /// <summary>Reads the block of CreateApplication: version of the set in force, number of sets, longest
    /// key, key that rolls.</summary>
    public static ApplicationKeySets Read(ref ReadOnlySpan<byte> rest)
    {
        RefusedException.When(rest.Length < BlockLength, Status.LengthError);
        var isSound = rest[1] is >= 2 and <= 16 && rest[2] is 16 or 24 && rest[3] <= RollKeyMost;
        RefusedException.When(!isSound, Status.ParameterError);
        var sets = new ApplicationKeySets
        {
            Version = rest[0],
            RollKey = rest[3],
            Others = [.. Enumerable.Range(1, rest[1] - 1).Select(_ => new KeySet())],
        };
        rest = rest[BlockLength..];
        return sets;
    }

    /// <summary>A key of a set; set 0 is the one in force.</summary>
    public static CardKey Find(ChipState card, byte set, byte number)
    {
        if (set == 0)
            return Keys.FindInEither(card, number);

        var keys = Other(card, set).Keys;
        RefusedException.When(number >= keys.Count, Status.NoSuchKey);
        return keys[number];
    }

    private static Answer Initialize(ChipState card, Call call)
    {
        Access.RequireMaster(card);
        var set = Other(card, call.Bytes[0]);
        var type = Keys.TypeOf(call.Bytes[1]);
        RefusedException.When(type != Keys.TypeOf(card.Application.KeySettings2), Status.ParameterError);
        var first = card.Memory.DefaultKeyOf(type);
        (set.Keys, set.IsFinal) = ([.. Enumerable.Repeat(first, card.Application.Keys.Count)], false);
        return Answer.Empty;
    }

    private static Answer Finalize(ChipState card, Call call)
    {
        Access.RequireMaster(card);
        var set = Other(card, call.Bytes[0]);
        RefusedException.When(set.Keys.Count == 0 || set.IsFinal, Status.PermissionDenied);
        (set.Version, set.IsFinal) = (call.Bytes[1], true);
        return Answer.Empty;
    }

    private static Answer Roll(ChipState card, Call call)
    {
        var set = Other(card, call.Bytes[0]);
        var application = card.Application;
        var isRoller = card.Session?.KeyNumber == application.KeySets!.RollKey;
        RefusedException.When(!isRoller, Status.AuthenticationError);
        RefusedException.When(!set.IsFinal, Status.PermissionDenied);
        var inForce = application.Keys.ToList();
        application.Keys.Clear();
        application.Keys.AddRange(set.Keys);
        set.Keys = inForce;
        (application.KeySets.Version, set.Version) = (set.Version, application.KeySets.Version);
        return Answer.Farewell;
    }

    /// <summary>A set that is not in force has no key of the session: the cryptogram is always of another
    /// key.</summary>
    private static Answer Change(ChipState card, Call call)
    {
        var (set, number) = (call.Bytes[0], call.Bytes[1]);
        var old = Find(card, set, number);
        Access.RequireKeyChange(card, number);
        var isOwn = set == 0 && card.Session!.KeyNumber == number;
        var keys = set == 0 ? card.Application.Keys : Other(card, set).Keys;
        RefusedException.When(set != 0 && Other(card, set).IsFinal, Status.PermissionDenied);
        var type = Keys.TypeOf(card.Application.KeySettings2);
        keys[number] = KeyCryptogram.Read(card.Session!, call, headerLength: 2, type, isOwn ? null : old);
        return isOwn ? Answer.Farewell : Answer.Empty;
    }

    private static KeySet Other(ChipState card, byte number)
    {
        var sets = card.Application.KeySets ?? throw new RefusedException(Status.PermissionDenied);
        RefusedException.When(number == 0 || number > sets.Others.Count, Status.NoSuchKey);
        return sets.Others[number - 1];
    }
}
