using System.Collections.Frozen;
using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>Every opcode the chip knows.</summary>
internal static class CommandTable
{
    private static readonly FrozenDictionary<byte, Command> ByIns = new[]
    {
        Authentication.Commands, Identification.Commands, Applications.Commands, Keys.Commands,
        KeySets.Commands,
        Files.Commands, FileCreation.Commands, DataFiles.Commands, Values.Commands,
        Records.Commands, Transactions.Commands, FileCounters.Commands,
        Configuration.Commands,
    }.SelectMany(commands => commands).ToFrozenDictionary(command => command.Ins);

    /// <summary>Whether some product has such a command.</summary>
    public static bool Knows(byte ins) => ByIns.ContainsKey(ins);

    /// <exception cref="RefusedException">The product has no such command, or it is turned off.</exception>
    public static Command Find(ChipMemory memory, byte ins)
    {
        var isOfProduct = memory.Product.Commands?.Contains(ins) is not false;
        if (!isOfProduct || !ByIns.TryGetValue(ins, out var command))
            throw new RefusedException(Status.IllegalCommand);

        RefusedException.When(memory.Configuration.Disables(ins), OpenPoints.MessagingDisabled);
        return command;
    }
}
