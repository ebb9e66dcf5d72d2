using SmartCardCrm.Simulator.Chip.Memory;
using SmartCardCrm.Simulator.Chip.Sdm;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>GetFileCounters: how often a file was read as phones read. Source: NT4H2421Gx, chapter
/// 10.7.3.</summary>
internal static class FileCounters
{
    public static IEnumerable<Command> Commands =>
        [new(0xF6, Protection.Full, Get) { Header = 1, Length = 1 }];

    private static Answer Get(ChipState card, Call call)
    {
        var file = card.File(call.Bytes[0]) as StandardFile;
        if (file?.Sdm is not { HasCounter: true, CounterRead: var reader and not AccessRights.Never } sdm)
            throw new RefusedException(Status.PermissionDenied);

        var isAllowed = reader == AccessRights.Free || card.KeyFor(file) == reader;
        RefusedException.When(!isAllowed, Status.AuthenticationError);
        return Answer.Of([.. SdmMirror.Counter(file, sdm), 0, 0]);
    }
}
