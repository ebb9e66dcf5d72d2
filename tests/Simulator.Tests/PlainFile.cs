using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Tests;

/// <summary>A standard or backup file.</summary>
/// <param name="Rights">4 hex digits as sent: ReadWrite, Change, Read, Write.</param>
internal sealed record PlainFile(bool IsBackup, byte Option, string Rights, int Length)
{
    public byte[] Content { get; } = new byte[Length];

    /// <summary>The same as it is created, with nothing written in it.</summary>
    public PlainFile Blank() => new(IsBackup, Option, Rights, Length);

    public CommMode Mode => Option switch
    {
        1 => CommMode.Mac,
        3 => CommMode.Full,
        _ => CommMode.Plain,
    };

    public int Change => Holders[1];

    public int[] Holders => [.. Rights.Select(digit => Convert.ToInt32($"{digit}", 16))];

    public string Settings => $"{(IsBackup ? 1 : 0):X2}{Option:X2}{Rights}{Size}";

    public string Size => Convert.ToHexString(BitConverter.GetBytes(Length)[..3]);

    public static int[] Reading(PlainFile file) => [file.Holders[2], file.Holders[0]];

    public static int[] Writing(PlainFile file) => [file.Holders[3], file.Holders[0]];
}
