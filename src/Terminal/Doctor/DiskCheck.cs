namespace SmartCardCrm.Terminal.Doctor;

/// <summary>What the data folder lies on.</summary>
/// <param name="FileSystem">As the kernel calls it: ext4, tmpfs …</param>
internal sealed record DiskSight(string FileSystem, long FreeBytes)
{
    public static DiskSight Look(string folder)
    {
        var drive = new DriveInfo(folder);
        return new DiskSight(drive.DriveFormat, drive.AvailableFreeSpace);
    }
}

/// <summary>Whether what is written stays, and whether there is room.</summary>
internal static class DiskCheck
{
    public const long FailUnderBytes = 64 * Megabyte;
    public const long WarnUnderBytes = 512 * Megabyte;

    private const long Megabyte = 1024 * 1024;

    // Gone with the power.
    private static readonly string[] Volatile = ["tmpfs", "ramfs", "overlay"];

    // No locks or no shared memory that SQLite could trust, or no owners of files.
    private static readonly string[] Unsuited =
        ["nfs", "nfs4", "cifs", "smb3", "9p", "vfat", "msdos", "exfat", "fuseblk"];

    public static IEnumerable<Finding> Judge(DiskSight disk)
    {
        var free = FormattableString.Invariant($"{disk.FreeBytes / Megabyte} MB free on {disk.FileSystem}");
        if (Unsuited.Contains(disk.FileSystem, StringComparer.Ordinal)
            || disk.FileSystem.StartsWith("fuse.", StringComparison.Ordinal))
        {
            yield return Finding.Fail(
                DoctorCode.DiskUnsuited, $"A {disk.FileSystem} file system cannot keep a journal.",
                "Put the data folder on a local ext4, xfs, btrfs or f2fs file system.");
            yield break;
        }

        if (Volatile.Contains(disk.FileSystem, StringComparer.Ordinal))
        {
            yield return Finding.Warn(
                DoctorCode.DiskVolatile, $"{free}: it may be gone with the power.",
                "Put the data folder on a disk. On Raspberry Pi OS switch the overlay file system off: "
                    + "raspi-config, Performance Options.");
        }

        yield return disk.FreeBytes switch
        {
            < FailUnderBytes => Finding.Fail(
                DoctorCode.DiskFull, free, "Make room: df -h; journalctl --vacuum-size=100M; apt-get clean",
                "Never delete anything in the data folder."),
            < WarnUnderBytes => Finding.Warn(
                DoctorCode.DiskLow, free, "Make room: df -h; journalctl --vacuum-size=100M; apt-get clean"),
            _ => Finding.Ok(Subject.Disk, free),
        };
    }
}
