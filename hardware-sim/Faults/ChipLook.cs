using SmartCardCrm.Simulator.Chip.Memory;

namespace SmartCardCrm.Simulator.Faults;

/// <summary>
/// What the loyalty application F54352 holds, read from the chip's memory without keys or protocol, so that
/// a test compares the books with the card itself.
/// </summary>
/// <param name="Points">Value file 3; nothing when the application or the file is not there.</param>
/// <param name="Tmc">Counter of the TMAC file; nothing when there is none.</param>
/// <param name="NewestRecord">Newest record of file 4 in hex; nothing when there is none.</param>
public sealed record ChipLook(int? Points, uint? Tmc, string? NewestRecord)
{
    private const byte MemberFileNumber = 2;
    private const byte PointsFile = 3;
    private const byte LogFile = 4;

    /// <summary>Backup data file 2 in hex, as last committed; nothing when there is none.</summary>
    public string? MemberFile { get; init; }

    private static ReadOnlySpan<byte> Aid => [0xF5, 0x43, 0x52];

    internal static ChipLook At(ChipMemory memory)
    {
        foreach (var application in memory.Applications)
        {
            if (Aid.SequenceEqual(application.Aid))
                return At(application);
        }

        return new ChipLook(null, null, null);
    }

    private static ChipLook At(Application application)
    {
        var points = application.Files.GetValueOrDefault(PointsFile) as ValueFile;
        var newest = (application.Files.GetValueOrDefault(LogFile) as RecordFile)?.Records.LastOrDefault();
        return new ChipLook(
            points?.Value,
            application.TransactionMac?.Counter,
            newest is null ? null : Convert.ToHexString(newest))
        {
            MemberFile = application.Files.GetValueOrDefault(MemberFileNumber) is BackupFile file
                ? Convert.ToHexString(file.Content)
                : null,
        };
    }
}
