namespace SmartCardCrm.Terminal.Doctor;

/// <summary>The data folder as the file system shows it.</summary>
/// <param name="Mode">Null on Windows.</param>
/// <param name="Owner">Null where it cannot be told.</param>
/// <param name="User">Who asks.</param>
/// <param name="WriteFailure">Why nothing could be written and brought to the disk; null where it
/// could.</param>
internal sealed record FolderSight(
    string Path, UnixFileMode? Mode, string? Owner, string User, string? WriteFailure)
{
    public static async Task<FolderSight> Look(string path, CancellationToken cancellation) => new(
        path, OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path),
        await Programs.Ask("stat", ["-c", "%U", path], cancellation), Environment.UserName, TryWrite(path));

    private static string? TryWrite(string folder)
    {
        var probe = System.IO.Path.Combine(folder, $".doctor-{Environment.ProcessId}");
        try
        {
            using var file = new FileStream(
                probe, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1,
                FileOptions.DeleteOnClose);
            file.WriteByte(0);
            file.Flush(flushToDisk: true);
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return failed.Message;
        }
    }
}

/// <summary>Whose the data folder is, and who may do what in it.</summary>
internal static class DataCheck
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Whether anybody but the owner may do anything.</summary>
    public static bool IsOpen(UnixFileMode mode) => (mode & Others) != UnixFileMode.None;

    public static Finding Absent(string path) => Finding.Fail(
        DoctorCode.DataAbsent, $"{path} is not there.",
        "Give the folder that `terminal serve --data` has; `terminal enrol --data` makes a new one.");

    public static IEnumerable<Finding> Judge(FolderSight folder)
    {
        if (folder.Owner is { } owner && owner != folder.User)
        {
            yield return Finding.Warn(
                DoctorCode.DataForeign,
                $"{folder.Path} belongs to {owner}, and you are {folder.User}.",
                $"Ask as its owner: sudo -u {owner} terminal doctor --data {folder.Path}",
                $"If the terminal runs as {folder.User}: sudo chown -R {folder.User}: {folder.Path}");
        }

        if (folder.WriteFailure is { } failure)
        {
            yield return Finding.Fail(
                DoctorCode.DataUnwritable, failure,
                "As root: chown -R USER: " + folder.Path + " with the user the terminal runs as.",
                "Is the disk mounted read-only? findmnt -T " + folder.Path);
            yield break;
        }

        if (folder.Mode is { } mode && IsOpen(mode))
        {
            yield return Finding.Warn(
                DoctorCode.DataOpen, $"{folder.Path} is open to other users of this machine.",
                $"chmod 700 {folder.Path}");
            yield break;
        }

        yield return Finding.Ok(Subject.Data, $"{folder.Path} is {folder.Owner ?? folder.User}'s alone.");
    }
}
