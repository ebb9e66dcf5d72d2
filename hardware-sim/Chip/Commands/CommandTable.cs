using System.Collections.Frozen;

namespace SmartCardCrm.Simulator.Chip.Commands;

/// <summary>Every opcode the chip knows.</summary>
internal static class CommandTable
{
    private static readonly FrozenDictionary<byte, Command> ByIns = new[]
    {
        Authentication.Commands, Identification.Commands, Applications.Commands, Keys.Commands,
        Files.Commands, FileCreation.Commands, DataFiles.Commands, Values.Commands,
        Records.Commands, Transactions.Commands, FileCounters.Commands,
    }.SelectMany(commands => commands).ToFrozenDictionary(command => command.Ins);

    /// <exception cref="RefusedException">There is no such command.</exception>
    public static Command Find(byte ins) =>
        ByIns.TryGetValue(ins, out var command) ? command : throw new RefusedException(Status.IllegalCommand);
}
