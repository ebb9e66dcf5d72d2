using System.Runtime.InteropServices;

namespace SmartCardCrm.Terminal.Keys;

/// <summary>Files that only the user the terminal runs as may read.</summary>
internal static partial class PrivateFile
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

    /// <summary>Makes sure that a power cut does not take back the name of a file just made.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void SyncFolderOf(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var folder = OpenToRead(Path.GetDirectoryName(path) ?? ".", 0);
        var synced = folder >= 0 && Sync(folder) == 0;
        var error = Marshal.GetLastPInvokeError();
        if (folder >= 0)
            _ = Close(folder);
        if (!synced)
            throw new IOException($"The folder of {path} cannot be brought to the disk: error {error}.");
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

    // .NET opens no folders.
    [LibraryImport(
        "libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenToRead(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
