namespace SmartCardCrm.Terminal.Keys;

/// <summary>Files that only the user the terminal runs as may read.</summary>
internal static class PrivateFile
{
    /// <summary>Makes a folder for its owner only; leaves one that is there as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(
                path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Writes beside the file, to the disk, and then takes its place: whole or not at all.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(beside, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Removes a file, and what a broken <see cref="Replace"/> left beside it, with zeros written
    /// over them first. A flash disk may keep the old blocks all the same.</summary>
    public static void Wipe(string path)
    {
        foreach (var file in new[] { path, path + ".new" }.Where(File.Exists))
        {
            using (var open = new FileStream(file, FileMode.Open, FileAccess.Write))
            {
                open.Write(new byte[open.Length]);
                open.Flush(flushToDisk: true);
            }

            File.Delete(file);
        }
    }
}
